"""The drawn city: codes, nesting, no overlap and no gap, the same city for the same seed."""

from collections import Counter, defaultdict

import numpy as np
import pytest
import shapely

from chengyun.demo.divisions import divisions
from chengyun.demo.geometry.city import draw_city
from chengyun.demo.geometry.drawn import DrawnCity
from chengyun.demo.geometry.streets import OFFICES

SQUARE_METRES = 111_320.0 * 110_960.0 * float(np.cos(np.radians(36.45)))


def test_the_table_has_the_divisions_of_liaocheng() -> None:
    table = divisions()
    levels = Counter(row.level for row in table)
    assert levels == {"city": 1, "district": 8, "street": 136, "community": 2408}
    codes = {row.code for row in table}
    assert len(codes) == len(table)
    assert all(row.parent in codes and row.code.startswith(row.parent) for row in table[1:])


def test_every_division_has_one_valid_outline(city: DrawnCity) -> None:
    assert [area.code for area in city.areas] == [row.code for row in divisions()]
    shapes = np.array([area.shape for area in city.areas], dtype=object)
    assert shapely.is_valid(shapes).all()
    assert all(
        isinstance(area.shape, shapely.Polygon) for area in city.areas if area.level != "street"
    )


def test_unit_grids_neither_overlap_nor_leave_gaps(city: DrawnCity) -> None:
    grids = np.array([grid.shape for grid in city.grids], dtype=object)
    assert shapely.is_valid(grids).all()
    assert shapely.coverage_is_valid(grids)
    whole = city.areas[0].shape
    assert shapely.area(grids).sum() == pytest.approx(shapely.area(whole), rel=1e-9)
    assert shapely.get_num_interior_rings(whole) == 0


@pytest.mark.parametrize(("level", "parent"), [("district", 4), ("street", 6), ("community", 9)])
def test_children_fill_their_parents(city: DrawnCity, level: str, parent: int) -> None:
    shapes = {area.code: area.shape for area in city.areas}
    filled: defaultdict[str, float] = defaultdict(float)
    for area in city.areas:
        if area.level == level:
            filled[area.code[:parent]] += shapely.area(area.shape)
            inner = shapely.point_on_surface(area.shape)
            assert shapely.contains(shapes[area.parent], inner)
    for code, total in filled.items():
        assert total == pytest.approx(shapely.area(shapes[code]), rel=1e-9)


def test_unit_grids_are_coded_and_about_a_hectare_in_the_core(city: DrawnCity) -> None:
    codes = [grid.code for grid in city.grids]
    assert len(set(codes)) == len(codes)
    assert all(len(grid.code) == 15 and grid.code[:12] == grid.community for grid in city.grids)
    assert {grid.community for grid in city.grids} == {
        area.code for area in city.areas if area.level == "community"
    }
    core = [grid.shape.area for grid in city.grids if grid.community[:9] in OFFICES]
    assert 3_000 <= len(core) <= 4_000
    hectares = np.array(core) * SQUARE_METRES / 10_000
    assert hectares.min() > 0.7
    assert hectares.max() < 1.8


def test_responsibility_grids_share_out_all_unit_grids(city: DrawnCity) -> None:
    given = [code for duty in city.duties for code in duty.grids]
    assert sorted(given) == [grid.code for grid in city.grids]
    assert len({duty.code for duty in city.duties}) == len(city.duties)


def test_the_city_lies_where_liaocheng_lies(city: DrawnCity) -> None:
    west, south, east, north = shapely.bounds(city.areas[0].shape)
    assert 115.1 < west < 115.5
    assert 116.3 < east < 116.7
    assert 35.7 < south < 36.0
    assert 36.9 < north < 37.2


def test_the_map_has_what_a_city_has(city: DrawnCity) -> None:
    names = {road.name for road in city.roads}
    assert {"东昌路", "柳园路", "兴华路", "湖南路", "光岳路", "卫育路", "昌润路"} <= names
    water = {patch.name for patch in city.patches if patch.kind == "water"}
    assert {"徒骇河", "马颊河", "京杭运河（古运河）", "东昌湖"} <= water
    kinds = Counter(patch.kind for patch in city.patches)
    assert kinds["building"] > 8_000
    assert kinds["block"] > 300


def test_no_building_stands_in_water(city: DrawnCity) -> None:
    wet = shapely.union_all([patch.shape for patch in city.patches if patch.kind == "water"])
    shapely.prepare(wet)
    houses = [patch.shape for patch in city.patches if patch.kind == "building"]
    assert not shapely.intersects(wet, np.array(houses, dtype=object)).any()


def test_the_same_seed_draws_the_same_city(city: DrawnCity) -> None:
    again = draw_city()
    assert [g.shape.wkb for g in again.grids] == [g.shape.wkb for g in city.grids]
    assert [p.name for p in again.patches] == [p.name for p in city.patches]
    drawn = zip(again.patches, city.patches, strict=True)
    assert all(shapely.equals_exact(a.shape, b.shape) for a, b in drawn)
