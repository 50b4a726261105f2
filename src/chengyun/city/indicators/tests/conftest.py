"""A working city, its lake, and another system whose history it takes in."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.indicators.tests.elsewhere import Elsewhere
from chengyun.city.people.factories import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_working_city()


@pytest.fixture(autouse=True)
def lake(settings: Settings, tmp_path: Path) -> Path:
    found = tmp_path / "facts"
    settings.FACTS = found
    return found


@pytest.fixture
def elsewhere(cast: Cast, tmp_path: Path) -> Elsewhere:
    return Elsewhere(tmp_path)
