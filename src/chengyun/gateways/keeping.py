"""What is acknowledged is kept: many requests, one fsync, then every one of them gets its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from chengyun.lake.archive import Archive
from chengyun.lake.journal import Journal, Unwritable
from chengyun.lake.readings import READINGS, committed, encode

MOST_WAITING = 64 * 1024 * 1024
"""Bytes that may wait for the disk; whoever comes then is asked to come again later."""

Kept = Callable[[pa.Table, int], None]
"""Told of readings that are durable now, and where in the journal they end."""


class Refused(Exception):
    """Readings cannot be kept now; the sender keeps them and sends them again."""


@dataclass(frozen=True, eq=False)
class _Waiting:
    readings: pa.Table
    payload: bytes
    kept: asyncio.Future[None]


class Keeper:
    """The only writer of the journal, for all doors of one gateway."""

    def __init__(self, archive: Archive) -> None:
        self.journal = Journal(archive.journal, begin=committed(archive.table))
        self.told: Kept = _nobody
        self.hand = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self.waiting: list[_Waiting] = []
        self.bytes = 0
        self.writing: asyncio.Task[None] | None = None

    async def keep(self, readings: pa.Table) -> None:
        """Return when the readings (``lake.readings.SCHEMA``) are durable. Raises Refused when they cannot be."""
        payload = encode(readings)
        if self.bytes + len(payload) > MOST_WAITING:
            raise Refused("磁盘跟不上，请稍后再发。")
        loop = asyncio.get_running_loop()
        mine = _Waiting(readings, payload, loop.create_future())
        self.waiting.append(mine)
        self.bytes += len(payload)
        if self.writing is None or self.writing.done():
            self.writing = loop.create_task(self._write())
        await mine.kept

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            batch, self.waiting = self.waiting, []
            try:
                await loop.run_in_executor(self.hand, self._store, batch)
            except Unwritable as error:
                _tell(batch, Refused(f"读数没有收下：{error}"))
            else:
                _tell(batch, None)
            self.bytes -= sum(len(each.payload) for each in batch)

    def _store(self, batch: list[_Waiting]) -> None:
        for each in batch:
            self.journal.append(READINGS, each.payload)
        end = self.journal.sync()
        self.told(pa.concat_tables([each.readings for each in batch]), end)

    def cut(self, upto: int) -> None:
        """What lies before this position of the journal is stored elsewhere."""
        self.hand.submit(self.journal.cut, upto)

    def close(self) -> None:
        """Nothing more is kept."""
        self.hand.shutdown()
        self.journal.close()


def _nobody(readings: pa.Table, end: int) -> None:
    """Nobody listens yet; what is kept meanwhile is read from the journal."""


def _tell(batch: list[_Waiting], refusal: Refused | None) -> None:
    for each in batch:
        if each.kept.done():  # the sender has gone
            continue
        if refusal is None:
            each.kept.set_result(None)
        else:
            each.kept.set_exception(refusal)
