"""Pages of the tests: their own URLs and templates."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

HERE = Path(__file__).parent


@pytest.fixture
def try_pages(settings: Settings) -> Iterator[None]:
    templates: list[dict[str, Any]] = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [HERE / "templates"]
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "chengyun.kernel.ui.tests.urls"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "chengyun.kernel.ui.tests.walkin.WalkIn"]
    settings.LOGIN_URL = "/login/"
    settings.LOGIN_REDIRECT_URL = "/"
    yield
