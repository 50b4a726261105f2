"""Behind the doors: a lake that takes nothing keeps no alarm from being told, and loses nothing."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import DataError

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device, series_of
from chengyun.city.sensing.models import Alarm, Series
from chengyun.city.sensing.services.alarms import LevelChange, follow
from chengyun.city.sensing.services.readings import Newest, remember
from chengyun.gateways import pipeline as pipelines
from chengyun.gateways.pipeline import Pipeline
from chengyun.kernel.errors import Conflict
from chengyun.lake import readings, tables
from chengyun.lake.archive import Archive
from chengyun.lake.journal import Journal

pytestmark = pytest.mark.django_db(transaction=True)
"""The pipeline lets go of connections that are old, which nobody may do within a transaction."""

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)


def table(series: int, minute: int, depth: float = 30) -> pa.Table:
    """A depth in cm."""
    at = pa.array([BEGIN + timedelta(minutes=minute)], readings.MOMENT)
    told = {"series": [series], "at": at, "serial": [0], "value": [depth], "quality": [0]}
    return readings.with_day(pa.table(told | {"received": at}))


@pytest.fixture
def series(cast: Cast) -> int:
    return series_of(make_device()).pk


def play(pipeline: Pipeline, series: int, depths: dict[int, float]) -> None:
    """By the minute."""
    for minute, depth in depths.items():
        pipeline.told(table(series, minute, depth), minute + 1)
        assert pipeline.turn()


def test_who_acts_on_an_alarm_in_the_same_moment_keeps_no_change_from_it(
    series: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline, faster = Pipeline(Archive(tmp_path), print, lambda: None), [1]

    def beaten_once(change: LevelChange) -> Alarm | None:
        if not change.level and faster:
            faster.clear()
            raise Conflict("王芳已经确认了这条报警。")
        return follow(change)

    monkeypatch.setattr(pipelines, "follow", beaten_once)
    play(pipeline, series, {0: 30, 1: 30, 2: 0, 62: 0})
    assert not faster and Alarm.objects.get().cleared


def test_what_fails_is_told_and_stops_nothing_else(
    series: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules trip over one batch, the register cannot be read once: readings, rules and alarms go on."""

    def fail(*args: object) -> None:
        raise ZeroDivisionError("除以零")

    pipeline = Pipeline(Archive(tmp_path), print, lambda: None)
    with monkeypatch.context() as patched:
        patched.setattr(pipeline.rules.watch, "step", fail)
        patched.setattr(pipeline.roster, "again", fail)
        pipeline.looked = 0
        play(pipeline, series, {0: 30})
    assert "除以零" in pipeline.trouble
    play(pipeline, series, {1: 30, 2: 30})
    assert Alarm.objects.get().rank == "red"
    pipeline.inbox.put(None)
    pipeline.run()
    assert pipeline.trouble == "" and pipeline.stored == 3


def test_what_the_database_cannot_store_is_counted_and_set_aside(
    series: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alarm of one series and its newest value; those of another are stored."""
    other = series_of(make_device("JS-002")).pk
    pipeline = Pipeline(Archive(tmp_path), print, lambda: None)

    def follow_others(change: LevelChange) -> Alarm | None:
        if change.series == series:
            raise DataError("invalid byte sequence")
        return follow(change)

    def remember_others(newest: list[Newest]) -> None:
        if any(row[0] == series for row in newest):
            raise DataError("value out of range")
        remember(newest)

    monkeypatch.setattr(pipelines, "follow", follow_others)
    monkeypatch.setattr(pipelines, "remember", remember_others)
    pipeline.told(pa.concat_tables([table(series, 0), table(other, 0)]), 1)
    assert pipeline.turn()
    pipeline.remembered = 0
    pipeline.told(pa.concat_tables([table(series, 1), table(other, 1)]), 2)
    assert pipeline.turn()
    assert [alarm.series_id for alarm in Alarm.objects.all()] == [other]
    assert Series.objects.get(pk=other).value == 30
    assert pipeline.aside == 2 and not pipeline.changes and not pipeline.newest
    pipeline.inbox.put(None)
    pipeline.run()
    assert pipeline.stored == 2


def test_a_full_disk_stops_no_alarm(
    series: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
