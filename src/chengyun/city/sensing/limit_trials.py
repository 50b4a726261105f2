"""试算: what other limits would have raised on the readings of the past, beside what was really raised."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q

from chengyun.city.people.models import User
from chengyun.city.places.queries import names_of
from chengyun.city.sensing.limits import MICROSECOND, limits_of, silences_of
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.own_limits import CHANGE
from chengyun.city.sensing.queries import others_of
from chengyun.city.sensing.specs import MINUTE, RANKS, AlarmRule, Level, Rank, Silent
from chengyun.city.sensing.usual import UsualTables, tables_now
from chengyun.kernel import clock
from chengyun.kernel.errors import wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import inside
from chengyun.lake.archive import Archive
from chengyun.science.absence import silences
from chengyun.science.episodes import Episode, Readings, episodes

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST = timedelta(days=31)
LEAD = timedelta(days=1)
"""So much before the period is read as well: what was under way when it began counts."""
MOST_SERIES, MOST_READINGS = 200, 500_000
PATIENCE = 20.0
"""Seconds after which reading is given up."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which limits are tried, at one ``device`` or everywhere in an ``area``, on the readings from then to then.

    ``times``: hold and calm where they are others than the rule declares.
    """

    rule: AlarmRule
    levels: tuple[Level, ...]
    times: Mapping[str, Any] = field(default_factory=dict)
    device: Device | None = None
    area: str = ""
    begin: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Would:
    """An episode there would have been: at which series, from when to when (None: it goes on), how bad."""

    series: Series
    begin: datetime
    end: datetime | None
    level: int
    peak: float

    @property
    def rank(self) -> Rank:
        return RANKS[self.level - 1]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What there would have been and what there was, each in the order of time; out of how many readings."""

    would: list[Would]
    really: list[Alarm]
    readings: int
    series: int

    @property
    def counts(self) -> list[tuple[Rank, int, int]]:
        """For each level, the worst first: how many there would have been, and how many there were."""
        return [
            (
                rank,
                sum(each.level == number for each in self.would),
                sum(each.worst == number for each in self.really),
            )
            for number, rank in reversed(list(enumerate(RANKS, start=1)))
        ]


@dataclass(frozen=True, kw_only=True)
class Past:
    """What was read up to ``until``, and what a rule makes of it.

    ``spoken``: of each series those whose readings count, ``others`` those of its condition.
    """

    rule: AlarmRule
    until: datetime
    table: pa.Table
    spoken: dict[int, list[int]]
    others: dict[int, list[int]]
    usual: UsualTables

    def episodes(self, series: int) -> list[Episode]:
        """What there would have been at a series."""
        if isinstance(self.rule.looks_at, Silent):
            return _silences(self.rule, _of(self.table, self.spoken[series]), self.until)
        limits = limits_of([self.rule], [series], self.usual)
        others = [self._readings(other) for other in self.others.get(series, ())]
        return episodes(*self._readings(series), limits, others)

    def _readings(self, series: int) -> Readings:
        """The sound ones."""
        own = _of(self.table, [series])
        sound = own["quality"].to_numpy() == 0
        return own["at"].cast("int64").to_numpy()[sound], own["value"].to_numpy()[sound]


def tried(user: User, asked: Asked) -> Trial:
    """Hold other limits against the readings of a period. Nothing is changed and nobody is told.

    Invalid when the period cannot be or there is too much to read; it says what to ask for instead.
    """
    _check(asked)
    require(user, CHANGE, area=asked.device.area if asked.device else asked.area)
    series = _series(asked)
    rule = replace(asked.rule, levels=asked.levels, **asked.times)
    past = _past(rule, series, asked.begin, min(asked.end, clock.now()))
    would = [
        Would(
            series=each,
            begin=_moment(episode.start),
            end=_moment(episode.end) if episode.end is not None else None,
            level=episode.level,
            peak=episode.peak,
        )
        for each in series
        for episode in past.episodes(each.pk)
    ]
    would = [each for each in would if each.end is None or each.end > asked.begin]
    return Trial(
        would=sorted(would, key=lambda each: (each.begin, each.series.pk)),
        really=_raised(rule, series, asked),
        readings=len(past.table),
        series=len(series),
    )


