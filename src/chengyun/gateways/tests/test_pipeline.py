"""Behind the doors: a lake that takes nothing keeps no alarm from being told, and loses nothing."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from chengyun.city.cases.factories import make_working_city
from chengyun.city.sensing.factories import make_device, series_of
from chengyun.city.sensing.models import Alarm
from chengyun.gateways import pipeline as pipelines
from chengyun.gateways.pipeline import Pipeline
from chengyun.lake import readings, tables
from chengyun.lake.archive import Archive
from chengyun.lake.journal import Journal

pytestmark = pytest.mark.django_db(transaction=True)
"""The pipeline lets go of connections that are old, which nobody may do within a transaction."""

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)


def table(series: int, minute: int) -> pa.Table:
    """A depth of 30 cm."""
    at = pa.array([BEGIN + timedelta(minutes=minute)], readings.MOMENT)
    told = {"series": [series], "at": at, "serial": [0], "value": [30.0], "quality": [0]}
    return readings.with_day(pa.table(told | {"received": at}))


def test_a_full_disk_stops_no_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_working_city()
    series = series_of(make_device()).pk
    archive = Archive(tmp_path)
    cuts: list[int] = []
    pipeline = Pipeline(archive, cuts.append, lambda: None)
    with Journal(archive.journal) as journal:
        ends = []
        for minute in range(2):
            ends.append(journal.append(readings.READINGS, readings.encode(table(series, minute))))
            journal.sync()

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pipelines, "COMMIT", 0)
        patched.setattr(readings, "commit", full)
        for minute, end in enumerate(ends):
            pipeline.told(table(series, minute), end)
            assert pipeline.turn()
            assert pipeline.storing is not None
            wait([pipeline.storing])
    assert Alarm.objects.get().rank == "red"
    assert (cuts, tables.committed(archive.table)) == ([], 0)
    pipeline.inbox.put(None)
    pipeline.run()
    assert (cuts, tables.committed(archive.table)) == ([ends[1]], ends[1])
