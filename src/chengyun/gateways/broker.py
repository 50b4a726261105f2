"""A broker that belongs to somebody else: what it hands out is kept first and acknowledged to it then.

The session outlives this process, so that the broker keeps for us what comes while we are away; how many messages it
hands out before it waits for us, and how many it keeps, is set at the broker. What it loses before it handed it out is
lost. A message of a device nobody has adopted is acknowledged and not kept, or it would hold up all that follow.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from chengyun.gateways.faults import Fault
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.payloads import DEVICE, GATEWAY, OWN, said_of
from chengyun.gateways.talk import Heard, as_rows

log = logging.getLogger(__name__)

DOOR = "broker"
CLIENT = "chengyun-gateway"
TOPICS = [(f"{OWN}+", 1), (DEVICE, 1), (GATEWAY, 1)]
QOS = 1
AGAIN = 1.0
KEEP_ALIVE = 30


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the broker is and how one comes in."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool


class Broker:
    """One client of one broker; its thread hands the messages to the event loop, where they gather."""

    def __init__(self, address: Place, intake: Intake, ledger: Ledger) -> None:
        self.address, self.intake, self.ledger = address, intake, ledger
        self.waiting: list[paho.MQTTMessage] = []
        self.working: asyncio.Task[None] | None = None
        self.loop = asyncio.get_running_loop()
        self.connected = False
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2,
            CLIENT,
            clean_session=False,
            protocol=paho.MQTTv311,
            manual_ack=True,
        )
        self.client.reconnect_delay_set(1, 10)
        if address.user:
            self.client.username_pw_set(address.user, address.password)
        if address.tls:
            self.client.tls_set()
        self.client.on_connect = self._connected
        self.client.on_disconnect = self._disconnected
        self.client.on_message = self._heard

    def begin(self) -> None:
        """Connect, now or as soon as the broker is there, and again whenever the connection is lost."""
        self.client.connect_async(self.address.host, self.address.port, keepalive=KEEP_ALIVE)
        self.client.loop_start()

    async def close(self) -> None:
        """Take nothing more; what is not acknowledged comes again after the next start."""
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)
        if self.working is not None:
            self.working.cancel()

    def _connected(self, client: paho.Client, _: Any, flags: Any, code: Any, more: Any) -> None:
        self.connected = not code.is_failure
        if code.is_failure:
            log.error("the broker at %s refuses: %s", self.address.host, code)
        else:
            client.subscribe(TOPICS)

    def _disconnected(self, client: paho.Client, _: Any, flags: Any, code: Any, more: Any) -> None:
        """What is waiting will be handed out again; its numbers mean nothing on the next connection."""
        self.connected = False
        self.loop.call_soon_threadsafe(self.waiting.clear)

    def _heard(self, client: paho.Client, _: Any, message: paho.MQTTMessage) -> None:
        self.loop.call_soon_threadsafe(self._take, message)

    def _take(self, message: paho.MQTTMessage) -> None:
        self.waiting.append(message)
        if self.working is None or self.working.done():
            self.working = self.loop.create_task(self._work())

    async def _work(self) -> None:
        while self.waiting:
            batch, self.waiting[:] = list(self.waiting), []
            heard = [each for message in batch for each in self._said(message)]
            await self._keep(heard)
            for message in batch:
                self.client.ack(message.mid, message.qos)

    def _said(self, message: paho.MQTTMessage) -> list[Heard]:
        payload = bytes(message.payload)
        try:
            told = said_of(message.topic, payload, "")
        except Fault as fault:
            self.ledger.fault(DOOR, self.address.host, fault, payload)
            return []
        for device in told:
            self.ledger.heard(DOOR, device)
        return [Heard(device=device, said=said) for device, said in told.items()]

    async def _keep(self, heard: list[Heard]) -> None:
        """Until it is durable: the broker waits meanwhile."""
        while any(each.said for each in heard):
            try:
                await self.intake.take(as_rows(heard), None)
                return
            except Refused:
                await asyncio.sleep(AGAIN)
