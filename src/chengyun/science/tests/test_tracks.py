"""Ways walked on paper: lengths, times and distances one can work out by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.tracks import Way, arrivals, cut, nearest, passed, silence, spells, within

ROAD = cut(np.array([shapely.LineString([(0, 0), (1000, 0)])], dtype=object), 5)


def way(*steps: tuple[float, float, float], gap: float = 300) -> Way:
    """Steps of (seconds, metres east, metres north)."""
    at, x, y = np.array(steps, dtype=np.float64).reshape(-1, 3).T
    return Way(x=x, y=y, at=at, gap=gap)


def test_half_a_road_walked_beside_it_is_half_and_the_round_end() -> None:
    walked = way((0, 0, 10), (100, 500, 10))
    beyond = (30**2 - 10**2) ** 0.5
    assert passed(ROAD, walked, reach=30) == pytest.approx(500 + beyond, abs=2.5)


def test_there_and_back_counts_once_and_too_far_away_not_at_all() -> None:
    there = way((0, 0, 0), (100, 400, 0))
    back = way((0, 0, 0), (100, 400, 0), (200, 0, 0))
    assert passed(ROAD, there, reach=20) == passed(ROAD, back, reach=20) == 420
    assert passed(ROAD, way((0, 0, 40), (100, 900, 40)), reach=30) == 0


def test_what_lies_in_a_gap_was_not_walked() -> None:
    broken = way((0, 0, 0), (100, 100, 0), (1000, 900, 0), (1100, 1000, 0))
    assert passed(ROAD, broken, reach=10) == 220
    assert broken.metres == pytest.approx(200)
    alone = way((0, 0, 0), (100, 100, 0), (1000, 900, 0))
    assert [leg.geom_type for leg in alone.legs] == ["LineString", "Point"]


def test_a_position_alone_covers_its_circle_and_no_way_covers_nothing() -> None:
    assert passed(ROAD, way((0, 500, 0)), reach=25) == 50
    assert passed(ROAD, way(), reach=25) == 0
    assert nearest(way(), 0, 0) is None
    assert passed(cut(np.array([], dtype=object), 5), way((0, 0, 0)), reach=25) == 0


def test_pieces_are_equal_and_as_long_as_their_roads() -> None:
    roads = [shapely.LineString([(0, 0), (12, 0)]), shapely.LineString([(0, 9), (0, 13)])]
    pieces = cut(np.array(roads, dtype=object), 5)
    assert pieces.metres.tolist() == [4, 4, 4, 4]
    assert shapely.get_coordinates(pieces.middles).tolist() == [[2, 0], [6, 0], [10, 0], [0, 11]]


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=1, max_size=20))
def test_no_road_is_passed_longer_than_it_is_and_a_wider_reach_never_less(
    places: list[tuple[float, float]],
) -> None:
    walked = way(*((30.0 * n, x, y) for n, (x, y) in enumerate(places)))
    near, far = (passed(ROAD, walked, reach=reach) for reach in (20, 40))
    assert 0 <= near <= far <= 1000 + 1e-6


def test_outside_is_the_time_between_two_positions_that_are_both_outside() -> None:
    walked = way((0, 5, 5), (60, 50, 5), (120, 60, 5), (180, 5, 5), (240, 70, 5), (900, 80, 5))
    inside = within(walked, np.array([shapely.box(0, 0, 7, 10)], dtype=object), reach=3)
    assert inside.tolist() == [True, False, False, True, False, False]
    assert spells(~inside, walked) == [(60, 120)]
    assert spells(np.ones(6), walked) == [(0, 240)]


def test_silence_is_what_lies_in_gaps_the_ends_of_the_duty_too() -> None:
    walked = way((400, 0, 0), (500, 0, 0), (1500, 0, 0))
    assert silence(walked, 0, 1600) == 400 + 1000
    assert silence(way(), 0, 1600) == 1600


def test_who_stays_comes_once_and_who_returns_later_comes_again() -> None:
    there, away = (3.0, 4.0), (80.0, 0.0)
    walked = way(
        (0, *away), (60, *there), (120, *there), (180, *away), (240, *there), (2400, *there)
    )
    assert arrivals(walked, 0, 0, radius=5, apart=600).tolist() == [60, 2400]
    assert arrivals(walked, 0, 0, radius=4.9, apart=600).tolist() == []


def test_the_nearest_moment_may_lie_between_two_positions_but_not_in_a_gap() -> None:
    walked = way((0, 0, 10), (100, 100, 10), (1000, 500, 0), (1100, 600, 0))
    assert nearest(walked, 25, 0) == pytest.approx((10, 25))
    assert nearest(walked, 300, 0) == pytest.approx((200, 1000))
    assert nearest(walked, 1000, 0) == pytest.approx((400, 1100))
