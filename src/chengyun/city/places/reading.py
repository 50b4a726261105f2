"""Reading files of places: GeoJSON, GeoPackage, Shapefile (loose or zipped), in UTF-8 or GBK, in any known system."""

from __future__ import annotations

import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from chengyun.city.places import geojson, geopackage, shapefile
from chengyun.city.places.layers import Damaged, Layer, Pick
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

READERS: dict[str, Callable[[Path, str, Pick], Layer]] = {
    ".geojson": geojson.read,
    ".json": geojson.read,
    ".gpkg": geopackage.read,
    ".shp": shapefile.read,
}
SUFFIXES = (*READERS, ".zip")
LARGEST = 2 * 1024**3  # bytes of an unpacked archive
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")

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
        table = _table(plain, path.name, crs, layer)
    lacking = [ALIASES[field] for field in NEEDED[kind] if field not in table.fields]
    if lacking:
        raise Invalid(f"文件里缺少这一列，可用的列名：{'；'.join('、'.join(n) for n in lacking)}。")
    return [MAKE[kind](table, row) for row in range(len(table.shapes))]


def _table(path: Path, name: str, crs: Crs, layer: str) -> Table:
    try:
        found = READERS[path.suffix.lower()](path, layer, _columns)
    except Damaged as damage:
        why = f"读不出：{damage}" if str(damage) else "已损坏，或不是它的后缀所说的格式"
        raise WrongMedia(f"文件“{name}”{why}。") from damage
    fields = {field: [_text(value) for value in values] for field, values in found.fields.items()}
    return Table(fields=fields, shapes=_placed(found.shapes, found.crs, crs))


def _columns(names: Iterable[str]) -> dict[str, str]:
    """The column of each field we know, by any of its names."""
    lower = {name.lower(): name for name in names}
    found = {
        field: next((lower[alias] for alias in aliases if alias in lower), None)
        for field, aliases in ALIASES.items()
    }
    return {field: name for field, name in found.items() if name is not None}


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).partition("\0")[0].strip()
    return text.encode(errors="replace").decode()  # half a surrogate pair, which no database keeps


def _placed(shapes: NDArray[np.object_], own: CRS | None, crs: Crs) -> NDArray[np.object_]:
    """Outlines in WGS 84: out of the projection of the file, then out of the offset the user named."""
    if own is not None and not own.is_geographic:
        shapes = _moved(shapes, _unprojected(own))
    west, south, east, north = box = shapely.total_bounds(shapes)
    nowhere = np.isnan(box).all()  # no outline at all, as regions may have it
    if not nowhere and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(
            "坐标不是经纬度，文件也没有说明是哪个坐标系，或写得认不出（Shapefile 看 .prj），请补上后再导入。"
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


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file itself; a zip as the Shapefile in it."""
    if path.suffix.lower() != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="places-") as folder:
        yield _unzipped(path, Path(folder))


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
    except (
        zipfile.BadZipFile,
        RuntimeError,
        EOFError,
        OSError,
        zlib.error,
        lzma.LZMAError,
    ) as error:
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
