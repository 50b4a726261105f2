import pytest
from shapely import Polygon

from chengyun.city.people.factories import Cast
from chengyun.city.places import queries
from chengyun.city.places.factories import centre_of, grid_rows, region_rows, square
from chengyun.city.places.models import Grid, LayerImport, Region, ResponsibilityGrid, Road
from chengyun.city.places.services import (
    ImportRefused,
    group_grids,
    import_grids,
    import_regions,
    import_roads,
    import_shapes,
)
from chengyun.city.places.specs import GridRow, RegionRow, RoadRow, ShapeRow
from chengyun.kernel.errors import Invalid, NotAllowed
from chengyun.kernel.models.history import Audit

GRID = "371502001001001"


def refused(rows: list[GridRow]) -> list[str]:
    """The sentences an import of grids is refused with; nothing is written."""
    before = (Grid.objects.count(), LayerImport.objects.count(), Audit.objects.count())
    with pytest.raises(ImportRefused) as caught:
        import_grids(rows, by=None)
    assert before == (Grid.objects.count(), LayerImport.objects.count(), Audit.objects.count())
    return [str(fault) for fault in caught.value.report.faults]


def changed(code: str, /, **fields: object) -> list[GridRow]:
    """The grids of the tiny city with one of them changed."""
    return [GridRow(**{**vars(row), **fields}) if row.code == code else row for row in grid_rows()]


def test_the_tiny_city_is_stored(cast: Cast) -> None:
    assert Region.objects.count() == 15 and Grid.objects.count() == 32
    assert ResponsibilityGrid.objects.count() == 16
    region = Region.objects.get(code="371502001")
    assert (region.level, region.parent, region.simulated) == ("street", "371502", True)
    grid = Grid.objects.get(code=GRID)
    assert float(grid.square_metres) == pytest.approx(40_000, rel=1e-3)
    assert grid.responsibility is not None
    assert grid.responsibility.code == "371502001001Z1"


def test_each_import_leaves_its_audit_rows(cast: Cast) -> None:
    rows = Audit.objects.filter(verb="places.import").order_by("pk")
    assert [row.facts["kind"] for row in rows] == ["regions", "grids", "roads", "shapes"]
    assert rows[0].facts["added"] == 15 and len(rows[0].facts["sha256"]) == 64
    assert Audit.objects.filter(verb="region.add").count() == 15
    assert Audit.objects.filter(verb="responsibility.add").count() == 16


def test_the_same_again_writes_nothing(cast: Cast) -> None:
    before = LayerImport.objects.count()
    report = import_grids(grid_rows(), by=None)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 32)
    assert LayerImport.objects.count() == before


def test_what_changed_ends_and_begins(cast: Cast) -> None:
    report = import_grids(changed(GRID, name="湖南路西段"), by=None)
    assert (report.added, report.changed, report.unchanged) == (0, 1, 31)
    old, new = Grid.objects.filter(code=GRID).order_by("pk")
    assert old.valid_to is not None and old.ended_in == new.made_in
    assert new.valid_to is None and new.name == "湖南路西段"


def test_faults_are_said_row_by_row(cast: Cast) -> None:
    assert refused(changed(GRID, code="37150200100100X")) == [
        "第 1 行（37150200100100X）：网格编码“37150200100100X”应为 15 位数字。",
        "第 1 行（37150200100100X）：与已有的 371502001001001 重叠 40,000 平方米。",
    ]
    assert refused(changed(GRID, code="371502001009001"))[0] == (
        "第 1 行（371502001009001）：上级“371502001009”不存在，文件里和系统里都没有。"
    )
    assert refused(changed(GRID, code="371502001001002")) == [
        "第 1 行（371502001001002）：与已有的 371502001001001 重叠 40,000 平方米。",
        "第 2 行（371502001001002）：编码与第 1 行（371502001001002）重复。",
    ]
    assert refused(changed(GRID, geometry=None)) == ["第 1 行（371502001001001）：没有图形。"]
    bow = Polygon([(115.98, 36.45), (115.99, 36.46), (115.99, 36.45), (115.98, 36.46)])
    assert refused(changed(GRID, geometry=bow)) == [
        "第 1 行（371502001001001）：边界不合法：边界线自相交。"
    ]


