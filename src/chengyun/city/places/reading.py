"""Reading files of places: GeoJSON, GeoPackage, Shapefile (loose or zipped), in UTF-8 or GBK, in any known system."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from chengyun.city.places.specs import (
    GRADES,
    SHAPE_KINDS,
    GridRow,
    LayerKind,
    RegionRow,
    RoadRow,
    Row,
    ShapeRow,
    trimmed,
)
from chengyun.kernel.errors import Invalid, TooLarge, WrongMedia
from chengyun.science.coordinates import Crs, to_wgs84

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".zip")
LARGEST = 2 * 1024**3  # bytes of an unpacked archive
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# GDAL goes by content, and some of what it knows (VRT, GDALG) names other files and addresses to read.
DRIVERS = frozenset({"GeoJSON", "GPKG", "ESRI Shapefile"})
BEGINNINGS = {".gpkg": b"SQLite format 3\0", ".shp": b"\x00\x00\x27\x0a"}

ALIASES: dict[str, tuple[str, ...]] = {
    "code": (
        "code",
        "adcode",
        "编码",
        "代码",
        "区划代码",
        "网格编码",
        "标识码",
        "bgid",
        "bgcode",
        "gridcode",
    ),
    "name": ("name", "名称", "区划名称", "网格名称", "道路名称", "路名", "bgname", "gridname"),
    "responsibility": ("responsibility", "责任网格", "责任网格编码", "zrwg"),
    "responsibility_name": ("responsibility_name", "责任网格名称", "zrwgmc"),
    "grade": ("grade", "道路等级", "等级"),
    "kind": ("kind", "类型", "种类"),
}
NEEDED: dict[LayerKind, tuple[str, ...]] = {
    "regions": ("code", "name"),
    "grids": ("code",),
    "roads": ("name",),
    "shapes": ("kind",),
}


@dataclass(frozen=True)
class Table:
    """What a file holds: a text per row for each field that was found, and outlines in WGS 84."""

    fields: dict[str, list[str]]
    shapes: NDArray[np.object_]

    def text(self, field: str, row: int) -> str:
        return self.fields[field][row] if field in self.fields else ""


def read(path: Path, kind: LayerKind, *, crs: Crs = "wgs84", layer: str = "") -> list[Row]:
    """The rows of a file. Raises a refusal with a sentence when it cannot be read as what it should be."""
    if path.suffix.lower() not in SUFFIXES:
        raise WrongMedia("只认 GeoJSON、GeoPackage（.gpkg）、Shapefile（.shp 或打包的 .zip）文件。")
    if not path.is_file():
        raise Invalid(f"找不到文件“{path.name}”。")
    with _unpacked(path) as plain:
        table = _table(plain, crs, layer)
    lacking = [ALIASES[field] for field in NEEDED[kind] if field not in table.fields]
    if lacking:
        raise Invalid(f"文件里缺少这一列，可用的列名：{'；'.join('、'.join(n) for n in lacking)}。")
    return [MAKE[kind](table, row) for row in range(len(table.shapes))]


def _table(path: Path, crs: Crs, layer: str) -> Table:
    if not _begins_right(path):
        raise _wrong_format(path)
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        chosen = _chosen(layers, layer)
        if pyogrio.read_info(path, layer=chosen)["driver"] not in DRIVERS:
            raise _wrong_format(path)
        meta, _, wkb, values = pyogrio.raw.read(
            path, layer=chosen, encoding=_encoding(path), force_2d=True
        )
        shapes = np.asarray(shapely.from_wkb(wkb), dtype=object)
    except (DataSourceError, DataLayerError, shapely.errors.GEOSException, UnicodeError) as error:
        raise _wrong_format(path) from error
    columns = dict(zip((str(name) for name in meta["fields"]), values, strict=True))
    return Table(fields=dict(_known(columns)), shapes=_placed(shapes, meta["crs"], crs))


def _begins_right(path: Path) -> bool:
    """Whether the first bytes are those of the format the suffix names; checked before anything opens the file."""
    with path.open("rb") as file:
        start = file.read(4096)
    if wanted := BEGINNINGS.get(path.suffix.lower()):
        return start.startswith(wanted)
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def _wrong_format(path: Path) -> WrongMedia:
    return WrongMedia(f"文件“{path.name}”已损坏，或不是它的后缀所说的格式。")


def _chosen(layers: list[str], wanted: str) -> str:
    if wanted and wanted not in layers:
        raise Invalid(f"文件里没有图层“{wanted}”，有：{'、'.join(layers)}。")
    if not wanted and len(layers) > 1:
        raise Invalid(f"文件里有 {len(layers)} 个图层，请指明用哪一个：{'、'.join(layers)}。")
    if not layers:
        raise Invalid("文件里没有图层。")
    return wanted or layers[0]


def _known(columns: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The columns we know by any of their names, as text."""
    lower = {name.lower(): name for name in columns}
    for field, aliases in ALIASES.items():
        name = next((lower[alias] for alias in aliases if alias in lower), None)
        if name is not None:
            yield field, [_text(value) for value in columns[name]]


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _placed(shapes: NDArray[np.object_], stored: str | None, crs: Crs) -> NDArray[np.object_]:
    """Outlines in WGS 84: out of the projection of the file, then out of the offset the user named."""
    own = CRS.from_user_input(stored) if stored else None
    if own is not None and not own.is_geographic:
        shapes = _moved(shapes, _unprojected(own))
    west, south, east, north = shapely.total_bounds(shapes)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90) and len(shapes):
        raise Invalid(
            "坐标不是经纬度，文件也没有说明坐标系（Shapefile 缺 .prj？），请补上后再导入。"
        )
    if crs in ("wgs84", "cgcs2000"):
        return shapes
    return _moved(shapes, lambda x, y: to_wgs84(x, y, crs))


