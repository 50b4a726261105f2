"""What each hour of a series held, kept for years after its readings are gone.

A file a day, made anew from the readings whenever they have changed; a day whose readings were removed keeps the file
it has. Nothing is told here that the readings do not tell: a file that is lost is made again as long as they are there.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet

from chengyun.lake.readings import MOMENT, once
from chengyun.lake.tables import opened
from chengyun.lake.upkeep import days_of, rows_of

HOURS = pa.schema(
    [
        pa.field("series", pa.int64(), nullable=False),
        pa.field("hour", MOMENT, nullable=False),
        pa.field("readings", pa.int64(), nullable=False),
        pa.field("doubted", pa.int64(), nullable=False),
        pa.field("lowest", pa.float64()),
        pa.field("highest", pa.float64()),
        pa.field("mean", pa.float64()),
        pa.field("last", pa.float64()),
    ]
)
"""One row a series and hour (UTC, by device time): how many readings, how many of them doubted, and of those that are
not: the lowest, highest, mean and newest value in the unit of the series; null where all are doubted."""
MADE_FROM = b"made_from"
HOUR = 3_600_000_000
UNTIL = "until"
ON_ITS_WAY = timedelta(minutes=5)
"""By when what was received is in the table, whatever the gateway is busy with."""


def summarise(table: Path, folder: Path, *, now: datetime) -> int:
    """Bring the hours up to date with the readings; one day is held in memory at a time.

    Parameters
    ----------
    table
        Folder of the readings' table; without one nothing is done.
    folder
        Of the hours; is made when it is not there.
    now
        Aware; hours that were over by then are told whole.

    Returns
    -------
    int
        Days that were made anew.
    """
    stored = opened(table)
    days = {} if stored is None else days_of(stored)
    anew = 0
    for day, files in sorted(days.items()):
        paths = sorted(str(file["path"]) for file in files)
        source = hashlib.sha256("\n".join(paths).encode()).hexdigest().encode()
        target = folder / f"{day}.parquet"
        if not target.exists() or _made_from(target) != source:
            rows = pa.concat_tables(rows_of(table / path) for path in paths)
            _write(hours_in(once(rows)), target, source)
            anew += 1
    folder.mkdir(parents=True, exist_ok=True)
    until = (now - ON_ITS_WAY).replace(minute=0, second=0, microsecond=0)
    _replace(folder / UNTIL, lambda part: part.write_text(until.isoformat()))
    return anew


def whole_until(folder: Path) -> datetime | None:
    """Up to when every hour was told whole by the newest `summarise`; None when there was none."""
    try:
        return datetime.fromisoformat((folder / UNTIL).read_text())
    except FileNotFoundError:
        return None


def hours_in(readings: pa.Table) -> pa.Table:
    """The hours (`HOURS`) of readings (`lake.readings.SCHEMA`, each once, sorted by series and time)."""
    at = pc.cast(readings["at"], pa.int64()).to_numpy()
    value = np.where(readings["quality"].to_numpy() == 0, readings["value"].to_numpy(), np.nan)
    made = pa.table(
        {
            "series": readings["series"],
            "hour": pa.array(at - at % HOUR, MOMENT),
            "value": pa.array(value, from_pandas=True),
        }
    )
    told = made.group_by(["series", "hour"], use_threads=False).aggregate(
        [
            ("value", "count", pc.CountOptions("all")),
            ("value", "count", pc.CountOptions("only_null")),
            ("value", "min"),
            ("value", "max"),
            ("value", "mean"),
            ("value", "last"),
        ]
    )
    return told.rename_columns(HOURS.names).cast(HOURS)


def hours_of(folder: Path, series: Sequence[int], begin: datetime, end: datetime) -> pa.Table:
    """The hours (`HOURS`) of some series that begin from `begin` to before `end`, both aware, by series and hour."""
    first, last = begin.astimezone(UTC).date(), end.astimezone(UTC).date()
    wanted = pc.is_in(pc.field("series"), pa.array(series, pa.int64()))
    wanted &= (pc.field("hour") >= pa.scalar(begin, MOMENT)) & (
        pc.field("hour") < pa.scalar(end, MOMENT)
    )
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    files = [path for day in days if (path := folder / f"{day}.parquet").exists()]
    parts = [parquet.read_table(path, schema=HOURS, filters=wanted) for path in files]
    found = pa.concat_tables([HOURS.empty_table(), *parts])
    return found.sort_by([("series", "ascending"), ("hour", "ascending")])


def forget(folder: Path, *, before: date) -> int:
    """Remove the hours of the days before a day; return how many days went."""
    old = [path for path in folder.glob("*.parquet") if date.fromisoformat(path.stem) < before]
    for path in old:
        path.unlink()
    return len(old)


def _made_from(path: Path) -> bytes | None:
    metadata: dict[bytes, bytes] = parquet.read_schema(path).metadata or {}
    return metadata.get(MADE_FROM)


def _write(hours: pa.Table, target: Path, source: bytes) -> None:
    told = hours.replace_schema_metadata({MADE_FROM: source})
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, lambda part: parquet.write_table(told, part, compression="zstd"))


def _replace(target: Path, write: Callable[[Path], object]) -> None:
    """All of it or none; what a loss of power takes is made again."""
    part = target.with_suffix(".part")
    write(part)
    os.replace(part, target)
