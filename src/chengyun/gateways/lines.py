"""Doors for devices that hold a line: TCP listeners, one for each protocol, many devices on each.

A connection costs nobody else anything: it is read only while what it sent before is being worked on no more, it may
wait for at most one frame's worth of bytes, and one that says nothing for long, or does not read its answers, is ended.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from chengyun.gateways.faults import Fault
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.talk import Heard, Knows, Talk, as_told

log = logging.getLogger(__name__)

SILENT = 1800.0
"""Seconds without a word after which a connection is ended; devices send heartbeats every few minutes."""
LOOK = 30.0
MOST_UNREAD = 64 * 1024
"""Bytes of answers a device may leave unread."""
MOST_LINES = 12_000
PIECE = 64 * 1024
"""Bytes that are taken from a connection before it has to wait."""

Begin = Callable[[Knows], Talk]


@dataclass(frozen=True)
class Address:
    """Where a door stands."""

    host: str
    port: int


class Lines:
    """One listener: a door for one protocol."""

    def __init__(self, protocol: str, begin: Begin, intake: Intake, ledger: Ledger) -> None:
        self.protocol, self.begin = protocol, begin
        self.intake, self.ledger = intake, ledger
        self.open: set[Line] = set()
        self.server: asyncio.Server | None = None
        self.looking: asyncio.Task[None] | None = None

    async def listen(self, address: Address) -> None:
        """Open the door. Raises OSError where the address cannot be had."""
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: Line(self), address.host, address.port, backlog=1024
        )
        self.looking = loop.create_task(self._look())

    async def close(self) -> None:
        """Take nobody more; what is being worked on gets its answer."""
        if self.server is not None:
            self.server.close()
        if self.looking is not None:
            self.looking.cancel()
        working = [line.working for line in self.open if line.working is not None]
        await asyncio.gather(*working, return_exceptions=True)
        for line in list(self.open):
            line.end()

    def knows(self, device: str) -> bool:
        """Whether a device is one of the city's."""
        return device in self.intake.roster().devices

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            late = time.monotonic() - SILENT
            for line in [line for line in self.open if line.heard_at < late]:
                line.end()


class Line(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.talk = lines.begin(lines.knows)
        self.rest = b""
        self.more = bytearray()
        self.heard_at = time.monotonic()
        self.name = ""
        self.working: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refused at once where too many are open."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.name = str((transport.get_extra_info("peername") or [""])[0])
        transport.set_write_buffer_limits(high=MOST_UNREAD)
        if len(self.lines.open) >= MOST_LINES:
            transport.abort()
            return
        self.lines.open.add(self)

    def data_received(self, data: bytes) -> None:
        """Work on it, or keep it until what came before is done."""
        self.heard_at = time.monotonic()
        self.more += data
        if self.working is None:
            self.working = asyncio.get_running_loop().create_task(self._work())
        elif len(self.more) > PIECE:
            self.transport.pause_reading()

    def pause_writing(self) -> None:
        """A device that does not read its answers is ended; it will send again what they would have told it."""
        self.end()

    def connection_lost(self, reason: Exception | None) -> None:
        """Nothing is lost: what has no answer comes again."""
        self.lines.open.discard(self)

    def end(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    async def _work(self) -> None:
        try:
            while self.more:
                data, self.more = bytes(self.more), bytearray()
                self.transport.resume_reading()
                frames, self.rest = self.talk.frames(self.rest + data)
                await self._answer([heard for frame in frames if (heard := self._hear(frame))])
        except Exception:
            log.exception("a %s connection is ended", self.lines.protocol)
            self.end()
        finally:
            self.working = None

    def _hear(self, frame: bytes) -> Heard | None:
        """What a frame says; one that cannot be read is kept with the name of who spoke last on this line."""
        ledger, protocol = self.lines.ledger, self.lines.protocol
        try:
            heard = self.talk.hear(frame)
        except Fault as fault:
            ledger.fault(protocol, self.name, fault, frame)
            return None
        if self.lines.knows(heard.device):
            self.name = heard.device
        ledger.heard(protocol, self.name)
        return heard

    async def _answer(self, heard: list[Heard]) -> None:
        """Keep what was told, then answer each frame in its turn."""
        known = [self.lines.knows(each.device) for each in heard]
        told = [each for each, mine in zip(heard, known, strict=True) if mine and each.said]
        try:
            if told:
                await self.lines.intake.take(as_told(told), None)
            kept = True
        except Refused:
            kept = False
        for each, mine in zip(heard, known, strict=True):
            if not self.transport.is_closing():
                self.transport.write(each.answer if mine and kept else each.refusal)
            if not mine:
                seen = {said.point: said.value for said in each.said}
                await self.lines.intake.hear(each.device, seen)