def test_overlap_gap_and_outside(cast: Cast) -> None:
    wide = square(-1600, -200, -1390, 0)
    assert refused(changed(GRID, geometry=wide)) == [
        "第 2 行（371502001001002）：与第 1 行（371502001001001）重叠 2,000 平方米。"
    ]
    north = square(-1600, -200, -1400, 50)
    assert len(refused(changed(GRID, geometry=north))) == 1
    hole = square(-1600, -200, -1400, 0) - square(-1550, -150, -1500, -100)
    assert refused(changed(GRID, geometry=hole)) == [
        "第 1 行（371502001001001）：与相邻图形之间有 2,500 平方米的空隙。"
    ]
    outside = square(-1700, -200, -1400, 0)
    assert refused(changed(GRID, geometry=outside)) == [
        "第 1 行（371502001001001）：有 20,000 平方米超出上级社区 371502001001 的范围。"
    ]


def test_a_new_row_is_checked_against_those_that_stay(cast: Cast) -> None:
    extra = GridRow(code="371502001001005", geometry=square(-1500, -100, -1400, 0))
    (fault,) = refused([extra])
    assert fault == "第 1 行（371502001001005）：与已有的 371502001001001 重叠 10,000 平方米。"


def test_regions_within_the_level_above(cast: Cast) -> None:
    rows = region_rows()
    moved = [
        RegionRow(code=row.code, name=row.name, geometry=square(-1600, -200, -700, 200))
        if row.code == "371502001"
        else row
        for row in rows
    ]
    with pytest.raises(ImportRefused) as caught:
        import_regions(moved, by=None)
    kinds = {(fault.code, fault.kind) for fault in caught.value.report.faults}
    assert ("371502002", "overlap") in kinds


def test_foreign_codes_and_missing_names(cast: Cast) -> None:
    rows = [RegionRow(code="370102", name="历下区"), RegionRow(code="371502003", name="")]
    with pytest.raises(ImportRefused) as caught:
        import_regions(rows, by=None)
    assert [str(fault) for fault in caught.value.report.faults] == [
        "第 1 行（370102）：编码“370102”不属于本市。",
        "第 1 行（370102）：上级“3701”不存在，文件里和系统里都没有。",
        "第 2 行（371502003）：缺少名称。",
    ]
    assert "例如：第 1 行（370102）" in caught.value.message


def test_regions_without_outlines(cast: Cast) -> None:
    import_regions([RegionRow(code="371502003", name="道口铺街道")], by=None)
    assert queries.label_of("371502003") == "东昌府区道口铺街道"


def test_roads_of_a_name_are_replaced_together(cast: Cast) -> None:
    line = Road.objects.get(name="柳园路")
    with pytest.raises(ImportRefused, match="道路等级“国道”不认识"):
        import_roads([RoadRow(name="柳园路", geometry=None, grade="国道")], by=None)
    from chengyun.city.places.outlines import outline_of

    report = import_roads(
        [RoadRow(name="柳园路", geometry=outline_of(line), grade="trunk")], by=None
    )
    assert (report.added, report.changed) == (0, 1)
    assert Road.objects.get(name="柳园路", valid_to=None).grade == "trunk"
    assert Road.objects.filter(valid_to=None).count() == 5


def test_shapes_need_a_known_kind(cast: Cast) -> None:
    with pytest.raises(ImportRefused, match="类型“lake”不认识"):
        import_shapes([ShapeRow(kind="lake", geometry=square(0, 0, 9, 9))], by=None)


def test_grids_are_put_into_a_responsibility_grid(cast: Cast) -> None:
    own = [row.code for row in grid_rows() if row.code.startswith("371502001")]
    report = group_grids("Z-001", "古楼一组", own, by=cast.district_admin)
    assert (report.added, report.changed) == (0, 8)
    group = ResponsibilityGrid.objects.get(code="Z-001")
    assert (group.name, group.area) == ("古楼一组", "371502001")
    place = queries.locate(*centre_of(GRID))
    assert place is not None and place.responsibility == "Z-001"
    with pytest.raises(Invalid, match="没有这些单元网格：37150200100"):
        group_grids("Z-002", "二组", ["371502001009001"], by=None)


def test_an_empty_layer_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid, match="一行数据也没有"):
        import_grids([], by=None)


def test_only_who_may_and_only_at_home(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        import_grids(grid_rows(), by=cast.inspector)
    with pytest.raises(NotAllowed):
        import_grids(grid_rows(), by=cast.district_admin)
    own = [row for row in changed(GRID, name="新名") if row.code.startswith("371502")]
    import_grids(own, by=cast.district_admin)
    assert Audit.objects.filter(verb="places.import").latest("pk").area == "371502"


def test_locate_after_a_refusal_is_as_before(cast: Cast) -> None:
    refused(changed(GRID, geometry=None))
    place = queries.locate(*centre_of(GRID))
    assert place is not None and place.grid == GRID
