"""The rules of the city over batches of readings: which levels changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from chengyun.city.sensing.services.alarms import LevelChange
from chengyun.city.sensing.specs import AlarmRule
from chengyun.gateways.absences import Absences
from chengyun.gateways.moments import matched, moment
from chengyun.gateways.roster import Roster
from chengyun.kernel import clock
from chengyun.lake.journal import sync_folder
from chengyun.science.conditions import OWN
from chengyun.science.episodes import NOTHING_LATE, Changes, Ints, Watch, rounds

KEPT = ("beyond", "since", "on", "last", "value", "late")
"""What of a watch is kept between two runs, beside what holds only while a rule looks at the same."""
LOOKS = ("carried", "others_at", "others_value")


class Rules:
    """Every rule on every series, as far as the journal has been read."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.watch = Watch(roster.limits)
        self.series: Ints = np.array([pk for pk, _ in roster.watched], np.int64)
        self.heard, self.row, self.place = _heard(self.series, roster.others)
        self.absences = Absences(roster.awaited, clock.now())

    def follow(self, roster: Roster) -> None:
        """The register has changed: what is still watched stays as it stands."""
        self.absences = self.absences.follow(roster.awaited)
        same = roster.watched == self.roster.watched and roster.others == self.roster.others
        if same and roster.usual is self.roster.usual:
            self.roster = roster
            return
        self._take_over(Rules(roster), self._state())

    def _take_over(self, new: Rules, old: Mapping[str, Any]) -> None:
        """Become ``new``, with the state that ``old`` has under the same names; that of an earlier version has less.

        What a signal carries, and what is known of other series, is taken over only where the same is looked at:
        ``looks`` says what that was.
        """
        mine, theirs = _alike(new._names(), old["names"])
        state = new._state()
        for part in KEPT:
            if part in old:
                state[part][mine] = old[part][theirs]
        if "looks" in old:
            same = state["looks"][mine] == np.array(old["looks"])[theirs]
            mine, theirs = mine[same], theirs[same]
        for part in LOOKS:
            if part in old:
                width = min(state[part].shape[1], old[part].shape[1])
                state[part][mine, :width] = old[part][theirs, :width]
        # A level the rule has no more goes with the next reading.
        new.watch.beyond &= ~np.isnan(new.watch.limits.sets)
        self.roster, self.watch, self.series = new.roster, new.watch, new.series
        self.heard, self.row, self.place = new.heard, new.row, new.place

    def _names(self) -> list[str]:
        return [f"{pk} {rule.key}" for pk, rule in self.roster.watched]

    def _looks(self) -> list[str]:
        told = zip(self.roster.watched, self.roster.others, strict=True)
        return [f"{rule.looks_at!r}{rule.when or ''}{others or ''}" for (_, rule), others in told]

    def _state(self) -> dict[str, Any]:
        """What is kept; the arrays are those of the watch."""
        watch = self.watch
        looks = (watch.carried, watch.others.at, watch.others.value)
        return {
            "names": np.array(self._names(), str),
            "looks": np.array(self._looks(), str),
            **{part: getattr(watch, part) for part in KEPT},
            **dict(zip(LOOKS, looks, strict=True)),
        }

    def take(self, readings: pa.Table) -> Iterator[LevelChange]:
        """The changes of level that a batch of readings brings, in the order of their times.

        ``readings`` as ``lake.readings.SCHEMA``; those that are doubted raise nothing, but end a silence.
        """
        yield from self.absences.hear(readings)
        sound = readings.filter(pa.compute.equal(readings["quality"], 0))
        series = sound["series"].to_numpy()
        at = sound["at"].cast(pa.int64()).to_numpy()
        value = sound["value"].to_numpy()
        heard, of = matched(self.heard, series)
        rows, place = self.row[heard], self.place[heard]
        # Of one moment the others come first: what they are then counts.
        order = np.lexsort((2 * at[of] + (place == OWN), rows))
        rows, place, of = rows[order], place[order], of[order]
        for part in rounds(rows):
            told = at[of[part]], value[of[part]], place[part]
            yield from self._told(self.watch.step(rows[part], *told))

    def tick(self, now: datetime) -> Iterator[LevelChange]:
        """The changes of level that time brings, without a reading."""
        return self.absences.tick(now)

    def deaf(self) -> None:
        """Nothing can be taken now: nobody is silent because of that."""
        self.absences.excuse(clock.now())

    def _told(self, changes: Changes) -> Iterator[LevelChange]:
        for n in np.argsort(changes.at, kind="stable"):
            series, rule = self.roster.watched[int(changes.rows[n])]
            level = int(changes.after[n])
            yield LevelChange(
                series=series,
                rule=rule.key,
                level=level,
                value=float(changes.value[n]),
                at=moment(int(changes.at[n])),
                since=moment(int(changes.since[n])),
                signal=signal_told(rule, level, float(changes.signal[n])),
            )

    def late_rows(self, series: int) -> list[int]:
        """The rows of a series that do not know all of its readings."""
        first, end = np.searchsorted(self.series, [series, series + 1])
        return [row for row in range(first, end) if self.watch.late[row] != NOTHING_LATE]

    def late_series(self) -> list[int]:
        """The series of which readings came late."""
        late: list[int] = np.unique(self.series[self.watch.late != NOTHING_LATE]).tolist()
        return late

    def save(self, path: Path, position: int) -> None:
        """Keep the state as it stands after the journal up to ``position``; all of it or none."""
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, position=position, **self._state())
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        sync_folder(path.parent)

    def load(self, path: Path, otherwise: int) -> int:
        """Take the kept state up again; the position of the journal it holds for, ``otherwise`` when there is none."""
        self.absences.take_up()
        if not path.exists():
            return otherwise
        with np.load(path) as kept:
            self._take_over(Rules(self.roster), kept)
            return int(kept["position"])


def signal_told(rule: AlarmRule, level: int, signal: float) -> float | None:
    """What is told of the signal: nothing where it is the value itself, nothing of one behind its limits."""
    told = rule.looks_at is not None and level and isfinite(signal)
    return signal if told else None


def _heard(own: Ints, others: Sequence[tuple[int, ...]]) -> tuple[Ints, Ints, Ints]:
    """Which series matter, in order, for which row, and which of its series each is; shape (k,) all."""
    rows = [(row, place) for row, every in enumerate(others) for place in range(len(every))]
    more = np.array(rows, np.int64).reshape(-1, 2)
    series = np.r_[own, np.array([pk for every in others for pk in every], np.int64)]
    row = np.r_[np.arange(len(own)), more[:, 0]]
    place = np.r_[np.full(len(own), OWN), more[:, 1]]
    order = np.argsort(series, kind="stable")
    return series[order], row[order], place[order]


def _alike(new: Sequence[str], old: Sequence[str]) -> tuple[Ints, Ints]:
    """Where the same names stand in both."""
    places = {name: place for place, name in enumerate(old)}
    pairs = [(row, places[name]) for row, name in enumerate(new) if name in places]
    return np.array([row for row, _ in pairs], np.int64), np.array(
        [row for _, row in pairs], np.int64
    )
