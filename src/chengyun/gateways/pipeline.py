"""Behind all doors: what is durable goes to the rules at once, to the register each second, to the lake each minute."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
from django.db import DatabaseError, InterfaceError, close_old_connections

from chengyun.city.sensing.services.alarms import LevelChange, follow
from chengyun.city.sensing.services.readings import Newest, remember
from chengyun.gateways import roster
from chengyun.gateways.watching import Rules, moment
from chengyun.lake import journal, readings
from chengyun.lake.archive import Archive

log = logging.getLogger(__name__)

LOOK_AGAIN = 5.0
"""Seconds after which a change of the register is seen at the latest."""
REMEMBER = 1.0
COMMIT = 60.0
AGAIN = 1.0


@dataclass(frozen=True)
class Batch:
    """Durable readings (``lake.readings.SCHEMA``) and where in the journal they end."""

    readings: pa.Table
    end: int


class Pipeline(threading.Thread):
    """One thread; what it has not done when the process is killed it does after the next start, from the journal."""

    def __init__(self, archive: Archive, cut: Callable[[int], None]) -> None:
        super().__init__(name="pipeline", daemon=True)
        self.archive, self.cut = archive, cut
        self.inbox: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self.roster = roster.read()
        self.rules = Rules(self.roster)
        self.stored = readings.committed(archive.table)
        self.done = self.rules.load(archive.rules, self.stored)
        self.newest: dict[int, Newest] = {}
        self.loose: list[Batch] = []
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
        going = True
        while going:
            batches, going = self._taken()
            self._accept(batches)
            self._surely(self._write)
        self._try_to_store()

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
            self.changes.extend(self.rules.take(table))
            self.done = fresh[-1].end
            self._note(table)
        self.loose += [batch for batch in batches if batch.end > self.stored]

    def _surely(self, work: Callable[[], None]) -> None:
        """Do it, again and again while the database is away; nothing is lost meanwhile."""
        while True:
            try:
                close_old_connections()
                return work()
            except (DatabaseError, InterfaceError):
                log.exception("the database does not take what the gateway has; trying again")
                time.sleep(AGAIN)

    def _write(self) -> None:
        """Alarms first, since people wait for them. What is written is forgotten, so that it may be called again."""
        while self.changes:
            _tell(self.changes[0])
            self.changes.popleft()
        now = time.monotonic()
        if self.newest and now - self.remembered >= REMEMBER:
            remember(self.newest.values())
            self.newest, self.remembered = {}, now
        if now - self.looked >= LOOK_AGAIN:
            self.roster = roster.read()
            self.rules.follow(self.roster)
            self.looked = now
        if now - self.committed >= COMMIT:
            self._try_to_store()

    def _try_to_store(self) -> None:
        """What the disk does not take now it takes later: the journal has it, and alarms do not wait for it."""
        self.committed = time.monotonic()
        try:
            self._store()
        except Exception:
            log.exception("the lake does not take what the gateway has; trying again in a while")

    def _note(self, table: pa.Table) -> None:
        """The newest reading of each series."""
        ordered = table.sort_by([("at", "ascending")])
        columns = (
            ordered["series"].to_pylist(),
            ordered["at"].cast(pa.int64()).to_pylist(),
            ordered["value"].to_pylist(),
            ordered["quality"].to_pylist(),
            ordered["received"].to_pylist(),
        )
        for pk, at, value, quality, received in zip(*columns, strict=True):
            self.newest[pk] = (pk, moment(at), value, quality, received)

    def _store(self) -> None:
        """Store what is there, keep the state of the rules, and cut the journal behind both."""
        if self.newest:
            remember(self.newest.values())
            self.newest = {}
        if self.loose:
            table = pa.concat_tables([batch.readings for batch in self.loose])
            end = self.loose[-1].end
            readings.commit(self.archive.table, table, position=end)
            self.stored, self.loose = end, []
        self.rules.save(self.archive.rules, self.done)
        self.cut(min(self.done, self.stored))


def _tell(change: LevelChange) -> None:
    """A change that cannot be told must not keep the others from being told."""
    try:
        follow(change)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("a change of level could not be told: %s", change)