def _unprojected(own: CRS) -> Callable[[Any, Any], tuple[Any, Any]]:
    try:
        transformer = Transformer.from_crs(own, "EPSG:4326", always_xy=True)
    except ProjError as error:
        raise Invalid(f"文件的坐标系“{own.name}”无法换算成经纬度。") from error
    return lambda x, y: transformer.transform(x, y)


def _moved(
    shapes: NDArray[np.object_], move: Callable[[Any, Any], tuple[Any, Any]]
) -> NDArray[np.object_]:
    moved = shapely.transform(shapes, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))
    return np.asarray(moved, dtype=object)


def _encoding(path: Path) -> str | None:
    """What the texts of a Shapefile are written in; other formats say it themselves."""
    if path.suffix.lower() != ".shp":
        return None
    said = path.with_suffix(".cpg")
    if said.is_file():
        return said.read_text(encoding="ascii", errors="replace").strip() or None
    table = path.with_suffix(".dbf")
    return "UTF-8" if not table.is_file() or _is_utf8(table.read_bytes()) else "GB18030"


def _is_utf8(content: bytes) -> bool:
    try:
        content[32:].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file itself; a zip as the Shapefile in it; GeoJSON written in GBK as UTF-8."""
    suffix = path.suffix.lower()
    with tempfile.TemporaryDirectory(prefix="places-") as folder:
        if suffix == ".zip":
            yield _unzipped(path, Path(folder))
        elif suffix in (".geojson", ".json") and not _is_utf8(b" " * 32 + path.read_bytes()):
            plain = Path(folder) / "layer.geojson"
            plain.write_text(path.read_text(encoding="gb18030", errors="replace"), "utf-8")
            yield plain
        else:
            yield path


def _unzipped(path: Path, folder: Path) -> Path:
    """The parts of the one Shapefile of an archive, under plain names."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if "__MACOSX" not in m.filename]
            shapes = [m for m in members if m.filename.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise Invalid(f"压缩包里应当正好有一个 Shapefile，现有 {len(shapes)} 个。")
            stem = shapes[0].filename[:-4]
            parts = {
                m.filename[len(stem) :].lower(): m for m in members if m.filename.startswith(stem)
            }
            if sum(m.file_size for m in members) > LARGEST:
                raise TooLarge("压缩包解开后超过 2 GB，请分批导入。")
            for suffix in SHAPEFILE:
                if suffix in parts:
                    with (
                        archive.open(parts[suffix]) as source,
                        (folder / f"layer{suffix}").open("wb") as out,
                    ):
                        shutil.copyfileobj(source, out)
    except (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error) as error:
        raise WrongMedia("压缩包打不开：文件已损坏或带有密码。") from error
    return folder / "layer.shp"


def _region(table: Table, row: int) -> RegionRow:
    return RegionRow(
        code=trimmed(table.text("code", row)),
        name=table.text("name", row),
        geometry=table.shapes[row],
        number=row + 1,
    )


def _grid(table: Table, row: int) -> GridRow:
    return GridRow(
        code=table.text("code", row),
        name=table.text("name", row),
        responsibility=table.text("responsibility", row),
        responsibility_name=table.text("responsibility_name", row),
        geometry=table.shapes[row],
        number=row + 1,
    )


def _road(table: Table, row: int) -> RoadRow:
    return RoadRow(
        code=table.text("code", row),
        name=table.text("name", row),
        grade=_key(GRADES, table.text("grade", row)) or "branch",
        geometry=table.shapes[row],
        number=row + 1,
    )


def _key(choices: dict[str, str], text: str) -> str:
    """The key of a choice written as its label; other text is left for the check to refuse."""
    return next((key for key, label in choices.items() if label == text), text)


def _shape(table: Table, row: int) -> ShapeRow:
    return ShapeRow(
        code=table.text("code", row),
        name=table.text("name", row),
        kind=_key(SHAPE_KINDS, table.text("kind", row)),
        geometry=table.shapes[row],
        number=row + 1,
    )


MAKE: dict[LayerKind, Callable[[Table, int], Row]] = {
    "regions": _region,
    "grids": _grid,
    "roads": _road,
    "shapes": _shape,
}
KINDS: tuple[LayerKind, ...] = get_args(LayerKind)
