"""Readings that came late: the rules look again at what they said of that time, and their alarms are put right.

What a rule sees is a function of the readings alone, so that it is computed anew from the lake and from what the lake
has not got yet. That waits for the levels of readings that are in time: it gets a part of each second and no more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import IntegrityError, InterfaceError, OperationalError

from chengyun.city.sensing.services.alarms import LevelChange
from chengyun.city.sensing.services.revising import Revision, Seen, begins, revise
from chengyun.city.sensing.specs import AlarmRule
from chengyun.gateways.moments import moment
from chengyun.gateways.watching import Rules, signal_told
from chengyun.kernel.errors import Conflict
from chengyun.lake import readings
from chengyun.science.episodes import Course, Episode, Readings, course, episodes_of

log = logging.getLogger(__name__)

SHARE = 0.2
"""Seconds of each second."""
BEFORE = timedelta(hours=1)
"""Before an alarm its series was within its limits; so long, and the times of its rule, is read from before it."""
LONGEST = timedelta(days=40)
"""An alarm that stands for longer than that is not looked at again."""
TICK = timedelta(microseconds=1)

AWAY = (OperationalError, InterfaceError, IntegrityError)
"""The database is away, or somebody was faster."""


@dataclass(frozen=True, kw_only=True)
class Late:
    """One rule on one series, and since when it does not know all."""

    row: int
    series: int
    rule: AlarmRule
    since: int


def revise_some(table: Path, rules: Rules, loose: Callable[[], Sequence[pa.Table]]) -> None:
    """Put right what can be within the share of a second. ``loose``: gives readings the table may not have yet.

    Raises what ``AWAY`` names; the same again is right then. What the database cannot store it is not given again.
    """
    until = time.monotonic() + SHARE
    for series in rules.late_series():
        _revise(table, rules, [_late(rules, row) for row in rules.late_rows(series)], loose())
        if time.monotonic() > until:
            return


def _late(rules: Rules, row: int) -> Late:
    series, rule = rules.roster.watched[row]
    return Late(row=row, series=series, rule=rule, since=int(rules.watch.late[row]))


def _revise(table: Path, rules: Rules, late: Sequence[Late], loose: Sequence[pa.Table]) -> None:
    try:
        begin = min(map(_begin, late))
        end = moment(max(int(rules.watch.last[each.row]) for each in late)) + TICK
        if end - begin <= LONGEST:
            past = _past(table, _series(rules, late), (begin, end), loose)
            for each in late:
                others = [past[other] for other in rules.roster.others[each.row]]
                found = course(*past[each.series], rules.watch.limits.row(each.row), others)
                if len(found.at):
                    revise(_revision(each, found))
                rules.watch.stand(each.row, found)
    except Conflict:  # somebody is judging one of them; the next second will do
        return
    except AWAY:
        raise
    except Exception:
        log.exception("what came late of series %s is not looked at again", late[0].series)
    for each in late:
        rules.watch.forgive(each.row)


def _begin(late: Late) -> datetime:
    first = begins(late.series, late.rule.key, moment(late.since))
    return first - late.rule.reach - BEFORE


def _series(rules: Rules, late: Sequence[Late]) -> list[int]:
    """All that these look at."""
    others = (other for each in late for other in rules.roster.others[each.row])
    return sorted({late[0].series, *others})


def _past(
    table: Path,
    series: Sequence[int],
    span: tuple[datetime, datetime],
    loose: Sequence[pa.Table],
) -> dict[int, Readings]:
    """The sound readings of some series in a span; of corrections the newest."""
    stored = readings.history(table, series, *span)
    parts = [part.filter(_inside(part, series, span)) for part in loose]
    past = readings.once(pa.concat_tables([stored, *parts]))
    past = past.filter(pc.equal(past["quality"], 0))
    return {each: _newest(past.filter(pc.equal(past["series"], each))) for each in series}


def _newest(past: pa.Table) -> Readings:
    at = past["at"].cast(pa.int64()).to_numpy()
    serial = past["serial"].to_numpy()
    newest = np.append((at[1:] != at[:-1]) | (serial[1:] != serial[:-1]), True)[: len(at)]
    return at[newest], past["value"].to_numpy()[newest]


def _inside(
    part: pa.Table, series: Sequence[int], span: tuple[datetime, datetime]
) -> pa.ChunkedArray:
    begin, end = (pa.scalar(each, readings.MOMENT) for each in span)
    within = pc.and_(pc.greater_equal(part["at"], begin), pc.less(part["at"], end))
    return pc.and_(pc.is_in(part["series"], value_set=pa.array(series, pa.int64())), within)


def _revision(late: Late, found: Course) -> Revision:
    level = int(found.level[-1])
    now = LevelChange(
        series=late.series,
        rule=late.rule.key,
        level=level,
        value=float(found.value[-1]),
        at=moment(int(found.at[-1])),
        since=moment(int(found.since[-1, level - 1] if level else found.at[-1])),
        signal=signal_told(late.rule, level, float(found.signal[-1])),
    )
    sign = 1 if late.rule.side == "above" else -1
    seen = tuple(_seen(late.rule, found, episode) for episode in episodes_of(found, sign))
    return Revision(since=moment(late.since), now=now, seen=seen)


def _seen(rule: AlarmRule, found: Course, episode: Episode) -> Seen:
    worst = (found.at >= episode.start) & (found.signal == episode.peak)
    return Seen(
        began_at=moment(episode.start),
        ended_at=None if episode.end is None else moment(episode.end),
        level=episode.level,
        peak=float(found.value[np.argmax(worst)]),
        signal=signal_told(rule, episode.level, episode.peak),
    )
