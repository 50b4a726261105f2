"""Doors for devices that hold a line: TCP listeners, one for each protocol, many devices on each.

A connection costs nobody else anything: it is read only while what it sent before is being worked on no more, it may
wait for at most one frame's worth of bytes, and one that says nothing for long, or does not read its answers, is ended.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chengyun.city.people.models import User
from chengyun.city.sensing.dialects import LABELS
from chengyun.gateways.dialects import ENOUGH, Dialects
from chengyun.gateways.faults import Fault
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.talk import Departs, Heard, Knows, Talk, as_rows

log = logging.getLogger(__name__)

SILENT = 1800.0
"""Seconds without a word after which a connection is ended; devices send heartbeats every few minutes."""
LOOK = 30.0
MOST_UNREAD = 64 * 1024
"""Bytes of answers a device may leave unread."""
MOST_LINES = 12_000
LINE_ENDS = b"\r\n\0 "
PIECE = 64 * 1024
"""Bytes that are taken from a connection before it has to wait."""

Begin = Callable[["Lines"], "Line"]


@dataclass(frozen=True)
class Address:
    """Where a door stands."""

    host: str
    port: int


class Door:
    """Connections of one protocol, and what they need behind them."""

    def __init__(self, protocol: str, intake: Intake, ledger: Ledger) -> None:
        self.protocol, self.intake, self.ledger = protocol, intake, ledger
        self.open: set[Line] = set()

    async def close(self) -> None:
        """What is being worked on gets its answer."""
        working = [line.working for line in self.open if line.working is not None]
        await asyncio.gather(*working, return_exceptions=True)
        for line in list(self.open):
            line.end()


class Lines(Door):
    """One listener: a door for one protocol; ``begin`` makes what speaks over each connection."""

    def __init__(
        self, protocol: str, begin: Begin, intake: Intake, ledger: Ledger, dialects: Dialects
    ) -> None:
        super().__init__(protocol, intake, ledger)
        self.begin, self.dialects = begin, dialects
        self.server: asyncio.Server | None = None
        self.looking: asyncio.Task[None] | None = None

    async def listen(self, address: Address) -> None:
        """Open the door. Raises OSError where the address cannot be had."""
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: self.begin(self), address.host, address.port, backlog=1024
        )
        self.looking = loop.create_task(self._look())

    async def close(self) -> None:
        """Take nobody more; what is being worked on gets its answer."""
        if self.server is not None:
            self.server.close()
        if self.looking is not None:
            self.looking.cancel()
        await super().close()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            late = time.monotonic() - SILENT
            for line in [line for line in self.open if line.heard_at < late]:
                line.end()


class Line(asyncio.Protocol, ABC):
    """One connection; what is said over it is for the kinds of lines to know."""

    transport: asyncio.Transport

    def __init__(self, lines: Door) -> None:
        self.lines, self.intake = lines, lines.intake
        self.rest = b""
        self.more = bytearray()
        self.heard_at = time.monotonic()
        self.name = ""
        self.spoken = False
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

    def eof_received(self) -> bool:
        """Who speaks no more still hears the answer to what is being worked on."""
        self.spoken = True
        return self.working is not None

    def pause_writing(self) -> None:
        """A device that does not read its answers is ended; it will send again what they would have told it."""
        self.end()

    def connection_lost(self, reason: Exception | None) -> None:
        """Nothing is lost: what has no answer comes again."""
        self.lines.open.discard(self)

    def end(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    def answer(self, data: bytes) -> None:
        """Send something back, unless the other side has gone."""
        if data and not self.transport.is_closing():
            self.transport.write(data)

    async def _work(self) -> None:
        try:
            while self.more:
                data, self.more = bytes(self.more), bytearray()
                self.transport.resume_reading()
                self.rest = await self.take(self.rest + data)
        except Exception:
            log.exception("a %s connection is ended", self.lines.protocol)
            self.end()
        finally:
            self.working = None
            if self.spoken:
                self.transport.close()

    @abstractmethod
    async def take(self, stream: bytes) -> bytes:
        """Do what a stream says; what is left of it for the next bytes to follow."""

    async def keep(self, heard: list[Heard], sender: User | None) -> list[bool]:
        """For each, whether what it tells is durable now; of devices that are not known it is not."""
        register = self.intake.register()
        known = [register.reaches(each.device, sender) for each in heard]
        told = [each for each, mine in zip(heard, known, strict=True) if mine and each.said]
        try:
            if told:
                await self.intake.take(as_rows(told), sender)
        except Refused:
            return [False] * len(heard)
        for each, mine in zip(heard, known, strict=True):
            if not mine:
                seen = {said.point: said.value for said in each.said}
                await self.intake.hear(each.device, seen, sender)
        return known


class DeviceLine(Line):
    """A connection on which devices speak a protocol of their own."""

    def __init__(self, lines: Lines, talk: Callable[[Knows], Talk]) -> None:
        super().__init__(lines)
        self.talk, self.dialects = talk(self._knows), lines.dialects

    async def take(self, stream: bytes) -> bytes:
        """Read the frames, keep what they tell, then answer each in its turn."""
        frames, rest = self.talk.frames(stream)
        self._note(list(noise_in(stream, frames, rest)))
        heard = [each for frame in frames if (each := self._hear(frame))]
        for each, kept in zip(heard, await self.keep(heard, None), strict=True):
            self.answer(each.answer if kept else each.refusal)
        return rest

    def connection_lost(self, reason: Exception | None) -> None:
        """What was waiting for the rest of its frame is none."""
        super().connection_lost(reason)
        self._note([self.rest] if self.rest else [])

    def _note(self, pieces: list[bytes]) -> None:
        """Bytes that are no frame are counted and kept with the name of who spoke last on this line."""
        for piece in pieces:
            fault = Fault("noise", f"{len(piece)} 个字节不成报文。")
            self.lines.ledger.fault(self.lines.protocol, self.name, fault, piece)

    def _knows(self, device: str) -> bool:
        return self.intake.register().reaches(device, None)

    def _hear(self, frame: bytes) -> Heard | None:
        """What a frame says; one that cannot be read is kept with the name of who spoke last on this line."""
        ledger, protocol = self.lines.ledger, self.lines.protocol
        try:
            heard = self._understood(frame)
        except Fault as fault:
            known = fault.device and self._knows(fault.device)
            ledger.fault(protocol, fault.device if known else self.name, fault, frame)
            return None
        if self._knows(heard.device):
            self.name = heard.device
        ledger.heard(protocol, self.name)
        return heard

    def _understood(self, frame: bytes) -> Heard:
        """As its protocol is written, else as its device is known to depart from it. Raises Fault."""
        protocol = self.lines.protocol
        try:
            heard = self.talk.hear(frame)
        except Fault as fault:
            departs = self.talk.guess(frame)
            if departs is None:
                raise
            if not self.dialects.speaks(protocol, departs, frame):
                raise self._odd(fault, departs) from fault
            return self.talk.hear(frame, departs.quirks)
        self.dialects.plain(protocol, heard.device)
        return heard

    def _odd(self, fault: Fault, departs: Departs) -> Fault:
        """The same with what it would be."""
        protocol = self.lines.protocol
        labels = "、".join(sorted(LABELS[protocol, quirk] for quirk in departs.quirks))
        seen = self.dialects.seen(protocol, departs)
        how = f"连着 {seen} 帧这样，{ENOUGH} 帧就照此读" if seen else "已收回，不照此读"
        return Fault(fault.word, f"{fault.sentence}像是方言：{labels}，{how}。", departs.device)


def noise_in(stream: bytes, frames: Sequence[bytes], rest: bytes) -> Iterator[bytes]:
    """What of a stream lies before, between and behind its frames and is not waited for; line ends are no noise."""
    place = 0
    for frame in frames:
        begin = stream.find(frame, max(place - 1, 0))  # two frames may share a mark
        yield from _piece(stream[place:begin])
        place = begin + len(frame)
    yield from _piece(stream[place : len(stream) - len(rest)])


def _piece(between: bytes) -> Iterator[bytes]:
    if between.strip(LINE_ENDS):
        yield between
