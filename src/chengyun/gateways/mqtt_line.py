"""The MQTT door: devices and platforms publish readings; a message of QoS 1 is answered when it is durable.

Who speaks shows the token of a sender, as password or as user name. Nothing is sent to devices: a subscription is
refused. A message of a device nobody has adopted gets no answer, so that the client keeps it; one that can never be
read is kept as it came, counted, and answered.
"""

from __future__ import annotations

from chengyun.city.people.models import User
from chengyun.gateways import mqtt
from chengyun.gateways.faults import Fault
from chengyun.gateways.lines import Line, Lines
from chengyun.gateways.payloads import said_of
from chengyun.gateways.talk import Heard
from chengyun.gateways.tokens import NotAllowed, Stranger

PACKET = 2
"""Bytes of the number of a packet."""


class MqttLine(Line):
    """One client; before it has shown a token nothing but that is heard."""

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines)
        self.sender: User | None = None
        self.token = self.client = ""

    async def take(self, stream: bytes) -> bytes:
        """Read the packets; the messages among them are kept together, and answered in their turn."""
        try:
            packets, rest = mqtt.packets(stream)
            if packets and not await self._may_speak(packets):
                return b""
            await self._published([each for each in packets if each.kind == mqtt.PUBLISH])
            for packet in packets:
                self._told(packet)
        except Fault as fault:
            self.lines.ledger.fault(self.lines.protocol, self.name, fault, stream)
            self.end()
            return b""
        return rest

    async def _may_speak(self, packets: list[mqtt.Packet]) -> bool:
        """Whether the token is good that the first packet showed; asked again for what comes later."""
        if greets := self.sender is None:
            self._greeted(packets.pop(0))
        try:
            self.sender = await self.intake.senders.of(self.token)
        except (Stranger, NotAllowed):
            self.answer(mqtt.connack(mqtt.NOT_AUTHORISED) if greets else b"")
            self.transport.close()
            return False
        self.answer(mqtt.connack(mqtt.ACCEPTED) if greets else b"")
        return True

    def _greeted(self, packet: mqtt.Packet) -> None:
        if packet.kind != mqtt.CONNECT:
            raise Fault("not_connected", "第一个报文要是 CONNECT。")
        said = mqtt.connect_of(packet.body)
        self.token, self.client = said.password or said.user, said.client

    async def _published(self, packets: list[mqtt.Packet]) -> None:
        heard, answers = list[Heard](), list[tuple[bytes, int]]()
        for packet in packets:
            message = mqtt.publish_of(packet)
            said = self._said(message)
            heard += said
            answers.append((mqtt.puback(message.packet) if message.qos else b"", len(said)))
        kept = iter(await self.keep(heard, self.sender))
        whole = ((answer, all([next(kept) for _ in range(many)])) for answer, many in answers)
        self.answer(b"".join(answer for answer, durable in whole if durable))

    def _said(self, message: mqtt.Publish) -> list[Heard]:
        ledger, protocol = self.lines.ledger, self.lines.protocol
        try:
            told = said_of(message.topic, message.payload, self.client)
        except Fault as fault:
            ledger.fault(protocol, self.name, fault, message.payload)
            return []
        for device in told:
            known = self.intake.register().reaches(device, self.sender)
            ledger.heard(protocol, device if known else self.name)
        return [Heard(device=device, said=said) for device, said in told.items()]

    def _told(self, packet: mqtt.Packet) -> None:
        """What is no message."""
        if packet.kind == mqtt.PINGREQ:
            self.answer(mqtt.PONG)
        elif packet.kind == mqtt.SUBSCRIBE:
            self.answer(mqtt.suback(packet.body[:PACKET], mqtt.subscriptions(packet.body)))
        elif packet.kind == mqtt.UNSUBSCRIBE:
            self.answer(mqtt.unsuback(packet.body[:PACKET]))
        elif packet.kind == mqtt.DISCONNECT:
            self.transport.close()
        elif packet.kind != mqtt.PUBLISH:
            raise Fault("bad_packet", f"不接第 {packet.kind} 种报文。")
