"""The shortest way along roads that cross, end and do not meet."""

import pytest
import shapely

from chengyun.science.routes import Network, NoWay

LADDER = [
    shapely.LineString([(0, 0), (1000, 0)]),
    shapely.LineString([(0, 300), (1000, 300)]),
    shapely.LineString([(400, -100), (400, 400)]),
    shapely.LineString([(900, -100), (900, 400)]),
]


def test_it_turns_where_roads_cross_and_takes_the_shorter_way() -> None:
    way = Network.of(LADDER).along([(0, 10), (1000, 310)])
    assert way.length == pytest.approx(1300)
    assert way.coords[0] == (0, 0) and way.coords[-1] == (1000, 300)
    assert way.intersection(LADDER[2]).length + way.intersection(LADDER[3]).length == 300


def test_it_goes_by_every_place_in_their_order() -> None:
    way = Network.of(LADDER).along([(0, 0), (900, 150), (400, 150), (0, 300)])
    assert way.length == pytest.approx(900 + 150 + 150 + 500 + 150 + 150 + 400)


def test_a_place_is_moved_along_its_road_by_less_than_a_step() -> None:
    way = Network.of(LADDER).along([(111, 20), (777, -20)])
    assert way.length == pytest.approx(666, abs=25)


def test_where_no_road_leads_is_said() -> None:
    apart = [*LADDER, shapely.LineString([(5000, 0), (6000, 0)])]
    with pytest.raises(NoWay) as caught:
        Network.of(apart).along([(0, 0), (1000, 0), (5500, 0)])
    assert caught.value.leg == 1
    with pytest.raises(NoWay):
        Network.of([]).along([(0, 0), (1, 1)])
    with pytest.raises(NoWay):
        Network.of(LADDER).along([(0, 0), (1, 1)])
