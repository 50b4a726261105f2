"""The three formats as files of others have them; GDAL reads the same files for a second opinion."""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from chengyun.city.places.reading import read
from chengyun.city.places.specs import GridRow
from chengyun.kernel.errors import Invalid, Refusal, WrongMedia

SUFFIXES = (".geojson", ".gpkg", ".shp")


def block(west: float, size: float) -> shapely.Polygon:
    return shapely.box(west, 36.0, west + size, 36.0 + size)


def pierced(shell: shapely.Polygon, hole: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(shell.exterior, [hole.exterior])


LAKE = pierced(block(115.0, 1.0), shapely.box(115.2, 36.2, 115.8, 36.8))
ISLAND = pierced(shapely.box(115.4, 36.4, 115.6, 36.6), shapely.box(115.45, 36.45, 115.5, 36.5))
TOUCHING = shapely.Polygon([(115.2, 36.2), (115.4, 36.2), (115.2, 36.4)])
OUTLINES = [
    block(115.0, 0.5),
    LAKE,
    shapely.MultiPolygon([LAKE, ISLAND]),
    shapely.MultiPolygon([TOUCHING, LAKE]),
    shapely.MultiPolygon([block(115.0, 0.1), block(116.0, 0.1), block(117.0, 0.1)]),
    shapely.force_3d(LAKE, 31.5),
    None,
]


def write(path: Path, shapes: list[Any], **options: Any) -> Path:
    """A file that GDAL writes: a code, a Chinese name that may be missing, and a number."""
    count = len(shapes)
    values = [
        np.array([f"{371502001001000 + n}" for n in range(count)], dtype=object),
        np.array([None if n % 3 == 2 else f"柳园路{n}号" for n in range(count)], dtype=object),
        np.array([n / 2 for n in range(count)]),
    ]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        values,
        ["code", "name", "kind"],
        **{"geometry_type": "Unknown", "crs": "EPSG:4490", "encoding": "UTF-8", **options},
        **({"layer": "layer", "SPATIAL_INDEX": "NO"} if path.suffix == ".gpkg" else {}),
    )
    return path


def grids(path: Path, **options: Any) -> list[GridRow]:
    rows = read(path, "grids", **options)
    assert all(isinstance(row, GridRow) for row in rows)
    return rows  # type: ignore[return-value]


