"""The cast in its city, for every test of the evaluation office."""

import pytest

from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.places.factories import make_city


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    make_city()
    return cast
