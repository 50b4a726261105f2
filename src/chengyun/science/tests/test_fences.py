"""How far from where one may be: by hand where it can be counted, by sampling where it cannot."""

import numpy as np
import pytest
import shapely

from chengyun.science.coordinates import Plane
from chengyun.science.fences import Duty, Zone, astray, in_hours

PLANE = Plane(lon=115.98, lat=36.45)
SQUARE = [(-100.0, -100.0), (100.0, -100.0), (100.0, 100.0), (-100.0, 100.0)]


def degrees(places: list[tuple[float, float]]) -> np.ndarray:
    return np.column_stack(PLANE.to_degrees(*np.array(places, float).T))


def zone(duty: Duty, margin: float = 0.0) -> Zone:
    shape = shapely.LineString if duty == "follow" else shapely.Polygon
    return Zone(duty=duty, shape=shape(degrees(SQUARE)), margin=margin)


@pytest.mark.parametrize(
    ("duty", "margin", "place", "metres"),
    [
        ("stay", 0, (0, 0), 0),
        ("stay", 0, (100, 0), 0),
        ("stay", 0, (150, 0), 50),
        ("stay", 30, (150, 0), 20),
        ("stay", 60, (150, 0), 0),
        ("stay", 0, (130, 140), 50),
        ("avoid", 0, (0, 0), 100),
        ("avoid", 0, (90, 0), 10),
        ("avoid", 30, (90, 0), 0),
        ("avoid", 0, (150, 0), 0),
        ("follow", 0, (0, -100), 0),
        ("follow", 30, (0, -150), 20),
        ("follow", 30, (-130, 0), 74.4),
    ],
)
def test_it_is_counted_by_hand(
    duty: Duty, margin: float, place: tuple[float, float], metres: float
) -> None:
    lon, lat = degrees([place]).T
    assert zone(duty, margin).beyond(lon, lat) == pytest.approx([metres], abs=0.1)


def test_of_several_the_nearest_to_be_in_and_the_deepest_to_be_avoided_count() -> None:
    places = degrees([(150, 0), (150, 0), (0, 0), (0, 0), (500, 500)])
    east = Zone(
        duty="stay", shape=shapely.Polygon(degrees([(160, -9), (190, -9), (190, 9)])), margin=0
    )
    always, never = np.ones(5, bool), np.zeros(5, bool)
    first, last = always.copy(), never.copy()
    first[1:], last[2:] = False, True
    held = [(zone("stay"), always), (east, first), (zone("avoid"), last)]
    far = astray(held, *places.T)
    assert far[:4] == pytest.approx([13.5, 50, 100, 100], abs=1)
    assert far[4] > 500
    assert not astray([(zone("stay"), never)], *places.T).any()
    assert not astray([], *places.T).any()


def test_what_is_drawn_of_a_route_is_where_one_is_right() -> None:
    rng = np.random.default_rng(3715)
    route = zone("follow", 40)
    lon, lat = degrees(rng.uniform(-200, 200, (2000, 2)).tolist()).T
    inside = shapely.contains_xy(route.drawn, lon, lat)
    right = route.beyond(lon, lat) == 0
    assert (inside != right).mean() < 0.005
    assert 0.2 < right.mean() < 0.8


def test_hours_may_go_over_midnight() -> None:
    minutes = np.array([0, 359, 360, 1319, 1320])
    assert in_hours(minutes, 360, 1320).tolist() == [False, False, True, True, False]
    assert in_hours(minutes, 1320, 360).tolist() == [True, True, False, False, True]
