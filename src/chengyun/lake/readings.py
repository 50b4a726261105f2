"""The Delta Lake table of sensor readings: `commit` what the journal holds, read `history` of both."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from chengyun.lake import tables
from chengyun.lake.journal import Gone, entries
from chengyun.lake.tables import Layout, connected, opened

READINGS = 1
"""The kind of a journal entry whose payload is readings."""
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
LAYOUT = Layout(
    schema=SCHEMA,
    partition="day",
    key="series",
    order=("series", "at", "serial", "received"),
    dictionary=("value", "quality", "day"),
    packed=("series", "at", "serial", "received"),
    log_kept="interval 7 days",
)


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
    return tables.append(folder, LAYOUT, table, upto=position)


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
                parts += _pending(journal, tables.position(table) if table else 0)
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


def files_of(table: DeltaTable, series: Sequence[int], first: date, last: date) -> list[str]:
    """The files of a version that may hold some series on the days from `first` to `last`."""
    known = tables.files_of(table)
    if not len(known) or not series:
        return []
    days = pc.cast(known["partition.day"], pa.date32())
    kept = pc.and_(pc.greater_equal(days, pa.scalar(first)), pc.less_equal(days, pa.scalar(last)))
    kept = pc.and_(kept, pc.less_equal(known["min.series"], max(series)))
    kept = pc.and_(kept, pc.greater_equal(known["max.series"], min(series)))
    return tables.paths_of(table, known.filter(kept))


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
