import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengyun.city.people.factories import Cast
from chengyun.city.places import queries
from chengyun.city.places.factories import (
    CENTRE,
    PLANE,
    centre_of,
    grid_rows,
    make_city,
    region_rows,
    square,
)
from chengyun.city.places.services import import_grids, import_regions
from chengyun.city.places.specs import GridRow, RegionRow, trimmed
from chengyun.kernel.installation import install
from chengyun.kernel.recent import forget_everything
from chengyun.science.coordinates import gcj02_of

GRID = "371502001001001"


def test_a_point_in_a_grid(cast: Cast) -> None:
    place = queries.locate(*centre_of(GRID))
    assert place is not None
    assert (place.area, place.grid, place.responsibility) == (
        "371502001001",
        GRID,
        "371502001001Z1",
    )
    assert place.regions == [
        ("3715", "聊城市"),
        ("371502", "东昌府区"),
        ("371502001", "古楼街道"),
        ("371502001001", "第一社区"),
    ]
    assert queries.label_of(place.area) == "东昌府区古楼街道第一社区"


def test_outside_the_city(cast: Cast) -> None:
    assert queries.locate(116.5, 36.45) is None
    assert queries.locate(float("nan"), 36.45) is None


def test_every_grid_is_found_one_by_one_and_all_at_once(cast: Cast) -> None:
    codes = [row.code for row in grid_rows()]
    points = np.array([centre_of(code) for code in codes])
    found = queries.locate_many(points[:, 0], points[:, 1])
    assert [found.grid_codes[n] for n in found.grids] == codes
    assert [found.area_codes[n] for n in found.areas] == [code[:12] for code in codes]


def test_many_points_some_of_them_nowhere(cast: Cast) -> None:
    lon, lat = centre_of(GRID)
    found = queries.locate_many([lon, 0.0, float("nan"), 500.0], [lat, 0.0, lat, lat])
    assert found.grid_codes[found.grids[0]] == GRID
    assert found.grids[1:].tolist() == found.areas[1:].tolist() == [-1, -1, -1]
    assert queries.locate_many([], []).grids.tolist() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.tuples(st.floats(-2000, 2000), st.floats(-300, 300)), min_size=1, max_size=20))
def test_one_and_many_agree(cast: Cast, points: list[tuple[float, float]]) -> None:
    lon, lat = PLANE.to_degrees([x for x, _ in points], [y for _, y in points])
    many = queries.locate_many(lon, lat)
    for n, place in enumerate(map(queries.locate, lon.tolist(), lat.tolist())):
        assert (place.grid if place else None) == _code(many.grid_codes, many.grids[n])
        assert (place.area if place else None) == _code(many.area_codes, many.areas[n])


def _code(codes: list[str], number: int) -> str | None:
    return codes[number] if number >= 0 else None


@pytest.mark.django_db
def test_where_there_is_no_grid_the_smallest_region_answers() -> None:
    forget_everything()
    rows = [
        RegionRow(code="3715", name="聊城市", geometry=square(0, 0, 900, 900)),
        RegionRow(code="371502", name="东昌府区", geometry=square(0, 0, 600, 900)),
        RegionRow(code="371502001", name="古楼街道", geometry=square(0, 0, 300, 900)),
    ]
    import_regions(rows, by=None)
    lon, lat = PLANE.to_degrees([100, 400, 700], [10, 10, 10])
    found = [queries.locate(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    assert [place.area for place in found if place] == ["371502001", "371502", "3715"]
    many = queries.locate_many(lon, lat)
    assert [many.area_codes[n] for n in many.areas] == ["371502001", "371502", "3715"]


@pytest.mark.django_db
def test_grids_under_regions_without_outlines() -> None:
    forget_everything()
    rows = [RegionRow(code=row.code, name=row.name) for row in region_rows()]
    make_city(regions=rows)
    lon, lat = centre_of(GRID)
    place = queries.locate(lon, lat)
    assert place is not None and place.grid == GRID
    many = queries.locate_many([lon, 0.0], [lat, 0.0])
    assert [_code(many.area_codes, n) for n in many.areas] == [GRID[:12], None]


@pytest.mark.django_db
def test_an_import_is_seen_at_once() -> None:
    forget_everything()
    make_city(grids=[grid_rows()[0]])
    lon, lat = centre_of("371502001001002")
    before = queries.locate(lon, lat)
    assert before is not None and before.grid == ""
    import_grids(grid_rows()[1:], by=None)
    after = queries.locate(lon, lat)
    assert after is not None and after.grid == "371502001001002"


@pytest.mark.django_db
def test_fourteen_digits_where_the_city_says_so() -> None:
    from chengyun.kernel.params import set_param

    forget_everything()
    install("聊城市", "3715", demo=False)
    set_param("places.grid_digits", "3715", 14, by=None)
    make_city(grids=[GridRow(code="37150200100101", geometry=grid_rows()[0].geometry)])
    place = queries.locate(*centre_of(GRID))
    assert place is not None and place.grid == "37150200100101"


def test_words_for_a_place(cast: Cast) -> None:
    lon, lat = PLANE.to_degrees(-1080, -20)
    assert queries.address_of(float(lon), float(lat)) == "湖南路南侧，距柳园路口 120 米"
    assert queries.address_of(0.0, 0.0) == ""


def test_boxes(cast: Cast) -> None:
    box = queries.box_of("371502")
    assert box is not None
    assert box.east == pytest.approx(CENTRE[0], abs=1e-9)
    assert queries.box_of("371599") is None


def test_codes_are_stored_trimmed() -> None:
    assert [
        trimmed(code)
        for code in ("371500000000", "371500", "371502000000", "371502003000", "371502003001", "x")
    ] == ["3715", "3715", "371502", "371502003", "371502003001", "x"]


def test_gcj02_is_some_hundred_metres_off(cast: Cast) -> None:
    lon, lat = centre_of("371523002002004")
    shifted = gcj02_of(lon, lat)
    assert queries.locate(*(float(v) for v in shifted)) is None