def _past(rule: AlarmRule, series: Sequence[Series], begin: datetime, until: datetime) -> Past:
    spoken, others = _spoken(rule, series), _others(rule, series)
    every = {pk for known in (spoken, others) for each in known.values() for pk in each}
    return Past(
        rule=rule,
        until=until,
        table=_read(sorted(every), begin - max(LEAD, rule.reach), until),
        spoken=spoken,
        others=others,
        usual=tables_now(spoken),
    )


def _raised(rule: AlarmRule, series: Sequence[Series], asked: Asked) -> list[Alarm]:
    """What was really raised in the period."""
    rows = Alarm.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=asked.begin),
        series__in=[each.pk for each in series],
        rule=rule.key,
        began_at__lt=asked.end,
    )
    return list(rows.select_related("series__device").order_by("began_at", "id"))


def _check(asked: Asked) -> None:
    if asked.device is not None and asked.device.kind != asked.rule.kind:
        raise wrong("device", f"规则「{asked.rule.label}」不看设备「{asked.device.code}」。")
    if asked.device is None and not names_of([asked.area]):
        raise wrong("area", "请填设备编号，或者从列表中选区域。")
    if asked.begin >= asked.end:
        raise wrong("end", "结束时间要晚于开始时间。")
    if asked.begin >= clock.now():
        raise wrong("begin", "试算的是过去的读数，开始时间要早于现在。")
    if asked.end - asked.begin > LONGEST:
        raise wrong("end", f"一次最多试算 {LONGEST.days} 天，请缩短时间。")


def _series(asked: Asked) -> list[Series]:
    """The series the rule watches there."""
    rows = Series.objects.filter(device__kind=asked.rule.kind, point=asked.rule.point)
    if asked.device is not None:
        rows = rows.filter(device=asked.device)
    else:
        rows = rows.filter(inside("device__area", asked.area), device__state=Device.State.WORKING)
    found = list(rows.select_related("device").order_by("id")[: MOST_SERIES + 1])
    if len(found) > MOST_SERIES:
        raise wrong("area", f"这里有 {MOST_SERIES} 台以上，一次试不完，请选小一点的区域。")
    return found


def _read(numbers: list[int], begin: datetime, end: datetime) -> pa.Table:
    """The readings of some series, in parts that grow while little is in them: too much is noticed in time."""
    # A second and 90 MB of libraries: a web process that tries nothing does without.
    import pyarrow as pa

    from chengyun.lake.readings import SCHEMA, history

    archive, parts, count = Archive(settings.READINGS), [SCHEMA.empty_table()], 0
    width, deadline = LEAD, time.monotonic() + PATIENCE
    while numbers and begin < end:
        until = min(begin + width, end)
        parts.append(history(archive.table, numbers, begin, until, journal=archive.journal))
        count += len(parts[-1])
        if count > MOST_READINGS or time.monotonic() > deadline:
            raise wrong(
                "end", f"读数太多，一次最多 {MOST_READINGS} 条：请缩短时间，或者只试一台设备。"
            )
        width = width * 2 if len(parts[-1]) < MOST_READINGS // 10 else width
        begin = until
    return pa.concat_tables(parts)


def _of(table: pa.Table, numbers: list[int]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table["series"], value_set=pa.array(numbers, pa.int64())))


def _silences(rule: AlarmRule, own: pa.Table, until: datetime) -> list[Episode]:
    """Of the readings of all series of a device."""
    heard = own["received"].cast("int64").to_numpy()
    found = silences(heard, (until - EPOCH) // MICROSECOND, silences_of([rule])[0])
    return [replace(each, peak=each.peak * (MICROSECOND / MINUTE)) for each in found]


def _others(rule: AlarmRule, series: Sequence[Series]) -> dict[int, list[int]]:
    """Of each series those its condition looks at, in the order of these; of none, where it has none."""
    found = others_of(rule, series)
    return {pk: [each.pk if each else 0 for each in others] for pk, others in found.items()}


def _spoken(rule: AlarmRule, series: Sequence[Series]) -> dict[int, list[int]]:
    """Of each series those whose readings count: its own, for a silence all of its device."""
    if not isinstance(rule.looks_at, Silent):
        return {each.pk: [each.pk] for each in series}
    by_device: dict[int, list[int]] = {}
    rows = Series.objects.filter(device__in=[each.device_id for each in series])
    for pk, device in rows.values_list("pk", "device_id"):
        by_device.setdefault(device, []).append(pk)
    return {each.pk: by_device[each.device_id] for each in series}


def _moment(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND
