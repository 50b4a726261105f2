"""The drawn city: some seconds of work, and no test changes it."""

import pytest

from chengyun.demo.geometry.city import draw_city
from chengyun.demo.geometry.drawn import DrawnCity


@pytest.fixture(scope="session")
def city() -> DrawnCity:
    return draw_city()
