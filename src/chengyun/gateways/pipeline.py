"""Behind all doors: what is durable goes to the rules at once, to the register each second, to the lake each minute."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
from django.db import DatabaseError, DataError, InterfaceError, close_old_connections

from chengyun.city.sensing.services.alarms import LevelChange, follow
from chengyun.city.sensing.services.devices import open_new_series
from chengyun.city.sensing.services.outages import OutageChange, follow_outage
from chengyun.city.sensing.services.readings import Newest, remember
from chengyun.gateways import roster
from chengyun.gateways.moments import moment
from chengyun.gateways.revising import revise_some
from chengyun.gateways.watching import Rules
from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict
from chengyun.lake import journal, readings, tables
from chengyun.lake.archive import Archive
from chengyun.science.episodes import Ints
from chengyun.science.quality import CLOCK_WRONG

log = logging.getLogger(__name__)

LOOK_AGAIN = 4.0
"""Seconds after which the register is looked at again, so that a change of it is seen within five."""
REMEMBER = 1.0
COMMIT = 60.0
MOST_LOOSE = 2_000_000
"""Readings in memory that the lake has not got yet, above which it gets them at once."""
AGAIN = 1.0
TIMES = 5
"""So often a change is told when others act on its alarm at the same time."""
PIECES = 64
"""Batches that are made one."""


@dataclass(frozen=True)
class Batch:
    """Durable readings (``lake.readings.SCHEMA``) and where in the journal they end."""

    readings: pa.Table
    end: int


class Loose:
    """Readings in memory that the lake has not got yet, in few tables: a small one is mostly its own frame."""

    def __init__(self) -> None:
        self.whole: list[Batch] = []
        self.pieces: list[Batch] = []

    def add(self, batches: list[Batch]) -> None:
        """Take batches that follow all others."""
        self.pieces += batches
        if len(self.pieces) >= PIECES:
            self._gather()

    def take(self) -> list[Batch]:
        """All there are; they stay until the lake has them."""
        self._gather()
        return list(self.whole)

    def drop(self, upto: int) -> None:
        """The lake has what ends before this position of the journal, which is where something taken ended."""
        self.whole = [batch for batch in self.whole if batch.end > upto]

    @property
    def rows(self) -> int:
        """How many readings wait."""
        return sum(batch.readings.num_rows for batch in (*self.whole, *self.pieces))

    def _gather(self) -> None:
        if self.pieces:
            table = pa.concat_tables([batch.readings for batch in self.pieces])
            self.whole.append(Batch(table.combine_chunks(), self.pieces[-1].end))
            self.pieces = []


class Pipeline(threading.Thread):
    """One thread; what it has not done when the process is killed it does after the next start, from the journal.

    What goes to the lake goes there by a thread of its own: no alarm waits for a file.
    """

    def __init__(
        self, archive: Archive, cut: Callable[[int], None], say: Callable[[], None]
    ) -> None:
        super().__init__(name="pipeline", daemon=True)
        self.archive, self.cut, self.say = archive, cut, say
        self.trouble = ""
        self.aside = 0
        self.inbox: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        open_new_series()
        self.roster = roster.read()
        self.rules = Rules(self.roster)
        self.stored = tables.committed(archive.table)
        self.done = self.rules.load(archive.rules, self.stored)
        self.newest: list[pa.Table] = []
        self.loose = Loose()
        self.storing: Future[int] | None = None
        self.hand = ThreadPoolExecutor(1, thread_name_prefix="lake")
        self.changes: deque[LevelChange] = deque()
        self.looked = self.remembered = self.committed = time.monotonic()
        for entry in journal.entries(archive.journal, min(self.done, self.stored)):
            if entry.kind == readings.READINGS:
                self.inbox.put(Batch(readings.decode(entry.payload), entry.end))

    def told(self, table: pa.Table, end: int) -> None:
        """Take readings that have just become durable."""
        self.inbox.put(Batch(table, end))

    def stop(self) -> None:
        """Do what is there, then end."""
        self.inbox.put(None)
        self.join()

    def run(self) -> None:
        """Take, follow and store, until told to stop."""
        while self.turn():
            pass
        self._surely(self._remember)
        self._settle()
        self._begin_to_store()
        self._settle()
        self.hand.shutdown()

    def turn(self) -> bool:
        """Do what waits now; whether there will be more."""
        batches, going = self._taken()
        self._accept(batches)
        self._follow(self.rules.tick(clock.now()))
        self._surely(self._write)
        self._store()
        return going

    def _taken(self) -> tuple[list[Batch], bool]:
        """All that waits, after a second at most; whether there will be more."""
        found: list[Batch | None] = []
        try:
            found.append(self.inbox.get(timeout=REMEMBER))
            while True:
                found.append(self.inbox.get_nowait())
        except queue.Empty:
            pass
        return [each for each in found if each is not None], None not in found

    def _accept(self, batches: list[Batch]) -> None:
        """Take batches into memory: what the rules say of them, the newest values, what the lake has to store."""
        fresh = [batch for batch in batches if batch.end > self.done]
        if fresh:
            table = pa.concat_tables([batch.readings for batch in fresh])
            self._follow(self.rules.take(table))
            self.done = fresh[-1].end
            self.newest.append(table)
        self.loose.add([batch for batch in batches if batch.end > self.stored])

    def _follow(self, changes: Iterator[LevelChange]) -> None:
        """What the rules say; where they fail the readings are stored all the same, and the next ones looked at."""
        try:
            self.changes.extend(changes)
        except Exception as error:
            self.trouble = f"有读数没有按规则判断：{error}"
            log.exception("the rules could not look at what came")

    def _surely(self, work: Callable[[], None]) -> None:
        """Do it, again and again while the database is away: nothing is lost. What else fails stops nothing else.

        What the database cannot store it can store at no other time either.
        """
        while True:
            try:
                close_old_connections()
                return work()
            except DataError:
                return self._put_aside("something the gateway has")
            except (DatabaseError, InterfaceError):
                log.exception("the database does not take what the gateway has; trying again")
                time.sleep(AGAIN)
            except Exception:
                return log.exception("what the gateway has could not be written")

    def _write(self) -> None:
        """Alarms first, since people wait for them. What is written is forgotten, so that it may be called again."""
        while self.changes:
            self._tell(self.changes[0])
            self.changes.popleft()
        now = time.monotonic()
        if now - self.remembered >= REMEMBER:
            self._remember()
            revise_some(self.archive.table, self.rules, self._loose)
            self.remembered = now
        if now - self.looked >= LOOK_AGAIN:
            self.roster = self.roster.again()
            self.rules.follow(self.roster)
            self.say()
            self.looked = now

    def _tell(self, change: LevelChange) -> None:
        """A change that cannot be told must not keep the others from being told.

        Somebody who acts on the alarm in this moment makes it a Conflict: it is told again of the alarm as it is then.
        """
        for left in reversed(range(TIMES)):
            try:
                follow_outage(change) if isinstance(change, OutageChange) else follow(change)
            except DataError:
                self._put_aside(f"a change of level: {change}")
            except (DatabaseError, InterfaceError):
                raise
            except Exception as error:
                if isinstance(error, Conflict) and left:
                    continue
                log.exception("a change of level could not be told: %s", change)
            return

    def _loose(self) -> list[pa.Table]:
        return [batch.readings for batch in self.loose.take()]

    def _remember(self) -> None:
        """The newest reading of each series goes to the register."""
        if not self.newest:
            return
        rows = newest_of(pa.concat_tables(self.newest))
        try:
            remember(rows)
        except DataError:
            for row in rows:
                self._remember_alone(row)
        self.newest = []

    def _remember_alone(self, row: Newest) -> None:
        try:
            remember([row])
        except DataError:
            self._put_aside(f"the newest of series {row[0]}")

    def _put_aside(self, what: str) -> None:
        """Counted and written down; the readings are in the journal and the lake all the same."""
        self.aside += 1
        log.exception("the database cannot store %s: it is set aside", what)

    def _store(self) -> None:
        """To the lake each minute, or before memory fills; and what the lake has taken may leave the journal."""
        if self.storing is not None and self.storing.done():
            self._settle()
        if self.storing is None and (
            self.loose.rows >= MOST_LOOSE or time.monotonic() - self.committed >= COMMIT
        ):
            self._begin_to_store()

    def _begin_to_store(self) -> None:
        self.committed = time.monotonic()
        self.storing = self.hand.submit(self._commit, self.loose.take())

    def _commit(self, batches: list[Batch]) -> int:
        """Where the lake is after these batches."""
        if not batches:
            return self.stored
        table = pa.concat_tables([batch.readings for batch in batches]).combine_chunks()
        readings.commit(self.archive.table, table, position=batches[-1].end)
        return batches[-1].end

    def _settle(self) -> None:
        """Take note of what the lake has; what it did not take it is given again: the journal has it."""
        if self.storing is None:
            return
        try:
            self.stored = self.storing.result()
            self.loose.drop(self.stored)
            self.rules.save(self.archive.rules, self.done)
            self.cut(min(self.done, self.stored))
            self.trouble = ""
        except Exception as error:
            self.trouble = f"读数还没有入库，先留在日志里：{error}"
            log.exception("the lake does not take what the gateway has; trying again in a while")
        self.storing = None


def newest_of(table: pa.Table) -> list[Newest]:
    """The newest reading of each series, and when one came last; a clock that is ahead makes no reading newer."""
    series, at = table["series"].to_numpy(), table["at"].cast(pa.int64()).to_numpy()
    came = table["received"].cast(pa.int64()).to_numpy()
    sound = (table["quality"].to_numpy() & CLOCK_WRONG) == 0
    order = np.lexsort((at, sound, series))
    ends = np.flatnonzero(np.r_[series[order][1:] != series[order][:-1], True])
    begins = np.r_[0, ends[:-1] + 1]
    last = order[ends]
    columns = (
        series[last].tolist(),
        _moments(at[last]),
        table["value"].to_numpy()[last].tolist(),
        table["quality"].to_numpy()[last].tolist(),
        _moments(np.maximum.reduceat(came[order], begins)),
    )
    return list(zip(*columns, strict=True))


def _moments(microseconds: Ints) -> list[datetime]:
    """Devices speak in the same second: each moment is made once."""
    told = microseconds.tolist()
    made = {each: moment(each) for each in set(told)}
    return [made[each] for each in told]
