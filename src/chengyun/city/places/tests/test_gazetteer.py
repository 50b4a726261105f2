"""From words to places, out of the city's own roads and regions."""

import pytest

from chengyun.city.places.factories import make_city
from chengyun.city.places.gazetteer import spots
from chengyun.city.places.queries import address_of, locate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city() -> None:
    make_city()


@pytest.mark.parametrize(
    "words", ["湖南路与兴华路交叉口", "兴华路湖南路", "湖南路 兴华", "兴华路和湖南路路口"]
)
def test_a_crossing_is_found_however_it_is_said(words: str) -> None:
    first = spots(words)[0]
    assert (first.kind, first.rough) == ("路口", False)
    assert address_of(first.lon, first.lat).startswith("湖南路与兴华路交叉口")


def test_a_house_number_is_put_on_its_road_and_called_rough() -> None:
    found = spots("兴华路 15 号")
    assert [(one.words, one.kind, one.rough) for one in found] == [("兴华路 15 号", "道路", True)]


def test_a_road_is_looked_for_in_the_region_the_words_name() -> None:
    for district, area in (("东昌府区", "371502"), ("茌平区", "371523")):
        place = locate(*_point(f"{district}湖南路"))
        assert place is not None
        assert place.area.startswith(area)


def test_nobody_is_offered_a_place_beyond_their_area() -> None:
    assert spots("花园路", within="371523")
    assert spots("花园路", within="371502") == []


@pytest.mark.parametrize("words", ["", "路", "没有这条街", "%", "与与与", "湖" * 200])
def test_words_that_name_nothing_offer_nothing(words: str) -> None:
    assert spots(words) == []


def _point(words: str) -> tuple[float, float]:
    first = spots(words)[0]
    return first.lon, first.lat
