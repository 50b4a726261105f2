import json
import sqlite3
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import CommandError, call_command
from pyproj import Transformer

from chengyun.city.people.factories import Cast
from chengyun.city.places import queries
from chengyun.city.places.factories import centre_of, grid_rows, region_rows, square
from chengyun.city.places.models import Grid
from chengyun.city.places.services import check_import, import_file, import_regions
from chengyun.city.places.specs import GridRow, RegionRow
from chengyun.kernel.errors import Invalid, Refusal, WrongMedia
from chengyun.kernel.recent import forget_everything
from chengyun.science.coordinates import bd09_of, gcj02_of

GRID = "371502001001001"


def write(
    path: Path,
    rows: list[Any],
    *,
    move: Any = None,
    crs: str | None = "EPSG:4326",
    encoding: str = "UTF-8",
    **options: Any,
) -> Path:
    """The rows as a file of the kind the suffix says."""
    shapes = np.array([row.geometry for row in rows], dtype=object)
    if move:
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        [
            np.array([row.code for row in rows], dtype=object),
            np.array([row.name for row in rows], dtype=object),
        ],
        ["编码", "名称"] if path.suffix != ".shp" else ["code", "名称"],
        geometry_type="Unknown" if path.suffix == ".gpkg" else "Polygon",
        crs=crs,
        encoding=encoding,
        **options,
    )
    return path


def named_grids() -> list[GridRow]:
    return [
        GridRow(code=row.code, name=f"网格{row.code[-3:]}", geometry=row.geometry)
        for row in grid_rows()
    ]


def assert_imported(path: Path, **options: Any) -> None:
    Grid.objects.all().delete()
    report = import_file(path, "grids", by=None, **options)
    assert report.ok and report.added == 32
    assert Grid.objects.get(code=GRID).name == "网格001"
    place = queries.locate(*centre_of(GRID))
    assert place is not None and place.grid == GRID


@pytest.mark.parametrize("name", ["grids.geojson", "grids.gpkg", "grids.shp"])
def test_the_three_formats(cast: Cast, tmp_path: Path, name: str) -> None:
    assert_imported(write(tmp_path / name, named_grids()))


@pytest.mark.parametrize(("crs", "move"), [("gcj02", gcj02_of), ("bd09", bd09_of)])
def test_offset_files(cast: Cast, tmp_path: Path, crs: Any, move: Any) -> None:
    assert_imported(write(tmp_path / "grids.geojson", named_grids(), move=move), crs=crs)


def test_a_projected_file(cast: Cast, tmp_path: Path) -> None:
    there = Transformer.from_crs("EPSG:4326", "EPSG:4548", always_xy=True)
    path = write(
        tmp_path / "grids.gpkg",
        named_grids(),
        move=lambda x, y: there.transform(x, y),
        crs="EPSG:4548",
    )
    assert_imported(path, crs="cgcs2000")


def test_a_shapefile_in_gbk_without_a_word_about_it(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "grids.shp", named_grids(), encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    assert_imported(path)


def test_a_zipped_shapefile_with_chinese_names(cast: Cast, tmp_path: Path) -> None:
    write(tmp_path / "grids.shp", named_grids(), encoding="GBK")
    archive = tmp_path / "grids.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for part in tmp_path.glob("grids.[sdpc]*"):
            out.write(part, f"成果/单元网格{part.suffix.upper()}")
    assert_imported(archive)


def test_geojson_in_gbk(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "grids.geojson", named_grids())
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    assert_imported(path)


def test_numbers_as_codes_and_padded_region_codes(cast: Cast, tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"CODE": int(row.code.ljust(12, "0")), "NAME": row.name},
            "geometry": json.loads(str(shapely.to_geojson(row.geometry))),
        }
        for row in region_rows()
    ]
    path = tmp_path / "regions.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    report = check_import(path, "regions")
    assert report.ok and report.rows == 15


def test_regions_without_any_outline(cast: Cast, tmp_path: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"code": row.code, "name": row.name}, "geometry": None}
        for row in region_rows()
    ]
    path = tmp_path / "regions.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    report = check_import(path, "regions")
    assert report.ok and report.rows == 15


def test_the_command_says_every_fault_and_writes_nothing(cast: Cast, tmp_path: Path) -> None:
    rows = named_grids()
    rows[3] = GridRow(code=rows[2].code, name="", geometry=rows[3].geometry)
    path = write(tmp_path / "grids.geojson", rows)
    Grid.objects.all().delete()
    for options in ([], ["--check"]):
        said = StringIO()
        with pytest.raises(CommandError, match="32 行中有 1 处问题，未写入任何数据"):
            call_command("import_places", path, "--kind", "grids", *options, stdout=said)
        assert said.getvalue() == (
            "第 4 行（371502001001003）：编码与第 3 行（371502001001003）重复。\n"
        )
    assert not Grid.objects.exists()


