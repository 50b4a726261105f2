"""A terminal in a vehicle speaks JT/T 808: it registers, identifies itself, and tells where it is.

Source: JT/T 808-2019, 5.3 (registration, identification), 8.8, 8.12, 8.49. A terminal that nobody has adopted is told
that the platform does not know it (8100, result 4); one that has not identified itself on this connection gets 8001
with result 1, keeps what it told and identifies itself first.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chengyun.gateways import jt808
from chengyun.gateways.faults import Fault
from chengyun.gateways.talk import (
    AS_WRITTEN,
    Departs,
    Heard,
    Knows,
    Quirks,
    Said,
    moment_of,
)
from chengyun.science.quality import DOUBTED

REGISTER, UNREGISTER, IDENTIFY, HEARTBEAT, ANSWER = 0x0100, 0x0003, 0x0102, 0x0002, 0x0001
POSITION, BATCH = 0x0200, 0x0704
TAKEN, FAILED, UNSUPPORTED, UNKNOWN_TERMINAL = 0, 1, 3, 4
POINTS = (
    ("longitude_e6", "lon", 1e-6),
    ("latitude_e6", "lat", 1e-6),
    ("speed_tenth_kmh", "speed", 0.1),
    ("direction_deg", "direction", 1),
    ("altitude_m", "altitude", 1),
    ("mileage_tenth_km", "mileage", 0.1),
    ("fuel_tenth_l", "fuel", 0.1),
)
"""Field, point, and the unit of the field in that of the point (degrees, km/h, m, km, l)."""
CODE_LENGTH = 16
HEADER_2013 = "header_2013"
MOST_PARTS, MOST_PARTED = 64, 4
"""Parts of a message, and messages in parts that are under way on one connection."""


class Talk:
    """The conversation with what comes over one connection; the code of a terminal is its number without zeros."""

    frames = staticmethod(jt808.frames)

    def __init__(self, knows: Knows, secret: str) -> None:
        self.knows, self.secret = knows, secret
        self.identified: set[str] = set()
        self.parts = jt808.Parts()
        self.parted: dict[tuple[str, int], dict[int, dict[str, Any]]] = {}
        self.serial = 0

    def hear(self, frame: bytes, quirks: Quirks = AS_WRITTEN) -> Heard:
        """What a frame says. Raises Fault."""
        up = jt808.decode(frame, header_2013=HEADER_2013 in quirks)
        if up["encrypted"]:
            raise Fault("encrypted", "报文是加密的，平台没有它的密钥。")
        ups = [up]
        if up["subpackage"]:
            whole = self._whole(up)
            if whole is None:
                return Heard(device=_device(up))
            ups, body = whole
            up |= {"body": jt808.body_of(up["msg_id"], body, edition_2019=up["version_flag"])}
        return self._said(up, ups)

    def guess(self, frame: bytes) -> Departs | None:
        """Header and body of 2013 under the bit that says 2019."""
        try:
            up = jt808.decode(frame, header_2013=True)
        except Fault:
            return None
        return Departs(device=_device(up), quirks=frozenset({HEADER_2013}))

    def _whole(self, up: dict[str, Any]) -> tuple[list[dict[str, Any]], bytes] | None:
        """All parts of a message and their body, once the last has come; before that nothing is answered."""
        if up["sub_total"] > MOST_PARTS:
            raise Fault("too_many_parts", f"一条消息最多 {MOST_PARTS} 个分包。")
        key = (up["phone_bcd"], up["msg_id"])
        if key not in self.parted and len(self.parted) >= MOST_PARTED:
            self.parted, self.parts = {}, jt808.Parts()
        if up["sub_index"] == 1:
            self.parted[key] = {}
        self.parted.setdefault(key, {})[up["sub_index"]] = up
        body = self.parts.take(up)
        return None if body is None else (list(self.parted.pop(key).values()), body)

    def _said(self, up: dict[str, Any], ups: list[dict[str, Any]]) -> Heard:
        device, kind, body = _device(up), up["msg_id"], up["body"]
        if "body_error" in body:
            raise Fault(body["body_error"], "消息体不完整。")
        if kind == REGISTER:
            return self._register(up, device)
        if kind == IDENTIFY:
            return self._identify(up, device)
        if kind == ANSWER:
            return Heard(device=device)
        refusal = self._general(ups, FAILED)
        if device not in self.identified:
            return Heard(device=device, answer=refusal, refusal=refusal)
        if kind in (POSITION, BATCH):
            places = [body] if kind == POSITION else body["items"]
            said = tuple(said for place in places for said in _readings(place))
            answer = self._general(ups, TAKEN)
            return Heard(device=device, said=said, answer=answer, refusal=refusal)
        taken = kind in (HEARTBEAT, UNREGISTER)
        answer = self._general(ups, TAKEN if taken else UNSUPPORTED)
        return Heard(device=device, answer=answer, refusal=refusal)

    def _register(self, up: dict[str, Any], device: str) -> Heard:
        code = self._code(device) if self.knows(device) else ""
        result = TAKEN if code else UNKNOWN_TERMINAL
        answer = jt808.register_answer(up, self._next(), result, code)
        return Heard(device=device, answer=answer, refusal=answer)

    def _identify(self, up: dict[str, Any], device: str) -> Heard:
        refusal = self._general([up], FAILED)
        if not hmac.compare_digest(up["body"]["auth_code"].encode(), self._code(device).encode()):
            return Heard(device=device, answer=refusal, refusal=refusal)
        self.identified.add(device)
        return Heard(device=device, answer=self._general([up], TAKEN), refusal=refusal)

    def _code(self, device: str) -> str:
        """The code with which a terminal identifies itself, the same after a restart."""
        return hmac.digest(self.secret.encode(), device.encode(), "sha256").hex()[:CODE_LENGTH]

    def _general(self, ups: list[dict[str, Any]], result: int) -> bytes:
        return b"".join(jt808.general_answer(up, self._next(), result) for up in ups)

    def _next(self) -> int:
        self.serial = (self.serial + 1) % (1 << 16)
        return self.serial


def _device(up: dict[str, Any]) -> str:
    return str(up["phone_bcd"]).lstrip("0") or "0"


def _readings(place: dict[str, Any]) -> Iterator[Said]:
    at, doubt = _moment(place), 0 if place["fixed"] else DOUBTED
    west, south = -1 if place["west"] else 1, -1 if place["south"] else 1
    signs = {"lon": west, "lat": south}
    for field, point, unit in POINTS:
        if field in place:
            value = round(place[field] * unit * signs.get(point, 1), 6)
            yield Said(point=point, at=at, value=value, doubt=doubt)


def _moment(place: dict[str, Any]) -> datetime:
    return moment_of(place["time_bcd"], "%y%m%d%H%M%S")
