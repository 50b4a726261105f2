"""The rules of the city over batches of readings: which levels changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from chengyun.city.sensing.services.alarms import LevelChange
from chengyun.gateways.roster import Roster
from chengyun.science.episodes import NOTHING_LATE, Changes, Ints, Watch, rounds

KEPT = ("beyond", "since", "on", "last", "value", "late")
"""What of a watch is kept between two runs."""


class Rules:
    """Every rule on every series, as far as the journal has been read."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.watch = Watch(roster.limits)
        self.series: Ints = np.array([pk for pk, _ in roster.watched], np.int64)

    def follow(self, roster: Roster) -> None:
        """The register has changed: what is still watched stays as it stands."""
        if roster.watched == self.roster.watched:
            self.roster = roster
            return
        self._take_over(Rules(roster), self._names(), vars(self.watch))

    def _take_over(self, new: Rules, names: list[str], old: Mapping[str, Any]) -> None:
        """Become ``new``, with what ``old`` has of a watch under these names; a file of an earlier version has less."""
        places = {name: place for place, name in enumerate(names)}
        pairs = [(row, places[name]) for row, name in enumerate(new._names()) if name in places]
        mine = np.array([row for row, _ in pairs], np.int64)
        theirs = np.array([row for _, row in pairs], np.int64)
        for part in KEPT:
            if part in old:
                getattr(new.watch, part)[mine] = old[part][theirs]
        self.roster, self.watch, self.series = new.roster, new.watch, new.series

    def _names(self) -> list[str]:
        return [f"{pk} {rule.key}" for pk, rule in self.roster.watched]

    def take(self, readings: pa.Table) -> Iterator[LevelChange]:
        """The changes of level that a batch of readings brings, in the order of their times.

        ``readings`` as ``lake.readings.SCHEMA``; those that are doubted raise nothing.
        """
        sound = readings.filter(pa.compute.equal(readings["quality"], 0))
        series = sound["series"].to_numpy()
        at = sound["at"].cast(pa.int64()).to_numpy()
        value = sound["value"].to_numpy()
        rows, of = self._rows_of(series)
        order = np.lexsort((at[of], rows))
        rows, of = rows[order], of[order]
        for part in rounds(rows):
            chosen = of[part]
            yield from self._told(self.watch.step(rows[part], at[chosen], value[chosen]))

    def _rows_of(self, series: Ints) -> tuple[Ints, Ints]:
        """For each reading the rows that watch its series: the rows, and which reading each is of."""
        first = np.searchsorted(self.series, series, "left")
        many = np.searchsorted(self.series, series, "right") - first
        of = np.repeat(np.arange(len(series)), many)
        nth = np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
        return first[of] + nth, of

    def _told(self, changes: Changes) -> Iterator[LevelChange]:
        for n in np.argsort(changes.at, kind="stable"):
            series, rule = self.roster.watched[int(changes.rows[n])]
            yield LevelChange(
                series=series,
                rule=rule.key,
                level=int(changes.after[n]),
                value=float(changes.value[n]),
                at=moment(int(changes.at[n])),
                since=moment(int(changes.since[n])),
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
        state = {part: getattr(self.watch, part) for part in KEPT}
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, names=np.array(self._names(), str), position=position, **state)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)

    def load(self, path: Path, otherwise: int) -> int:
        """Take the kept state up again; the position of the journal it holds for, ``otherwise`` when there is none."""
        if not path.exists():
            return otherwise
        with np.load(path) as kept:
            names = [str(name) for name in kept["names"]]
            self._take_over(Rules(self.roster), names, kept)
            return int(kept["position"])


def moment(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970 (UTC)."""
    whole, rest = divmod(microseconds, 1_000_000)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=rest)