def test_the_command_checks_and_imports(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "grids.geojson", named_grids())
    Grid.objects.all().delete()
    said = StringIO()
    call_command("import_places", path, "--kind", "grids", "--check", stdout=said)
    assert not Grid.objects.exists()
    call_command("import_places", path, "--kind", "grids", stdout=said)
    assert said.getvalue() == "单元网格 32 行：新增 32，更新 0，不变 0。\n" * 2
    assert Grid.objects.count() == 32


def test_gaps_may_be_accepted(cast: Cast, tmp_path: Path) -> None:
    rows = named_grids()
    rows[0] = GridRow(code=rows[0].code, name="", geometry=square(-1599, -199, -1401, -1))
    path = write(tmp_path / "grids.geojson", rows)
    assert {fault.kind for fault in check_import(path, "grids").faults} <= {"gap"}
    assert check_import(path, "grids", accept=("gap",)).ok


def refusal(path: Path, kind: Any = "grids", **options: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check_import(path, kind, **options)
    return caught.value


def test_files_that_are_not_what_they_say(cast: Cast, tmp_path: Path) -> None:
    bad = tmp_path / "grids.gpkg"
    bad.write_bytes(b"no database at all")
    assert isinstance(refusal(bad), WrongMedia)
    broken = tmp_path / "grids.zip"
    broken.write_bytes(b"PK\x03\x04 nothing")
    assert "压缩包打不开" in refusal(broken).message
    text = tmp_path / "grids.xlsx"
    text.write_bytes(b"")
    assert isinstance(refusal(text), WrongMedia)
    assert "找不到文件" in refusal(tmp_path / "none.gpkg").message
    cut = write(tmp_path / "cut.geojson", named_grids())
    cut.write_bytes(cut.read_bytes()[:5000])
    assert isinstance(refusal(cut), WrongMedia)


def test_two_shapefiles_in_one_archive(cast: Cast, tmp_path: Path) -> None:
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("a.shp", b"")
        out.writestr("b.shp", b"")
    assert "正好有一个 Shapefile，现有 2 个" in refusal(archive).message


def test_layers_have_to_be_named_where_there_are_two(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "grids.gpkg", named_grids(), layer="单元网格")
    write(path, named_grids(), layer="旧网格", append=False)
    message = refusal(path).message
    assert "2 个图层" in message and "旧网格" in message
    assert "没有图层“x”" in refusal(path, layer="x").message
    assert check_import(path, "grids", layer="单元网格").ok


def test_missing_columns_and_coordinates(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "grids.geojson", named_grids())
    assert "缺少这一列，可用的列名：kind、类型、种类" in refusal(path, "shapes").message
    far = write(tmp_path / "metres.shp", named_grids(), move=lambda x, y: (x * 1e5, y * 1e5))
    far.with_suffix(".prj").unlink()
    found = refusal(far)
    assert isinstance(found, Invalid) and "坐标不是经纬度" in found.message


@pytest.mark.data
@pytest.mark.django_db
def test_real_outlines_of_the_districts(data: Path) -> None:
    """The districts of Liaocheng as a map service draws them: in GCJ-02, one of them crossing itself."""
    forget_everything()
    import_regions([RegionRow(code="3715", name="聊城市")], by=None)
    path = data / "geo_admin" / "boundaries" / "371500.json"
    report = check_import(path, "regions", crs="gcj02")
    assert report.rows == 8
    assert [str(fault) for fault in report.faults] == [
        "第 3 行（371522）：边界不合法：边界线自相交。"
    ]
    import_file(path, "regions", crs="gcj02", accept=("invalid",), by=None)
    place = queries.locate(115.98, 36.456)
    assert place is not None and place.area == "371502"


VRT = """<OGRVRTDataSource><OGRVRTLayer name="people"><SrcDataSource>{source}</SrcDataSource>
<SrcSQL>SELECT username, password FROM people</SrcSQL>
<Field name="code" src="username"/><Field name="name" src="password"/></OGRVRTLayer></OGRVRTDataSource>"""
GDALG = {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {source}"}


@pytest.mark.parametrize("suffix", [".geojson", ".json", ".gpkg", ".shp"])
def test_a_file_that_points_at_other_files_is_refused(suffix: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.sqlite3"
    with sqlite3.connect(secret) as kept:
        kept.execute("CREATE TABLE people (username TEXT, password TEXT)")
        kept.execute("INSERT INTO people VALUES ('admin', 'argon2')")
    for text in (VRT.format(source=secret), json.dumps(GDALG).replace("{source}", str(secret))):
        layer = tmp_path / f"layer{suffix}"
        layer.write_text(text, encoding="utf-8")
        with pytest.raises(WrongMedia):
            check_import(layer, "regions")


def test_a_damaged_archive_is_refused_in_one_sentence(tmp_path: Path) -> None:
    packed = tmp_path / "layer.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("layer.shp", b"\x00\x00\x27\x0a" + bytes(range(256)) * 40)
    content = bytearray(packed.read_bytes())
    content[60:90] = b"\xff" * 30
    packed.write_bytes(bytes(content))
    with pytest.raises(WrongMedia):
        check_import(packed, "regions")
