"""A broker that belongs to somebody else: what it hands out is kept first and acknowledged to it then.

The session outlives this process, so that the broker keeps for us what comes while we are away; how many messages it
hands out before it waits for us, and how many it keeps, is set at the broker. What it loses before it handed it out is
lost. A message of a device nobody has adopted is acknowledged and not kept, or it would hold up all that follow.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from dataclasses import dataclass, field

from chengyun.gateways import mqtt
from chengyun.gateways.faults import Fault
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.lines import Door, Line
from chengyun.gateways.payloads import DEVICE, GATEWAY, OWN, said_of
from chengyun.gateways.talk import Heard, as_rows

log = logging.getLogger(__name__)

DOOR = "broker"
CLIENT = "chengyun-gateway"
TOPICS = [f"{OWN}+", DEVICE, GATEWAY]
QOS = 1
AGAIN, AGAIN_AT_MOST = 1.0, 10.0
KEEP_ALIVE = 30
DEAD = 2 * KEEP_ALIVE
"""Seconds without a word after which a broker that was asked to speak is given up."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the broker is and how one comes in."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool


class Broker(Door):
    """One client of one broker, connected again whenever the connection is lost."""

    def __init__(self, address: Place, intake: Intake, ledger: Ledger) -> None:
        super().__init__(DOOR, intake, ledger)
        self.address = address
        self.holding: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether the broker has let us in."""
        return any(isinstance(line, BrokerLine) and line.let_in for line in self.open)

    def begin(self) -> None:
        """Connect, now or as soon as the broker is there."""
        self.holding = asyncio.get_running_loop().create_task(self._hold())

    async def close(self) -> None:
        """Take nothing more; what is not acknowledged comes again after the next start."""
        if self.holding is not None:
            self.holding.cancel()
        for line in self.open:
            line.transport.pause_reading()
        await super().close()

    async def _hold(self) -> None:
        wait = AGAIN
        while True:
            try:
                line = await self._connect()
                await line.last()
                wait = AGAIN if line.let_in else wait
            except OSError as error:
                log.warning("the broker at %s cannot be had: %s", self.address.host, error)
            await asyncio.sleep(wait)
            wait = min(2 * wait, AGAIN_AT_MOST)

    async def _connect(self) -> BrokerLine:
        secure = ssl.create_default_context() if self.address.tls else None
        _, line = await asyncio.get_running_loop().create_connection(
            lambda: BrokerLine(self), self.address.host, self.address.port, ssl=secure
        )
        return line


class BrokerLine(Line):
    """One connection to the broker, from the greeting to its end."""

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.address = broker.address
        self.let_in = False
        self.over = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be let in."""
        super().connection_made(transport)
        self.name, place = self.address.host, self.address
        who = mqtt.Connect(
            client=CLIENT, user=place.user, password=place.password, keep_alive=KEEP_ALIVE
        )
        self.answer(mqtt.connect(who))

    def connection_lost(self, reason: Exception | None) -> None:
        """What was not acknowledged will be handed out again."""
        super().connection_lost(reason)
        self.over.set()

    async def last(self) -> None:
        """Until the connection is over; who says nothing for long, though asked, is given up."""
        while not self.over.is_set():
            self.answer(mqtt.PING if self.let_in else b"")
            if time.monotonic() - self.heard_at > DEAD:
                self.end()
            try:
                await asyncio.wait_for(self.over.wait(), KEEP_ALIVE / 2)
            except TimeoutError:
                continue

    async def take(self, stream: bytes) -> bytes:
        """Keep the messages among some packets together, and acknowledge them then."""
        try:
            packets, rest = mqtt.packets(stream, mqtt.LONGEST_OF_ALL)
            for packet in packets:
                self._told(packet)
            await self._published([each for each in packets if each.kind == mqtt.PUBLISH])
        except Fault as fault:
            self.lines.ledger.fault(DOOR, self.name, fault, stream)
            self.end()
            return b""
        return rest

    def _told(self, packet: mqtt.Packet) -> None:
        """What is no message."""
        if packet.kind == mqtt.CONNACK:
            self._greeted(packet.body[-1:])
        elif packet.kind == mqtt.SUBACK and mqtt.REFUSED in packet.body[2:]:
            log.error("the broker at %s hands out nothing of %s", self.name, ", ".join(TOPICS))

    def _greeted(self, code: bytes) -> None:
        if code == bytes((mqtt.ACCEPTED,)):
            self.let_in = True
            self.answer(mqtt.subscribe(1, TOPICS, QOS))
        else:
            log.error("the broker at %s refuses us: %s", self.name, code.hex())
            self.end()

    async def _published(self, packets: list[mqtt.Packet]) -> None:
        messages = [mqtt.publish_of(packet) for packet in packets]
        heard = [each for message in messages for each in self._said(message)]
        if await self._kept(heard):
            self.answer(b"".join(mqtt.puback(each.packet) for each in messages if each.qos))

    def _said(self, message: mqtt.Publish) -> list[Heard]:
        ledger = self.lines.ledger
        try:
            told = said_of(message.topic, message.payload, "")
        except Fault as fault:
            ledger.fault(DOOR, self.name, fault, message.payload)
            return []
        for device in told:
            ledger.heard(DOOR, device)
        return [Heard(device=device, said=said) for device, said in told.items()]

    async def _kept(self, heard: list[Heard]) -> bool:
        """Whether all is durable; the broker waits until it is, or until the connection is over."""
        while any(each.said for each in heard):
            try:
                await self.intake.take(as_rows(heard), None)
                return True
            except Refused:
                if self.over.is_set():
                    return False
                await asyncio.sleep(AGAIN)
        return True
