"""The Delta Lake table of sensor readings: `commit` what the journal holds, read `history` of both.

A table is a folder.  Its Parquet files are written and fsynced here, then named by a Delta transaction that carries the
position of the journal, so that a repeated commit changes nothing.  They are opened by their snapshot: delta-rs says
which files make up a version, and DuckDB reads them as Parquet through Ibis, with no connector or extension.
Partition columns are stored in the files, too; there are no deletion vectors and no mapped columns.
"""

import json
import os
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction
from ibis.backends.duckdb import Backend

from chengyun.lake.journal import Gone, entries

READINGS = 1
"""The kind of a journal entry whose payload is readings."""
APP = "journal"
MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("series", pa.int64(), nullable=False),
        pa.field("at", MOMENT, nullable=False),
        pa.field("serial", pa.int64(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("quality", pa.int16(), nullable=False),
        pa.field("received", MOMENT, nullable=False),
        pa.field("day", pa.date32(), nullable=False),
    ]
)
"""One row a reading: its series, device time, frame serial, value in the unit of the series, mask of quality marks,
time of receipt, and the UTC day of the device time."""
SORTED = [("series", "ascending"), ("at", "ascending"), ("serial", "ascending")]
TRIES = 5
CONFIGURATION = {"delta.logRetentionDuration": "interval 7 days"}
"""A version a minute is 10,000 a week; each is a file that whoever opens the table has to pass over."""
_PACKED = dict.fromkeys(("series", "at", "serial", "received"), "DELTA_BINARY_PACKED")


