import pytest
from shapely import LineString

from chengyun.science.addresses import Streets, mouth
from chengyun.science.coordinates import Plane

HERE = Plane(lon=115.98, lat=36.45)


def line(*points: tuple[float, float]) -> LineString:
    return LineString([tuple(float(v) for v in HERE.to_degrees(*point)) for point in points])


STREETS = Streets(
    ["湖南路", "柳园路", "滨河绿道"],
    [
        line((-2000, 0), (2000, 0)),
        line((0, -2000), (0, 2000)),
        line((-2000, 1200), (-1000, 1200)),
    ],
)


@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        (119, -20, "湖南路南侧，距柳园路口 120 米"),
        (-400, 35, "湖南路北侧，距柳园路口 400 米"),
        (20, 380, "柳园路东侧，距湖南路口 380 米"),
        (-15, -1290, "柳园路西侧，距湖南路口 1300 米"),
        (-12, -12, "湖南路与柳园路交叉口西南侧"),
        (20, 1, "湖南路与柳园路交叉口东侧"),
        (-1700, 1250, "滨河绿道北侧"),
        (5000, 5000, ""),
    ],
)
def test_a_place_is_described(x: float, y: float, text: str) -> None:
    lon, lat = HERE.to_degrees(x, y)
    assert STREETS.describe(float(lon), float(lat)) == text


def test_without_roads_there_is_nothing_to_say() -> None:
    assert Streets([], []).describe(115.98, 36.45) == ""


def test_crossings_are_named_as_people_do() -> None:
    assert [mouth(n) for n in ("柳园路", "古楼街", "滨河绿道")] == [
        "柳园路口",
        "古楼街口",
        "滨河绿道路口",
    ]
