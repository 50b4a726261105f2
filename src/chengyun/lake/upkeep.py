"""The upkeep of the readings' table: small files become one a day, old days go, and how large it is."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from deltalake import DeltaTable

from chengyun.lake import tables
from chengyun.lake.readings import LAYOUT, SCHEMA, once
from chengyun.lake.tables import change, opened, removal, store

KEPT = timedelta(days=7)
"""How long a file that the table no longer names stays for those who still read it."""


def compact(folder: Path, *, before: date) -> int:
    """Merge the files of each day before a day into one, sorted by series and time, each reading once.

    `history` answers the same before and after; old files stay for a week (`tidy`).  A day is held in memory: about 70
    bytes a reading, three times over.  To be run by one process at a time; commits may go on.

    Returns
    -------
    int
        Days that had more than one file.
    """
    table = opened(folder)
    days = {} if table is None else days_of(table)
    many = [day for day, files in days.items() if day < before and len(files) > 1]
    for day in sorted(many):
        assert table is not None
        rows = pa.concat_tables(rows_of(folder / file["path"]) for file in days[day])
        merged = store(folder, LAYOUT, once(rows), str(day), data_change=False)
        table.update_incremental()
        gone = (removal(LAYOUT, file, data_change=False) for file in days[day])
        change(folder, LAYOUT, table, [merged, *gone])
    return len(many)


def retain(folder: Path, *, before: date) -> int:
    """Remove the readings of the days before a day from the table; return how many days went.

    The newest version has them no longer; the disk has them until `tidy`.
    """
    table = opened(folder)
    old = [] if table is None else [files for day, files in days_of(table).items() if day < before]
    if table is not None and old:
        gone = [removal(LAYOUT, file, data_change=True) for files in old for file in files]
        change(folder, LAYOUT, table, gone)
    return len(old)


def tidy(folder: Path, *, kept: timedelta = KEPT) -> int:
    """Delete the files that no version younger than `kept` names; return how many."""
    return tables.tidy(folder, kept // timedelta(hours=1))


def size(folder: Path) -> dict[str, float]:
    """Say how large the newest version is: rows, bytes, files, days, bytes a reading (0 without any)."""
    table = opened(folder)
    days = {} if table is None else days_of(table)
    files = [file for several in days.values() for file in several]
    rows = sum(file["num_records"] for file in files)
    taken = sum(file["size_bytes"] for file in files)
    return {
        "rows": rows,
        "bytes": taken,
        "files": len(files),
        "days": len(days),
        "bytes_per_reading": taken / rows if rows else 0,
    }


def days_of(table: DeltaTable) -> dict[date, list[dict[str, Any]]]:
    """The files of each day, as delta-rs tells of them."""
    known = tables.files_of(table)
    if not len(known):
        return {}
    days: dict[date, list[dict[str, Any]]] = {}
    for day, file in zip(_dates(known), known.to_pylist(), strict=True):
        days.setdefault(day, []).append(file)
    return days


def _dates(known: pa.Table) -> list[date]:
    return list(pc.cast(known["partition.day"], pa.date32()).to_pylist())


def rows_of(path: Path) -> pa.Table:
    """The readings of one file of the table."""
    return parquet.ParquetFile(path).read().cast(SCHEMA)
