"""Excerpts of the readings: few points for a chart, a file to take away."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from chengyun.lake.readings import MOMENT, history

Integers = NDArray[np.int64]
MICROSECOND = timedelta(microseconds=1)
THINNED = pa.schema(
    [
        pa.field("at", MOMENT),
        *(pa.field(name, pa.float64()) for name in ("first", "lowest", "highest", "last")),
        pa.field("readings", pa.int64()),
    ]
)
"""One row a bucket: its beginning, what it held in the unit of the series, and how many readings."""
WRITERS = {".parquet": parquet.write_table, ".csv": csv.write_csv}


def thinned(
    folder: Path,
    series: int,
    begin: datetime,
    end: datetime,
    points: int,
    *,
    journal: Path | None = None,
) -> pa.Table:
    """Cut the time from `begin` to `end` into equal buckets and say of each what it held.

    No peak is hidden: lowest and highest of a bucket are readings.  A value that is no number counts only where a
    bucket has no other.

    Parameters
    ----------
    points
        How many buckets, at least 1; those without a reading are left out.
    journal
        As for `history`, whose errors it raises, too.

    Returns
    -------
    pyarrow.Table
        `THINNED`, in the order of time.

    Raises
    ------
    ValueError
        No bucket is asked for, or `end` is not after `begin`.
    """
    if points < 1 or end <= begin:
        raise ValueError("点数至少为 1，结束时间要晚于开始时间")
    found = history(folder, [series], begin, end, journal=journal)
    if not len(found):
        return THINNED.empty_table()
    at, firsts = _buckets(found["at"], begin, end, points)
    values = found["value"].to_numpy()
    columns = {
        "at": at,
        "first": values[firsts],
        "lowest": np.fmin.reduceat(values, firsts),
        "highest": np.fmax.reduceat(values, firsts),
        "last": values[np.append(firsts[1:], len(values)) - 1],
        "readings": np.diff(np.append(firsts, len(values))),
    }
    return pa.table(columns, schema=THINNED)


def thinned_hours(hours: pa.Table, begin: datetime, end: datetime, points: int) -> pa.Table:
    """The same of the hours of one series (`lake.hours.HOURS`), those without a sound reading left out.

    Returns
    -------
    pyarrow.Table
        The columns `at`, `lowest` and `highest` of `THINNED`.
    """
    found = hours.filter(pc.is_valid(hours["lowest"]))
    if not len(found):
        return THINNED.empty_table().select(["at", "lowest", "highest"])
    at, firsts = _buckets(found["hour"], begin, end, points)
    lowest = np.minimum.reduceat(found["lowest"].to_numpy(), firsts)
    highest = np.maximum.reduceat(found["highest"].to_numpy(), firsts)
    return pa.table({"at": at, "lowest": lowest, "highest": highest})


def write(readings: pa.Table, target: Path) -> None:
    """Write readings, such as `history` returns, to a file ending in .parquet or .csv.

    Raises `ValueError` for another ending, and `OSError`; the file is then not there.
    """
    writer = WRITERS.get(target.suffix)
    if writer is None:
        raise ValueError(f"导出文件要以 {' 或 '.join(WRITERS)} 结尾，不是 {target.name}")
    writer(readings, target)


def _buckets(
    moments: pa.ChunkedArray, begin: datetime, end: datetime, points: int
) -> tuple[pa.Array, Integers]:
    """Where each bucket that holds something begins, and which row is its first."""
    start, span = _microseconds(begin), (end - begin) // MICROSECOND
    bucket = _bucket(pc.cast(moments, pa.int64()).to_numpy() - start, span, points)
    firsts = np.flatnonzero(np.append(True, np.diff(bucket) > 0))
    at = pa.array([start + int(b) * span // points for b in bucket[firsts]], MOMENT)
    return at, firsts


def _microseconds(moment: datetime) -> int:
    return int(pa.scalar(moment, MOMENT).value)


def _bucket(since: Integers, span: int, points: int) -> Integers:
    """The bucket of each moment, whole numbers throughout: a bucket b begins at b × span / points."""
    starts = np.array([b * span // points for b in range(points)], dtype=np.int64)
    return np.asarray(np.searchsorted(starts, since, side="right") - 1)
