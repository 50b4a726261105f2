"""The people and the device of most tests of what is measured; a ``conftest.py`` takes what its folder needs."""

from __future__ import annotations

import pytest

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody in a working city."""
    return make_working_city()


@pytest.fixture
def device(cast: Cast) -> Device:
    """A ponding point."""
    return make_device()