def refusal(path: Path, **options: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(path, "grids", **options)
    return caught.value


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_what_gdal_reads_is_what_we_read(tmp_path: Path, suffix: str, encoding: str) -> None:
    kind = "Polygon" if suffix == ".shp" else "Unknown"
    text = encoding if suffix == ".shp" else "UTF-8"
    path = write(tmp_path / f"layer{suffix}", OUTLINES, geometry_type=kind, encoding=text)
    _, _, written, (codes, names, _) = pyogrio.raw.read(path, force_2d=True, encoding=text)
    theirs = shapely.normalize(shapely.from_wkb(written))
    rows = grids(path)
    ours = shapely.normalize([row.geometry for row in rows])
    assert list(ours) == list(theirs)
    assert [row.code for row in rows] == list(codes)
    assert [row.name for row in rows] == [name or "" for name in names]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_lines_points_and_heights(tmp_path: Path, suffix: str) -> None:
    line = shapely.LineString([(115, 36, 1), (116, 37, 2)])
    both = shapely.MultiLineString([[(115, 36), (116, 37)], [(117, 36), (118, 37)]])
    for name, shapes, kind in (
        ("line", [line], "LineString Z"),
        ("lines", [both], "MultiLineString"),
        ("point", [shapely.Point(115, 36, 5)], "Point Z"),
        ("points", [shapely.MultiPoint([(115, 36), (116, 36)])], "MultiPoint"),
    ):
        path = write(tmp_path / f"{name}{suffix}", shapes, geometry_type=kind)
        assert [row.geometry for row in grids(path)] == list(shapely.force_2d(shapes))


# Shapefile ---------------------------------------------------------------------------------------


@pytest.fixture
def shp(tmp_path: Path) -> Path:
    return write(tmp_path / "layer.shp", OUTLINES, geometry_type="Polygon")


def test_a_shapefile_without_its_index_is_read_one_by_one(shp: Path) -> None:
    whole = grids(shp)
    shp.with_suffix(".shx").unlink()
    assert grids(shp) == whole


def test_a_shapefile_without_its_table_lacks_the_columns(shp: Path) -> None:
    shp.with_suffix(".dbf").unlink()
    assert "缺少这一列" in refusal(shp).message


def test_companions_in_capitals_are_found(shp: Path) -> None:
    whole = grids(shp)
    for suffix in (".shx", ".dbf", ".prj", ".cpg"):
        shp.with_suffix(suffix).rename(shp.with_suffix(suffix.upper()))
    assert grids(shp) == whole


def test_rows_that_were_deleted_stay_away_with_their_outlines(shp: Path) -> None:
    whole, table = grids(shp), shp.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    start, width = (int.from_bytes(content[at : at + 2], "little") for at in (8, 10))
    content[start + width] = ord("*")
    table.write_bytes(content)
    kept = [whole[0], *whole[2:]]
    assert [(r.code, r.geometry) for r in grids(shp)] == [(r.code, r.geometry) for r in kept]


@pytest.mark.parametrize("said", ["GBK", "936", "ANSI 936", "cp936", "gb2312\n", "自定", ""])
def test_ways_to_say_what_the_texts_are_written_in(tmp_path: Path, said: str) -> None:
    path = write(tmp_path / "layer.shp", OUTLINES, geometry_type="Polygon", encoding="GBK")
    path.with_suffix(".cpg").write_text(said, "utf-8")
    assert grids(path)[0].name == "柳园路0号"


def test_a_cpg_that_is_not_true(tmp_path: Path) -> None:
    path = write(tmp_path / "layer.shp", OUTLINES, geometry_type="Polygon", encoding="GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    found = refusal(path)
    assert isinstance(found, WrongMedia)
    assert found.message.endswith("属性表里的文字不是 UTF-8，请检查 .cpg 文件。")


def test_a_name_cut_by_the_width_of_its_column(tmp_path: Path) -> None:
    path = write(tmp_path / "layer.shp", OUTLINES[:1], geometry_type="Polygon")
    table = path.with_suffix(".dbf")
    content, name = table.read_bytes(), "柳园路0号".encode()
    cut = name[: len(name) - 1].ljust(len(name), b"\0")
    table.write_bytes(content.replace(name, cut))
    path.with_suffix(".cpg").unlink()
    assert grids(path)[0].name == "柳园路0"


def test_a_table_shorter_than_the_outlines(shp: Path, tmp_path: Path) -> None:
    short = write(tmp_path / "short.shp", OUTLINES[:3], geometry_type="Polygon")
    shutil.copy(short.with_suffix(".dbf"), shp.with_suffix(".dbf"))
    assert refusal(shp).message.endswith("有 7 个图形，属性表却有 3 行。")


# GeoPackage --------------------------------------------------------------------------------------


@pytest.fixture
def gpkg(tmp_path: Path) -> Path:
    return write(tmp_path / "layer.gpkg", OUTLINES)


def test_tables_without_outlines_are_no_layers(gpkg: Path) -> None:
    with closing(sqlite3.connect(gpkg)) as db, db:
        db.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)")
        db.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
    assert len(grids(gpkg)) == len(OUTLINES)


def test_a_database_in_wal_mode(gpkg: Path) -> None:
    with closing(sqlite3.connect(gpkg)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    assert len(grids(gpkg)) == len(OUTLINES)
    with closing(sqlite3.connect(gpkg)) as open_elsewhere, open_elsewhere:
        open_elsewhere.execute("UPDATE layer SET name = '新名' WHERE fid = 1")
        open_elsewhere.commit()
        assert grids(gpkg)[0].name == "新名"


def view(gpkg: Path, select: str) -> None:
    """Make a view the only layer."""
    with closing(sqlite3.connect(gpkg)) as db, db:
        db.execute(f"CREATE VIEW seen AS {select}")
        db.execute("UPDATE gpkg_contents SET table_name = 'seen'")
        db.execute("UPDATE gpkg_geometry_columns SET table_name = 'seen'")


def test_a_layer_may_be_a_view(gpkg: Path) -> None:
    view(gpkg, "SELECT fid, geom, upper(code) AS code FROM layer WHERE fid < 3")
    assert [row.code for row in grids(gpkg)] == ["371502001001000", "371502001001001"]


def test_a_view_without_end_is_refused(gpkg: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i"
    view(gpkg, f"{endless} AS code, NULL AS geom FROM n")
    assert isinstance(refusal(gpkg), WrongMedia)


def blob(gpkg: Path, change: Callable[[bytes], bytes | str]) -> Path:
    """Change the second outline as it is written."""
    with closing(sqlite3.connect(gpkg)) as db, db:
        (written,) = db.execute("SELECT geom FROM layer WHERE fid = 2").fetchone()
        db.execute("UPDATE layer SET geom = ? WHERE fid = 2", [change(written)])
    return gpkg


def test_every_kind_of_box_before_an_outline(tmp_path: Path) -> None:
    for kind, doubles in ((0, 0), (1, 4), (2, 6), (3, 6), (4, 8)):
        path = write(tmp_path / f"box{kind}.gpkg", OUTLINES[:2])
        head = b"GP\0" + bytes([kind << 1 | 1]) + (4490).to_bytes(4, "little") + bytes(8 * doubles)
        blob(path, lambda _, head=head: head + shapely.to_wkb(LAKE))  # type: ignore[misc]
        assert grids(path)[1].geometry == LAKE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda written: b"", "已损坏"),
        (lambda written: "POLYGON EMPTY", "已损坏"),
        (lambda written: b"PG" + written[2:], "已损坏"),
        (lambda written: written[:3] + bytes([written[3] | 32]) + written[4:], "已损坏"),
        (lambda written: written[:3] + bytes([5 << 1 | 1]) + written[4:], "已损坏"),
        (lambda written: written[:-9], "第 2 行的图形读不出"),
    ],
)
def test_an_outline_that_is_none(gpkg: Path, change: Any, said: str) -> None:
    found = refusal(blob(gpkg, change))
    assert isinstance(found, WrongMedia) and said in found.message