def encode(table: pa.Table) -> bytes:
    """Write readings of `SCHEMA` as the payload of a journal entry (Arrow IPC stream).

    Raises `pyarrow.ArrowInvalid` or `ValueError` for columns that are not those of `SCHEMA`.
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, SCHEMA) as writer:
        writer.write_table(table.cast(SCHEMA).combine_chunks())
    return bytes(sink.getvalue().to_pybytes())


def decode(payload: bytes) -> pa.Table:
    """Read what `encode` wrote. Raises `pyarrow.ArrowInvalid` for anything else."""
    with pa.ipc.open_stream(payload) as reader:
        return reader.read_all()


def with_day(table: pa.Table) -> pa.Table:
    """Add the column `day`, the UTC day of `at`, to readings that have all other columns."""
    return table.append_column(SCHEMA.field("day"), pc.cast(table["at"], pa.date32())).cast(SCHEMA)


def committed(folder: Path) -> int:
    """Return the position of the journal up to which the table has everything; 0 without a table."""
    table = opened(folder)
    return _position(table) if table else 0


def commit(folder: Path, table: pa.Table, *, position: int) -> bool:
    """Append the readings of the journal up to a position, all of them durable when this returns.

    Parameters
    ----------
    folder
        Of the table; is made when it is not there.
    table
        Readings of `SCHEMA` in any order, any number of days; may be empty.
    position
        Where the journal is after them, as `Journal.sync` returned it.

    Returns
    -------
    bool
        False, and nothing changed, when the table has that position already.
    """
    stored = opened(folder) or _new(folder)
    if position <= _position(stored):
        return False
    days = pc.unique(table["day"]).to_pylist()
    added = [store(folder, table.filter(pc.equal(table["day"], day)), day) for day in sorted(days)]
    change(folder, stored, added, position=position)
    return True


def history(
    folder: Path,
    series: Sequence[int],
    begin: datetime,
    end: datetime,
    *,
    journal: Path | None = None,
) -> pa.Table:
    """Read back the readings of some series from `begin` to before `end`, both aware.

    Parameters
    ----------
    folder
        Of the table; without one there is nothing but the journal.
    journal
        Folder of the journal, for a reader that must see what is not committed yet.

    Returns
    -------
    pyarrow.Table
        `SCHEMA`, sorted by series, at, serial, received.  The same reading received twice is there once, as it was
        first received; the same series, time and serial with another value is a correction and both are there.

    Raises
    ------
    chengyun.lake.journal.Damaged
        The journal cannot be read.
    chengyun.lake.journal.Gone
        The journal was cut beyond what the table has.
    """
    for left in reversed(range(TRIES)):
        table = opened(folder)
        parts = [_read(table, series, begin, end)] if table else []
        try:
            if journal:
                parts += _pending(journal, _position(table) if table else 0)
            break
        except Gone:  # committed and cut since the table was opened
            if not left:
                raise
    return once(_within(pa.concat_tables(parts or [SCHEMA.empty_table()]), series, begin, end))


def once(table: pa.Table) -> pa.Table:
    """Sort by series, at, serial, received and leave each reading once, as it was first received."""
    bits = pa.array(table["value"].to_numpy().view(np.int64))
    table = table.append_column("bits", bits)
    table = table.sort_by([*SORTED, ("bits", "ascending"), ("received", "ascending")])
    same = np.ones(max(len(table) - 1, 0), dtype=np.bool_)
    for name in ("series", "at", "serial", "bits"):
        column = pc.cast(table[name], pa.int64()).to_numpy()
        same &= column[1:] == column[:-1]
    first = np.append(True, ~same)[: len(table)]
    kept = table.filter(pa.array(first)).drop_columns(["bits"])
    return kept.sort_by([*SORTED, ("received", "ascending")])


# -- files and transactions -----------------------------------------------------------------------


def opened(folder: Path) -> DeltaTable | None:
    """The table in its newest version; None without one."""
    try:
        return DeltaTable(folder)
    except TableNotFoundError:
        return None


def store(folder: Path, rows: pa.Table, day: date, *, data_change: bool = True) -> AddAction:
    """Write readings of one day as a durable file, which the table does not name yet."""
    name = f"day={day}/{uuid.uuid4()}.parquet"
    path = folder / name
    fresh = not path.parent.is_dir()
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = rows.sort_by([*SORTED, ("received", "ascending")])
    parquet.write_table(
        rows, path, compression="zstd", use_dictionary=["value", "quality", "day"],
        column_encoding=_PACKED, row_group_size=128 * 1024,
    )  # fmt: skip
    for place in (path, path.parent, *((folder,) if fresh else ())):
        _sync(place)
    known = pc.min_max(rows["series"]).as_py()
    stats = {
        "numRecords": len(rows),
        "minValues": {"series": known["min"]},
        "maxValues": {"series": known["max"]},
        "nullCount": {"series": 0},
    }
    return AddAction(
        path=name, size=path.stat().st_size, partition_values={"day": str(day)},
        modification_time=int(time.time() * 1000), data_change=data_change, stats=json.dumps(stats),
    )  # fmt: skip


def change(
    folder: Path,
    table: DeltaTable,
    actions: Sequence[AddAction | RemoveAction],
    *,
    position: int | None = None,
) -> None:
    """Put files in and out of the table in one transaction, durable when this returns."""
    told = [] if position is None else [Transaction(APP, position)]
    before = table.version()
    table.create_write_transaction(
        list(actions), mode="append", schema=Schema.from_arrow(SCHEMA), partition_by=["day"],
        commit_properties=CommitProperties(app_transactions=told),
    )  # fmt: skip
    table.update_incremental()
    log = folder / "_delta_log"
    for version in range(before + 1, table.version() + 1):
        _sync(log / f"{version:020}.json")
    _sync(log)


def connected() -> Backend:
    """DuckDB in memory, which neither fetches nor loads an extension."""
    return ibis.duckdb.connect(autoinstall_known_extensions=False, autoload_known_extensions=False)


def files_of(table: DeltaTable, series: Sequence[int], first: date, last: date) -> list[str]:
    """The files of a version that may hold some series on the days from `first` to `last`."""
    known = pa.table(table.get_add_actions(flatten=True))
    if not len(known) or not series:
        return []
    days = pc.cast(known["partition.day"], pa.date32())
    kept = pc.and_(pc.greater_equal(days, pa.scalar(first)), pc.less_equal(days, pa.scalar(last)))
    kept = pc.and_(kept, pc.less_equal(known["min.series"], max(series)))
    kept = pc.and_(kept, pc.greater_equal(known["max.series"], min(series)))
    root = Path(table.table_uri.removeprefix("file://"))
    return [str(root / name) for name in known.filter(kept)["path"].to_pylist()]


def _read(table: DeltaTable, series: Sequence[int], begin: datetime, end: datetime) -> pa.Table:
    paths = files_of(table, series, begin.astimezone(UTC).date(), end.astimezone(UTC).date())
    if not paths:
        return SCHEMA.empty_table()
    backend = connected()
    try:
        rows = backend.read_parquet(paths, hive_partitioning=False)
        asked = rows.filter(rows.series.isin(list(series)), rows["at"] >= begin, rows["at"] < end)
        return pa.table(backend.con.sql(backend.compile(asked)).to_arrow_table()).cast(SCHEMA)
    finally:
        backend.disconnect()


def _pending(journal: Path, since: int) -> list[pa.Table]:
    told = entries(journal, since)
    return [decode(entry.payload) for entry in told if entry.kind == READINGS]


def _within(table: pa.Table, series: Sequence[int], begin: datetime, end: datetime) -> pa.Table:
    kept = pc.is_in(table["series"], value_set=pa.array(series, pa.int64()))
    kept = pc.and_(kept, pc.greater_equal(table["at"], pa.scalar(begin, MOMENT)))
    return table.filter(pc.and_(kept, pc.less(table["at"], pa.scalar(end, MOMENT))))


def _position(table: DeltaTable) -> int:
    return table.transaction_version(APP) or 0


def _new(folder: Path) -> DeltaTable:
    folder.mkdir(parents=True, exist_ok=True)
    table = DeltaTable.create(
        folder, Schema.from_arrow(SCHEMA), partition_by=["day"], configuration=CONFIGURATION
    )
    for place in (
        folder / "_delta_log" / f"{0:020}.json",
        folder / "_delta_log",
        folder,
        folder.parent,
    ):
        _sync(place)
    return table


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
