import pytest

from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.places.factories import make_city


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in the tiny city."""
    cast = make_cast()
    make_city()
    return cast
