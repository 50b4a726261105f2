"""How long a curve takes out of a month of readings, and what a reading costs on the disk.

A city of 500 series, one reading a minute: 30 days as the upkeep leaves them, one file each, but the last hour in one
file a minute, as it stands before the upkeep comes; its week. Then 23,150 series, a month of minutes, 1,000 million
readings: one month of one series. Values walk in steps of a tenth. Fails when a file or a reading is missing.
"""

import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from chengyun.lake import readings, upkeep
from chengyun.lake.excerpts import thinned

SERIES, MANY, DAYS, MINUTES, LOOSE, PARTS = 500, 23_150, 30, 1440, 60, 240
FIRST = date(2026, 6, 1)
MINUTE = timedelta(minutes=1)
ASKED = 9


def main() -> None:
    for measure in (_week, _month):
        with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
            measure(Path(folder) / "table")


def _week(folder: Path) -> None:
    for n in range(DAYS - 1):
        readings.commit(folder, _day(n, SERIES), position=n + 1)
    last = _day(DAYS - 1, SERIES).sort_by("at")
    merged = (MINUTES - LOOSE) * SERIES
    readings.commit(folder, last.slice(0, merged), position=DAYS)
    for minute in range(LOOSE):
        part = last.slice(merged + minute * SERIES, SERIES)
        readings.commit(folder, part, position=DAYS + 1 + minute)
    stored = _checked(folder, SERIES, DAYS + LOOSE)
    waits, points = _asked(folder, timedelta(days=7), SERIES)
    print(f"  a week of one series of {SERIES}, {points} parts, median  {waits:.0f} ms  ≤ 300 ms")
    upkeep.compact(folder, before=FIRST + timedelta(days=DAYS))
    print(f"  files of {DAYS} days, before the last hour is merged  {stored['files']:.0f}")
    print(f"  bytes a reading, merged  {_checked(folder, SERIES, DAYS)['bytes_per_reading']:.1f}")


def _month(folder: Path) -> None:
    for n in range(DAYS):
        readings.commit(folder, _day(n, MANY), position=n + 1)
    stored = _checked(folder, MANY, DAYS)
    waits, points = _asked(folder, timedelta(days=DAYS), MANY)
    what = f"a month of one series out of {stored['rows'] / 1e6:,.0f} million, {points} parts"
    print(f"  {what}, median  {waits:.0f} ms  ≤ 500 ms")
    print(f"  bytes a reading of them  {stored['bytes_per_reading']:.1f}")


def _day(n: int, series: int) -> pa.Table:
    """One reading a minute of each, in the order in which the table has them."""
    rng = np.random.default_rng(n)
    begin = int(datetime.combine(FIRST + timedelta(days=n), datetime.min.time(), UTC).timestamp())
    at = np.tile((begin + 60 * np.arange(MINUTES, dtype=np.int64)) * 1_000_000, series)
    steps = rng.integers(-2, 3, (series, MINUTES), dtype=np.int8)
    value = np.abs(np.cumsum(steps, axis=1, dtype=np.int16)).ravel() / 10
    none = np.zeros(len(at), np.int64)
    told = {
        "series": np.repeat(np.arange(1, series + 1), MINUTES),
        "at": pa.array(at).cast(readings.MOMENT),
        "serial": none,
        "value": value,
        "quality": none.astype(np.int16),
        "received": pa.array(at + 400_000).cast(readings.MOMENT),
    }
    return readings.with_day(pa.table(told))


def _checked(folder: Path, series: int, files: int) -> dict[str, float]:
    stored = upkeep.size(folder)
    wanted = (series * DAYS * MINUTES, files)
    if (stored["rows"], stored["files"]) != wanted:
        sys.exit(f"rows and files are {stored['rows']:,} and {stored['files']}, not {wanted}")
    return stored


def _asked(folder: Path, span: timedelta, series: int) -> tuple[float, int]:
    """The median of some curves in milliseconds, and how many parts one has."""
    end = datetime.combine(FIRST + timedelta(days=DAYS), datetime.min.time(), UTC)
    waits, points = [], 0
    for n in range(ASKED):
        began = time.perf_counter()
        points = len(thinned(folder, 1 + n * series // ASKED, end - span, end, PARTS))
        waits.append((time.perf_counter() - began) * 1000)
    return statistics.median(waits), points


if __name__ == "__main__":
    main()
