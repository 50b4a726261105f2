"""The HTTP door: readings in one of the forms of ``forms.py``, answered when they are durable.

200: all readings are kept; ``waiting`` names the devices nobody has adopted, ``unknown`` the points a device has not,
whose readings are not. 401, 403, 413, 415, 422 and 503 say in one sentence what is wrong; then nothing is kept. Who
writes as to InfluxDB is answered as by it: 204, and 400 for a "partial write" where some could not be kept.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from chengyun.city.people.models import User
from chengyun.gateways.faults import Fault
from chengyun.gateways.forms import (
    INFLUX,
    PATHS,
    READINGS,
    TooLong,
    Unwelcome,
    as_it_is,
    header,
    message_of,
    unpacked,
)
from chengyun.gateways.intake import Intake, Refused, Taken
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.parsing import Message, Unreadable
from chengyun.gateways.roster import Register
from chengyun.gateways.senml import UnitOf
from chengyun.gateways.tokens import NotAllowed, Stranger

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

LONGEST = 10 * 1024 * 1024
DOOR, ALIVE = "http", "/healthz"
SHOWN = 5
"""Names that stand in one sentence."""
SCHEMES = ("bearer", "token")
"""What may stand before a token; the clients of InfluxDB write Token."""


class Answer(Exception):
    """The end of a request: a status and what is said."""

    def __init__(self, status: HTTPStatus, **said: Any) -> None:
        super().__init__(status)
        self.status, self.said = status, said
        self.kind = "application/json; charset=utf-8"

    @property
    def body(self) -> bytes:
        """What is said, as JSON; nothing where there is nothing to say."""
        return json.dumps(self.said, ensure_ascii=False).encode() if self.said else b""


class Text(Answer):
    """A text that is given back as it came."""

    def __init__(self, text: str) -> None:
        super().__init__(HTTPStatus.OK)
        self.kind, self.text = "text/plain; charset=utf-8", text

    @property
    def body(self) -> bytes:
        """The text alone."""
        return self.text.encode("utf-8", "replace")


def refusal(status: HTTPStatus, error: str, message: str) -> Answer:
    """An answer that says in one sentence why nothing was kept."""
    return Answer(status, error=error, message=message)


async def answered(send: Send, answer: Answer) -> None:
    """Send an answer (ASGI)."""
    headers = [(b"content-type", answer.kind.encode())] if answer.body else []
    if answer.status != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    start = {"type": "http.response.start", "status": int(answer.status), "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


class Door:
    """The HTTP door of one gateway."""

    def __init__(self, intake: Intake, ledger: Ledger) -> None:
        self.intake, self.ledger = intake, ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        try:
            if scope["path"] == ALIVE:
                raise Answer(HTTPStatus.OK, alive=True)
            body = await self._body(scope, receive)
            sender = await self._sender(scope)
            answer = await self._take(scope, body, sender)
        except Answer as refused:
            answer = refused
        await answered(send, answer)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        if scope["path"] not in PATHS:
            raise refusal(HTTPStatus.NOT_FOUND, "missing", f"读数报到 {READINGS}。")
        if scope["method"] != "POST":
            raise refusal(HTTPStatus.METHOD_NOT_ALLOWED, "refused", "读数用 POST 报送。")
        return await body_of(receive)

    async def _sender(self, scope: Scope) -> User:
        """Whose token it is, and that it may send."""
        try:
            return await self.intake.senders.of(token_in(scope))
        except Stranger:
            sentence = "请带上报送平台的令牌：Authorization: Bearer …"
            raise refusal(HTTPStatus.UNAUTHORIZED, "unauthenticated", sentence) from None
        except NotAllowed:
            sentence = "这个令牌没有「报送监测读数」的权限。"
            raise refusal(HTTPStatus.FORBIDDEN, "not_allowed", sentence) from None

    async def _take(self, scope: Scope, body: bytes, sender: User) -> Answer:
        """Keep it, and count it with its sender; what has to be made readable first is so beside the event loop."""
        try:
            unit_of = self.intake.register().unit_of
            plain = as_it_is(scope)
            told = body if plain else await asyncio.to_thread(_told, scope, body, unit_of)
            taken = await self.intake.take(told, sender)
        except Unwelcome as error:
            return refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "wrong_media", str(error))
        except Unreadable as error:
            self.ledger.fault(DOOR, sender.username, Fault("invalid", str(error)), body)
            return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", str(error))
        except Refused as error:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too_many", str(error))
        self.ledger.heard(DOOR, sender.username)
        answer = kept(taken, self.intake.register(), sender)
        return _as_influx(answer) if scope["path"] in INFLUX else answer


def _told(scope: Scope, body: bytes, unit_of: UnitOf) -> Message:
    try:
        return message_of(scope, unpacked(scope, body, LONGEST), unit_of)
    except TooLong as error:
        raise too_long() from error


async def body_of(receive: Receive) -> bytes:
    """The whole body of a request. Raises the answer to one that is too long."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > LONGEST:
            raise too_long()
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def too_long() -> Answer:
    """What is said of a body that is too long."""
    sentence = f"一次最多 {LONGEST // 1024 // 1024} MB，请分几次报。"
    return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", sentence)


def kept(taken: Taken, register: Register, sender: User) -> Answer:
    """What is said of readings that are durable, and of those whose device waits or has no such point."""
    known = {device: register.reaches(device, sender) for device in taken.waiting}
    said: dict[str, Any] = {"waiting": sorted(name for name, mine in known.items() if not mine)}
    unknown = [
        f"{name} {point}" for name, mine in known.items() if mine for point in taken.waiting[name]
    ]
    if unknown:
        said["unknown"] = sorted(unknown)
    return Answer(HTTPStatus.OK, kept=taken.kept, **said)


def _as_influx(answer: Answer) -> Answer:
    """The same, as InfluxDB says it."""
    waiting, unknown = answer.said["waiting"], answer.said.get("unknown", [])
    if not waiting and not unknown:
        return Answer(HTTPStatus.NO_CONTENT)
    parts = [
        f"还没有登记的设备：{'、'.join(waiting[:SHOWN])}" if waiting else "",
        f"设备没有的测点：{'、'.join(unknown[:SHOWN])}" if unknown else "",
    ]
    why = "；".join(part for part in parts if part)
    sentence = f"已收下 {answer.said['kept']} 个读数，其余没有保存。{why}。"
    return refusal(HTTPStatus.BAD_REQUEST, "partial write", sentence)


def token_in(scope: Scope) -> str:
    """The token a request shows, "" without one."""
    kind, _, token = header(scope, b"authorization").partition(" ")
    return token.strip() if kind.lower() in SCHEMES else ""
