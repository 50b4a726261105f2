"""Shapefile (ESRI white paper of July 1998) with its table (dBASE III)."""

from __future__ import annotations

import codecs
import re
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from chengyun.city.places.layers import Damaged, Layer, Pick, chosen, crs_of, unreadable

FILE_CODE, HEADER = 9994, 100
POINT, LINE, POLYGON, MULTIPOINT = 1, 3, 5, 8
KINDS = {
    plain + more: plain for plain in (POINT, LINE, POLYGON, MULTIPOINT) for more in (0, 10, 20)
}
"""A shape with height (1x) or measure (2x) begins like the plain one."""
UNSAID = ("utf-8", "gb18030")
"""What a table is written in when no .cpg says so."""
CODE_PAGE = re.compile(r"(?:ANSI |OEM |CP|WINDOWS-)?(\d{3,5})", re.IGNORECASE)
CHINESE = ("gb2312", "gbk")
"""Whoever says one of these may well write characters of the larger GB 18030."""
RECORD_HEADER, BOX_END = 8, 36
FIELD, FIELDS_END = 32, b"\r"
TEXT, NUMBERS = b"C", (b"N", b"F")
DELETED = b"*"

Points = NDArray[np.float64]
Ring = shapely.LinearRing


class Column(NamedTuple):
    """One column of a dBASE table, and where it is in each row."""

    name: bytes
    kind: bytes
    start: int
    width: int


def read(path: Path, wanted: str, pick: Pick) -> Layer:
    """The rows that are not deleted."""
    chosen([path.stem], wanted)
    try:
        shapes = np.array(
            [_shape(*one) for one in enumerate(_records(path), start=1)], dtype=object
        )
        rows, columns = _table(_beside(path, ".dbf"), len(shapes))
    except (struct.error, IndexError) as error:
        raise Damaged from error
    kept = [n for n, row in enumerate(rows) if not row.startswith(DELETED)]
    rows = [rows[n] for n in kept]
    return Layer(
        fields=_fields(rows, columns, _encodings(path), pick),
        shapes=shapes[kept],
        crs=crs_of(CRS.from_wkt, (_beside(path, ".prj") or b"").decode(errors="replace")),
    )


def _beside(path: Path, suffix: str) -> bytes | None:
    """The content of another file of the set, whose suffix may be in capitals."""
    names = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return next((name.read_bytes() for name in names if name.is_file()), None)


# The outlines ------------------------------------------------------------------------------------


def _records(path: Path) -> Iterator[bytes]:
    """The content of each record."""
    content = path.read_bytes()
    if len(content) < HEADER or struct.unpack_from(">i", content)[0] != FILE_CODE:
        raise Damaged
    index = _beside(path, ".shx")
    for start in _one_by_one(content) if index is None else _indexed(index):
        end = _end(content, start)
        if not HEADER <= start < end <= len(content):
            raise Damaged
        yield content[start + RECORD_HEADER : end]


def _one_by_one(content: bytes) -> Iterator[int]:
    """Where records begin when there is no index: each behind the one before."""
    start = HEADER
    while start < len(content):
        yield start
        start = _end(content, start)


def _indexed(index: bytes) -> Iterator[int]:
    for start, _ in struct.iter_unpack(">2i", index[HEADER:]):
        yield 2 * start


def _end(content: bytes, start: int) -> int:
    return start + RECORD_HEADER + 2 * int(struct.unpack_from(">i", content, start + 4)[0])


def _shape(number: int, record: bytes) -> shapely.Geometry | None:
    kind = struct.unpack_from("<i", record)[0]
    if kind == 0:
        return None
    if kind not in KINDS:
        raise Damaged(f"第 {number} 行是立体图形（MultiPatch），不能导入")
    try:
        with np.errstate(all="ignore"):  # what is beyond the earth is refused with all the others
            return MAKE[KINDS[kind]](record)
    except (ValueError, shapely.errors.GEOSException) as error:
        raise unreadable(number) from error


def _point(record: bytes) -> shapely.Point:
    return shapely.Point(*struct.unpack_from("<2d", record, 4))


def _multipoint(record: bytes) -> shapely.MultiPoint:
    (count,) = struct.unpack_from("<i", record, BOX_END)
    return shapely.MultiPoint(_points(record, count, BOX_END + 4))


def _line(record: bytes) -> shapely.Geometry | None:
    lines = [shapely.LineString(part) for part in _parts(record)]
    return shapely.MultiLineString(lines) if len(lines) > 1 else next(iter(lines), None)


def _polygon(record: bytes) -> shapely.Geometry | None:
    """Rings that run clockwise are outlines, the others holes; of which outline, nobody wrote down."""
    rings = [shapely.LinearRing(part) for part in _parts(record)]
    shells = [ring for ring in rings if not ring.is_ccw]
    holes = [ring for ring in rings if ring.is_ccw]
    made = _with_holes(shells, holes) if shells else [shapely.Polygon(ring) for ring in holes]
    return shapely.MultiPolygon(made) if len(made) > 1 else next(iter(made), None)


