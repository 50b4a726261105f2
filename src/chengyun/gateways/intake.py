"""From every door to the journal: what is acknowledged is kept, and many messages share one fsync.

While one batch goes to the disk the next gathers; the more there is to do, the larger the batches. A batch is looked up
as arrays: which series each reading is of, what is doubted about it, and who is unknown.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, repeat
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import close_old_connections

from chengyun.city.people.models import User
from chengyun.city.sensing.services.devices import heard_of
from chengyun.gateways.names import UNKNOWN, names_of
from chengyun.gateways.parsing import TOLD, Message, Unreadable, read_all
from chengyun.gateways.roster import Register
from chengyun.gateways.tokens import Senders
from chengyun.kernel import clock
from chengyun.lake.archive import Archive
from chengyun.lake.journal import Journal, Unwritable
from chengyun.lake.readings import MOMENT, READINGS, encode, with_day
from chengyun.lake.tables import committed
from chengyun.science.episodes import Flags, Ints
from chengyun.science.quality import CLOCK_WRONG, OUT_OF_RANGE

log = logging.getLogger(__name__)

T = TypeVar("T")
NOTHING = TOLD.empty_table()

MOST_WAITING = 64 * 1024 * 1024
"""Bytes that may wait for the disk; whoever comes then is asked to come again later."""
ROW = 100
"""Bytes one reading takes while it waits, about."""
BATCH = 1000
"""Messages that go to the disk together at most; more make no more of one fsync, only of memory."""
TOLD_AGAIN = 60.0
"""Seconds for which an unknown device is not looked at again."""
AT_ONCE = 10_000
"""Unknown devices that are remembered for as long."""
AHEAD = timedelta(minutes=5)

Kept = Callable[[pa.Table, int], None]
"""Told of readings that are durable now, and where in the journal they end."""


class Refused(Exception):
    """Readings cannot be kept now; the sender keeps them and sends them again."""


Unknown = dict[str, dict[str, float]]
"""Devices that nobody has adopted, with the newest value of each of their points."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of readings: how many are durable, and whose were not kept."""

    kept: int
    waiting: Unknown


Outcome = Taken | Exception


@dataclass(frozen=True, kw_only=True, eq=False)
class _Waiting:
    told: Message
    sender: User | None
    taken: asyncio.Future[Taken]

    @property
    def size(self) -> int:
        return len(self.told) if isinstance(self.told, bytes) else len(self.told) * ROW


class Intake:
    """What all doors of one gateway have in common; the only writer of the journal."""

    def __init__(self, archive: Archive, register: Callable[[], Register]) -> None:
        self.journal = Journal(archive.journal, begin=committed(archive.table))
        self.register = register
        self.told: Kept = _nobody
        self.hand = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self.asking = ThreadPoolExecutor(1, thread_name_prefix="asking")
        self.senders = Senders(self.ask)
        self.waiting: list[_Waiting] = []
        self.bytes = 0
        self.writing: asyncio.Task[None] | None = None
        self.heard: dict[str, float] = {}
        self.trouble = ""

    async def take(self, told: Message, sender: User | None) -> Taken:
        """Return when the readings of known devices are durable.

        Many messages are read at once. ``sender`` None: a door that asks for no token. Raises Unreadable, and Refused
        when they cannot be kept now.
        """
        loop = asyncio.get_running_loop()
        mine = _Waiting(told=told, sender=sender, taken=loop.create_future())
        if self.bytes + mine.size > MOST_WAITING:
            raise Refused("磁盘跟不上，请稍后再发。")
        self.waiting.append(mine)
        self.bytes += mine.size
        if self.writing is None or self.writing.done():
            self.writing = loop.create_task(self._write())
        taken = await mine.taken
        for device, seen in taken.waiting.items():
            await self.hear(device, seen, sender)
        return taken

    async def _write(self) -> None:
        while self.waiting:
            batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
            await self._store(batch)
            self.bytes -= sum(each.size for each in batch)

    async def _store(self, batch: list[_Waiting]) -> None:
        """What spoils a batch spoils no other message of it."""
        loop = asyncio.get_running_loop()
        try:
            _tell(batch, await loop.run_in_executor(self.hand, self._keep, batch))
            self.trouble = ""
        except Unwritable as error:
            self.trouble = f"读数没有收下：{error}"
            _tell(batch, repeat(Refused(self.trouble)))
        except Exception as error:
            if len(batch) == 1:
                log.exception("a message could not be kept")
                _tell(batch, repeat(error))
            else:
                for each in batch:
                    await self._store([each])

    def _keep(self, batch: list[_Waiting]) -> list[Outcome]:
        """Make a batch durable, and say what became of each of it."""
        outcomes, tables = list[Outcome](), []
        register, read = self.register(), read_all([each.told for each in batch])
        for sender, part in groupby(zip(batch, read, strict=True), key=_sender_of):
            messages = [told for _, told in part]
            readings, taken = looked_up(messages, sender, register)
            outcomes += taken
            if readings.num_rows:
                tables.append(readings)
                self.journal.append(READINGS, encode(readings))
        if tables:
            end = self.journal.sync()
            self.told(pa.concat_tables(tables), end)
        return outcomes

    async def hear(self, device: str, seen: dict[str, float], sender: User | None = None) -> None:
        """An unknown device is put where somebody sees it, now and again."""
        now = time.monotonic()
        if now - self.heard.get(device, -TOLD_AGAIN) < TOLD_AGAIN:
            return
        if len(self.heard) >= AT_ONCE:
            self.heard.clear()
        self.heard[device] = now
        await self.ask(lambda: heard_of(device, seen, by=sender))

    async def ask(self, read: Callable[[], T]) -> T:
        """Ask the database, in the one thread that does."""

        def reading() -> T:
            close_old_connections()
            return read()

        return await asyncio.get_running_loop().run_in_executor(self.asking, reading)

    def cut(self, upto: int) -> None:
        """What lies before this position of the journal is stored elsewhere."""
        self.hand.submit(self.journal.cut, upto)

    def stop_asking(self) -> None:
        """Ask the database nothing more."""
        self.asking.shutdown()

    def close(self) -> None:
        """Nothing more is kept."""
        self.hand.shutdown()
        self.journal.close()


