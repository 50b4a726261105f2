"""GeoPackage (OGC 12-128r19), read as the SQLite database it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from chengyun.city.places.layers import Damaged, Layer, Pick, chosen, crs_of, unreadable

LAYERS = """
SELECT CAST(c.table_name AS TEXT), CAST(g.column_name AS TEXT), s.organization, s.organization_coordsys_id, s.definition
FROM gpkg_contents c
JOIN gpkg_geometry_columns g ON g.table_name = c.table_name COLLATE NOCASE
LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
WHERE c.data_type = 'features' ORDER BY c.rowid
"""
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
"""All a layer may do, be it a view; what opens other files or recurses is not in it."""
MAGIC, HEADER = b"GP", 8
EXTENDED = 0b10_0000
ENVELOPES = (0, 32, 48, 48, 64)
"""Clause 2.1.3: bytes of the box between header and well-known binary, by its kind in the flags."""


class _Place(NamedTuple):
    """Where the outlines of a layer are, and the system they are in."""

    table: str
    column: str
    organization: str | None
    number: int | None
    definition: str | None


def read(path: Path, wanted: str, pick: Pick) -> Layer:
    """The layer of that name, or the only one; tables without outlines are none."""
    try:
        with closing(_opened(path)) as db:
            places = {row[0]: _Place(*row) for row in db.execute(LAYERS)}
            place = places[chosen(list(places), wanted)]
            columns = pick(_columns(db, place.table))
            rows = _rows(db, place, list(columns.values()))
    except (sqlite3.Error, UnicodeError) as error:
        raise Damaged from error
    return Layer(
        fields={field: [row[n] for row in rows] for n, field in enumerate(columns, start=1)},
        shapes=_shapes([_wkb(row[0]) for row in rows]),
        crs=_crs(place),
    )


def _opened(path: Path) -> sqlite3.Connection:
    """For reading alone. Without a log beside it nobody is writing, and it may lie where nothing can be written."""
    still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{still}", uri=True)
    db.execute("PRAGMA trusted_schema = OFF")
    db.set_authorizer(lambda act, *_: sqlite3.SQLITE_OK if act in ALLOWED else sqlite3.SQLITE_DENY)
    return db


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    cursor = db.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0")  # noqa: S608
    return [column[0] for column in cursor.description]


def _rows(db: sqlite3.Connection, place: _Place, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    names = ", ".join(map(_quoted, (place.column, *columns)))
    return db.execute(f"SELECT {names} FROM {_quoted(place.table)}").fetchall()  # noqa: S608


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _wkb(blob: Any) -> bytes | None:
    """Well-known binary out of the blob of an outline."""
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < HEADER or not blob.startswith(MAGIC):
        raise Damaged
    flags = blob[3]
    kind = flags >> 1 & 0b111
    if flags & EXTENDED or kind >= len(ENVELOPES):
        raise Damaged
    return blob[HEADER + ENVELOPES[kind] :]


def _shapes(written: list[bytes | None]) -> NDArray[np.object_]:
    shapes = np.empty(len(written), dtype=object)
    shapes[:] = shapely.from_wkb(np.array(written, dtype=object), on_invalid="ignore")
    for row, (before, after) in enumerate(zip(written, shapes, strict=True), start=1):
        if before is not None and after is None:
            raise unreadable(row)
    return np.asarray(shapely.force_2d(shapes), dtype=object)


def _crs(place: _Place) -> CRS | None:
    known = crs_of(CRS.from_authority, str(place.organization), str(place.number))
    return known or crs_of(CRS.from_wkt, str(place.definition))