def _with_holes(shells: list[Ring], holes: list[Ring]) -> list[shapely.Polygon]:
    areas = [shapely.Polygon(shell) for shell in shells]
    if not holes:
        return areas
    tree, within = shapely.STRtree(areas), defaultdict[int | None, list[Ring]](list)
    for hole in holes:
        within[_owner(hole, tree) if len(shells) > 1 else 0].append(hole)
    lone = [shapely.Polygon(hole) for hole in within[None]]
    return [shapely.Polygon(shell, within[n]) for n, shell in enumerate(shells)] + lone


def _owner(hole: Ring, tree: shapely.STRtree) -> int | None:
    """The smallest outline with all corners of the hole in it. Without one the hole is an outline itself."""
    around = [
        (tree.geometries[n].area, int(n))
        for n in tree.query(hole)
        if shapely.intersects_xy(tree.geometries[n], shapely.get_coordinates(hole)).all()
    ]
    return min(around)[1] if around else None


def _parts(record: bytes) -> list[Points]:
    parts, points = struct.unpack_from("<2i", record, BOX_END)
    first = BOX_END + 8
    starts = [*struct.unpack_from(f"<{max(parts, 0)}i", record, first), points]
    if any(this > following for this, following in pairwise([0, *starts])):
        raise ValueError("parts overlap")
    everything = _points(record, points, first + 4 * parts)
    return [everything[this:following] for this, following in pairwise(starts)]


def _points(record: bytes, count: int, start: int) -> Points:
    if count < 0:
        raise ValueError("a negative count")
    return np.frombuffer(record, "<f8", 2 * count, start).reshape(-1, 2)


MAKE: dict[int, Callable[[bytes], shapely.Geometry | None]] = {
    POINT: _point,
    LINE: _line,
    POLYGON: _polygon,
    MULTIPOINT: _multipoint,
}


# The table ---------------------------------------------------------------------------------------


def _table(content: bytes | None, count: int) -> tuple[list[bytes], list[Column]]:
    """The rows and columns; without a table there is a row of nothing for each outline."""
    if content is None:
        return [b" "] * count, []
    rows, start, width = struct.unpack_from("<IHH", content, 4)
    columns = list(_columns(content[FIELD:start]))
    if rows != count:
        raise Damaged(f"有 {count} 个图形，属性表却有 {rows} 行")
    if len(content) < start + rows * width or any(one.start + one.width > width for one in columns):
        raise Damaged
    return [content[at : at + width] for at in range(start, start + rows * width, width)], columns


def _columns(described: bytes) -> Iterator[Column]:
    start = 1
    for at in range(0, len(described), FIELD):
        if described.startswith(FIELDS_END, at):
            return
        name, kind, width = struct.unpack_from("<11sc4xB", described, at)
        yield Column(name.partition(b"\0")[0], kind, start, width)
        start += width


def _fields(
    rows: list[bytes], columns: list[Column], encodings: Sequence[str], pick: Pick
) -> dict[str, Sequence[Any]]:
    """The wanted columns, in the first encoding in which every text of the table can be read."""
    for encoding in encodings:
        with suppress(UnicodeError):
            named = {_decoded(one.name, encoding): one for one in columns}
            texts = {name: _values(rows, one, encoding) for name, one in named.items()}
            return {field: texts[name] for field, name in pick(named).items()}
    raise Damaged(f"属性表里的文字不是 {encodings[-1]}，请检查 .cpg 文件")


def _values(rows: list[bytes], column: Column, encoding: str) -> Sequence[Any]:
    end = column.start + column.width
    values = (row[column.start : end].partition(b"\0")[0] for row in rows)
    if column.kind == TEXT:
        return [_decoded(value, encoding) for value in values]
    if column.kind in NUMBERS:
        return [_number(value) for value in values]
    return [value.decode("ascii", "replace") for value in values]


def _decoded(value: bytes, encoding: str) -> str:
    """A text whose last character may have been cut by the width of its column."""
    return codecs.getincrementaldecoder(encoding)().decode(value)


def _number(value: bytes) -> int | float | None:
    for read_as in (int, float):
        with suppress(ValueError):
            return read_as(value)
    return None


def _encodings(path: Path) -> Sequence[str]:
    """What the texts may be written in: as the .cpg says, by name or by number of a code page."""
    said = (_beside(path, ".cpg") or b"").decode("ascii", "replace").strip()
    name = CODE_PAGE.sub(r"cp\1", said)
    try:
        b" ".decode(name)
    except (LookupError, ValueError):
        return UNSAID
    return ("gb18030",) if codecs.lookup(name).name in CHINESE else (name,)