def _nobody(readings: pa.Table, end: int) -> None:
    """Nobody listens yet; what is kept meanwhile is read from the journal."""


def _sender_of(pair: tuple[_Waiting, Any]) -> User | None:
    return pair[0].sender


def _tell(batch: list[_Waiting], outcomes: Iterable[Outcome]) -> None:
    for each, outcome in zip(batch, outcomes, strict=False):
        if each.taken.done():  # the sender has gone
            continue
        if isinstance(outcome, Taken):
            each.taken.set_result(outcome)
        else:
            each.taken.set_exception(outcome)


def looked_up(
    messages: Sequence[pa.Table | Unreadable], sender: User | None, register: Register
) -> tuple[pa.Table, list[Outcome]]:
    """The readings (``lake.readings.SCHEMA``) in some messages (``parsing.TOLD``), and what became of each message."""
    told = pa.concat_tables([NOTHING, *(each for each in messages if isinstance(each, pa.Table))])
    places = register.places(told, sender)
    known, begin, outcomes = places != UNKNOWN, 0, list[Outcome]()
    for message in messages:
        if isinstance(message, Unreadable):
            outcomes.append(message)
            continue
        end = begin + message.num_rows
        outcomes.append(_outcome(message, known[begin:end]))
        begin = end
    return register.whereabouts.placed(as_readings(told, places, register)), outcomes


def _outcome(message: pa.Table, known: Flags) -> Taken:
    found: Unknown = {}
    if not known.all():
        strange = message.filter(pa.array(~known))
        for (device, point), value in zip(
            names_of(strange), strange["value"].to_pylist(), strict=True
        ):
            found.setdefault(device, {})[point] = value
    return Taken(kept=int(known.sum()), waiting=found)


def as_readings(told: pa.Table, places: Ints, register: Register) -> pa.Table:
    """What was told (``parsing.TOLD``) of known series as ``lake.readings.SCHEMA``, with what is doubted about it.

    ``places``: shape (n,), as ``Register.places`` found them.
    """
    mine = places != UNKNOWN
    if not mine.all():
        told, places = told.filter(pa.array(mine)), places[mine]
    value, now = told["value"].to_numpy() * register.factor[places], clock.now()
    ahead = pc.greater(told["at"], pa.scalar(now + AHEAD, MOMENT)).to_numpy()
    outside = (value < register.low[places]) | (value > register.high[places])
    doubt = told["doubt"].to_numpy() | outside * OUT_OF_RANGE | ahead * CLOCK_WRONG
    columns = {
        "series": register.keys[places],
        "at": told["at"],
        "serial": told["serial"],
        "value": value,
        "quality": doubt.astype(np.int16),
        "received": pa.repeat(pa.scalar(now, MOMENT), len(places)),
    }
    return with_day(pa.table(columns))
