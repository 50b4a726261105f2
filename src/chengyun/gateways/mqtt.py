"""MQTT 3.1.1: what the other side sends is cut into packets, and ours are built. No socket here.

The server's side for our own door, the client's as far as one listens to somebody else's broker.

Source: MQTT Version 3.1.1 (OASIS Standard, 2014), 2 (packets), 3.1 CONNECT, 3.3 PUBLISH, 3.8 SUBSCRIBE.
"""

from __future__ import annotations

from dataclasses import dataclass

from chengyun.gateways.faults import Fault

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK = 8, 9, 10, 11
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14
LONGEST = 256 * 1024
"""Bytes of a packet of a device at most."""
LONGEST_OF_ALL = 256 * 1024 * 1024
"""What MQTT allows."""
LENGTH_BYTES = 4
ACCEPTED, BAD_VERSION, BAD_ID, NOT_AUTHORISED = 0, 1, 2, 5
REFUSED = 0x80
"""The answer to a subscription: nothing is sent to devices here."""
PROTOCOLS = {(b"MQTT", 4), (b"MQIsdp", 3)}


@dataclass(frozen=True, kw_only=True)
class Packet:
    """One packet: its kind, the four bits beside it, and what follows the length."""

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Connect:
    """Who wants to speak; ``keep_alive`` in seconds, 0: for ever."""

    client: str
    user: str
    password: str
    keep_alive: int


@dataclass(frozen=True, kw_only=True)
class Publish:
    """One message; ``packet`` is 0 for QoS 0, which asks for no answer."""

    topic: str
    payload: bytes
    qos: int
    packet: int


def packets(stream: bytes, longest: int = LONGEST) -> tuple[list[Packet], bytes]:
    """The whole packets at the beginning of a stream, and what is left of it. Raises Fault for one that is too long."""
    found, place = list[Packet](), 0
    while True:
        head = _length(stream, place, longest)
        if head is None or head[1] > len(stream):
            return found, stream[place:]
        begin, end = head
        first = stream[place]
        found.append(Packet(kind=first >> 4, flags=first & 0x0F, body=stream[begin:end]))
        place = end


def _length(stream: bytes, place: int, longest: int) -> tuple[int, int] | None:
    """Where the body of the packet at a place begins and ends; None while its length is not whole."""
    length = 0
    for n in range(1, LENGTH_BYTES + 1):
        if place + n >= len(stream):
            return None
        byte = stream[place + n]
        length |= (byte & 0x7F) << 7 * (n - 1)
        if byte < 0x80:
            if length > longest:
                raise Fault("too_long", f"报文有 {length} 字节，最多 {longest} 字节。")
            return place + n + 1, place + n + 1 + length
    raise Fault("bad_length", "剩余长度不对，不是 MQTT 报文。")


def connect_of(body: bytes) -> Connect:
    """What a CONNECT says. Raises Fault."""
    name, rest = _field(body)
    if len(rest) < LENGTH_BYTES or (name, rest[0]) not in PROTOCOLS:
        raise Fault("bad_version", "只接 MQTT 3.1.1。")
    flags, keep_alive = rest[1], int.from_bytes(rest[2:4])
    client, rest = _field(rest[4:])
    if flags & 0x04:
        _, rest = _field(rest)  # the topic of the will
        _, rest = _field(rest)
    user, rest = _field(rest) if flags & 0x80 else (b"", rest)
    password, rest = _field(rest) if flags & 0x40 else (b"", rest)
    return Connect(
        client=_text(client), user=_text(user), password=_text(password), keep_alive=keep_alive
    )


def publish_of(packet: Packet) -> Publish:
    """What a PUBLISH says. Raises Fault."""
    qos = packet.flags >> 1 & 3
    topic, rest = _field(packet.body)
    if qos > 1:
        raise Fault("bad_qos", "只接 QoS 0 和 1。")
    if qos and len(rest) < 2:
        raise Fault("too_short", "报文不完整。")
    number = int.from_bytes(rest[:2]) if qos else 0
    return Publish(topic=_text(topic), payload=rest[2:] if qos else rest, qos=qos, packet=number)


def subscriptions(body: bytes) -> int:
    """How many topics a SUBSCRIBE asks for. Raises Fault."""
    rest, many = body[2:], 0
    while rest:
        _, rest = _field(rest)
        rest, many = rest[1:], many + 1
    return many


def _field(body: bytes) -> tuple[bytes, bytes]:
    """Bytes with their length before them, and what follows."""
    end = 2 + int.from_bytes(body[:2])
    if len(body) < max(end, 2):
        raise Fault("too_short", "报文不完整。")
    return body[2:end], body[end:]


def _text(field: bytes) -> str:
    try:
        return field.decode()
    except UnicodeDecodeError as error:
        raise Fault("not_text", "主题或用户名不是 UTF-8。") from error


def connack(code: int) -> bytes:
    """Accepted, or why not; no session is ever kept, since nothing is sent to devices."""
    return bytes((CONNACK << 4, 2, 0, code))


def puback(packet: int) -> bytes:
    """A message of QoS 1 is durable."""
    return bytes((PUBACK << 4, 2)) + packet.to_bytes(2)


def suback(packet: bytes, many: int) -> bytes:
    """None of the topics is to be had."""
    return bytes((SUBACK << 4, 2 + many)) + packet + bytes((REFUSED,)) * many


def unsuback(packet: bytes) -> bytes:
    """Nothing was subscribed."""
    return bytes((UNSUBACK << 4, 2)) + packet


PONG = bytes((PINGRESP << 4, 0))
PING = bytes((PINGREQ << 4, 0))


def connect(said: Connect) -> bytes:
    """Let us in; the session outlives the connection."""
    flags = (0x80 if said.user else 0) | (0x40 if said.password else 0)
    fields = [said.client, *(each for each in (said.user, said.password) if each)]
    head = _put("MQTT") + bytes((4, flags)) + said.keep_alive.to_bytes(2)
    return _packet(CONNECT << 4, head + b"".join(map(_put, fields)))


def subscribe(packet: int, topics: list[str], qos: int) -> bytes:
    """Hand out what is published under these topics."""
    wanted = b"".join(_put(topic) + bytes((qos,)) for topic in topics)
    return _packet(SUBSCRIBE << 4 | 2, packet.to_bytes(2) + wanted)


def _put(text: str) -> bytes:
    field = text.encode()
    return len(field).to_bytes(2) + field


def _packet(first: int, body: bytes) -> bytes:
    length, head = len(body), bytes((first,))
    while length >= 0x80:
        length, low = divmod(length, 0x80)
        head += bytes((low | 0x80,))
    return head + bytes((length,)) + body