def test_the_system_is_named_or_described(tmp_path: Path) -> None:
    there = Transformer.from_crs("EPSG:4490", "EPSG:4548", always_xy=True)
    metres = shapely.transform(OUTLINES[0], lambda c: np.column_stack(there.transform(*c.T)))
    path = write(tmp_path / "layer.gpkg", [metres], crs="EPSG:4548")
    assert shapely.equals_exact(grids(path)[0].geometry, OUTLINES[0], 1e-9)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gpkg_spatial_ref_sys SET organization = 'OURS' WHERE srs_id = 4548")
    assert shapely.equals_exact(grids(path)[0].geometry, OUTLINES[0], 1e-9)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gpkg_spatial_ref_sys SET definition = 'undefined' WHERE srs_id = 4548")
    found = refusal(path)
    assert isinstance(found, Invalid) and "坐标不是经纬度" in found.message


def test_a_schema_that_is_not_utf8(gpkg: Path) -> None:
    """SQLite quotes it in its complaint, which cannot be read either."""
    gpkg.write_bytes(gpkg.read_bytes().replace(b"CREATE TABLE", b"CREATE \x80\xffBLE"))
    assert isinstance(refusal(gpkg), WrongMedia)


# GeoJSON -----------------------------------------------------------------------------------------


def written(shape: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(str(shapely.to_geojson(shape)))
    return found


def geojson(folder: Path, *geometries: Any, properties: Any = None, **more: Any) -> Path:
    features = [
        {"type": "Feature", "geometry": g, "properties": properties or {"code": f"{n}"}}
        for n, g in enumerate(geometries)
    ]
    path = folder / "layer.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}))
    return path


SQUARE: dict[str, Any] = written(OUTLINES[0])


@pytest.mark.parametrize("name", ["EPSG:4548", "urn:ogc:def:crs:EPSG::4548"])
def test_an_older_geojson_names_its_system(tmp_path: Path, name: str) -> None:
    there = Transformer.from_crs("EPSG:4490", "EPSG:4548", always_xy=True)
    metres = shapely.transform(OUTLINES[0], lambda c: np.column_stack(there.transform(*c.T)))
    named = {"type": "name", "properties": {"name": name}}
    path = geojson(tmp_path, written(metres), crs=named)
    assert shapely.equals_exact(grids(path)[0].geometry, OUTLINES[0], 1e-9)


@pytest.mark.parametrize(
    "named",
    [
        {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        None,
        "4326",
        {},
        {"properties": 1},
    ],
)
def test_what_else_stands_under_crs(tmp_path: Path, named: Any) -> None:
    assert grids(geojson(tmp_path, SQUARE, crs=named))[0].geometry == OUTLINES[0]


def test_one_feature_alone_and_positions_with_more_than_three_numbers(tmp_path: Path) -> None:
    (ring,) = SQUARE["coordinates"]
    path = tmp_path / "one.geojson"
    measured = {"type": "Polygon", "coordinates": [[[*xy, 30.0, 1.0] for xy in ring]]}
    feature = {"type": "Feature", "properties": {"code": 7.0}, "geometry": measured}
    path.write_text("\ufeff" + json.dumps(feature))
    (row,) = grids(path)
    assert row.code == "7" and row.geometry == OUTLINES[0]


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ({"type": "Polygon", "coordinates": 5}, "第 2 行的图形读不出"),
        ({"type": "Polygon"}, "第 2 行的图形读不出"),
        ({"type": "圆", "coordinates": [1, 2]}, "第 2 行的图形读不出"),
        ({"type": "Polygon", "coordinates": [[[1, 2], ["x", 3]]]}, "第 2 行的图形读不出"),
        ({"type": "Point", "coordinates": [float("nan"), 2]}, "第 2 行的图形读不出"),
        ({"type": "Point", "coordinates": [1e999, 2]}, "第 2 行的图形读不出"),
        ({"type": "GeometryCollection", "geometries": [SQUARE, 5]}, "第 2 行的图形读不出"),
        ([1, 2], "第 2 行的图形读不出"),
    ],
)
def test_a_geometry_that_is_none(tmp_path: Path, geometry: Any, said: str) -> None:
    found = refusal(geojson(tmp_path, SQUARE, geometry))
    assert isinstance(found, WrongMedia) and said in found.message


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{}", b'{"type":"Topology"}', b'{"features":5}', b'{"features":[5]}',
        b'{"features":[{"properties":5}]}', b'{"a":' * 100_000, b"\xff\xfe\xff", b'{"features":[{}',
        b'{"features":[{"geometry":{"type":"Polygon","coordinates":' + b"[" * 900 + b"]" * 900 + b"}}]}",
    ],
)  # fmt: skip
def test_json_that_is_no_geojson(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "layer.geojson"
    path.write_bytes(text)
    assert isinstance(refusal(path), WrongMedia)


def test_texts_no_database_keeps(tmp_path: Path) -> None:
    (row,) = grids(geojson(tmp_path, SQUARE, properties={"code": "37\0x", "name": "街\ud800"}))
    assert (row.code, row.name) == ("37", "街?")


# Damage ------------------------------------------------------------------------------------------


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Cut off, or with a few bytes changed, mostly among the first."""
    if rng.random() < 0.3:
        return content[: rng.randrange(len(content))]
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20))):
        changed[rng.randrange(rng.choice((100, 400, len(content))) % len(content) + 1) - 1] = (
            rng.choice((0, 127, 128, 255, rng.randrange(256)))
        )
    return bytes(changed)


def sets(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each file of each format, and the file by which it is read."""
    for suffix in SUFFIXES:
        kind = "Polygon" if suffix == ".shp" else "Unknown"
        path = write(folder / f"layer{suffix}", OUTLINES, geometry_type=kind)
        parts = (".shp", ".shx", ".dbf", ".prj", ".cpg") if suffix == ".shp" else (suffix,)
        yield from ((path, path.with_suffix(part)) for part in parts)


@pytest.mark.parametrize("seed", range(8))
def test_damage_is_refused_or_does_no_harm(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    for path, part in list(sets(tmp_path)):
        whole = part.read_bytes()
        for _ in range(25):
            part.write_bytes(damaged(whole, rng))
            try:
                assert len(grids(path)) <= len(OUTLINES)
            except Refusal as refused:
                assert refused.message.endswith("。")
        part.write_bytes(whole)
        assert len(grids(path)) == len(OUTLINES)
