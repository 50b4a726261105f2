"""The HTTP door: ``POST /readings`` with JSON lines, answered when the readings are durable.

Source of the form: this project's own, see the guide. 200: all readings are kept; ``waiting`` names the devices nobody
has adopted, whose readings are not. 401, 403, 413, 422 and 503 say in one sentence what is wrong; then nothing is kept.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from chengyun.city.people.models import User
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.parsing import Unreadable
from chengyun.gateways.tokens import NotAllowed, Stranger

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

LONGEST = 10 * 1024 * 1024
PATH, ALIVE = "/readings", "/healthz"


class Answer(Exception):
    """The end of a request: a status and what is said."""

    def __init__(self, status: HTTPStatus, **said: Any) -> None:
        super().__init__(status)
        self.status, self.said = status, said


def refusal(status: HTTPStatus, error: str, message: str) -> Answer:
    """An answer that says in one sentence why nothing was kept."""
    return Answer(status, error=error, message=message)


class Door:
    """The HTTP door of one gateway."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        try:
            if scope["path"] == ALIVE:
                raise Answer(HTTPStatus.OK, alive=True)
            body = await self._body(scope, receive)
            sender = await self._sender(scope)
            answer = await self._take(body, sender)
        except Answer as refused:
            answer = refused
        text = json.dumps(answer.said, ensure_ascii=False).encode()
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(text)).encode()),
        ]
        await send(
            {"type": "http.response.start", "status": int(answer.status), "headers": headers}
        )
        await send({"type": "http.response.body", "body": text})

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        if scope["path"] != PATH:
            raise refusal(HTTPStatus.NOT_FOUND, "missing", f"读数报到 {PATH}。")
        if scope["method"] != "POST":
            raise refusal(HTTPStatus.METHOD_NOT_ALLOWED, "refused", "读数用 POST 报送。")
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > LONGEST:
                sentence = f"一次最多 {LONGEST // 1024 // 1024} MB，请分几次报。"
                raise refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", sentence)
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)

    async def _sender(self, scope: Scope) -> User:
        """Whose token it is, and that it may send."""
        try:
            return await self.intake.senders.of(_token(scope))
        except Stranger:
            sentence = "请带上报送平台的令牌：Authorization: Bearer …"
            raise refusal(HTTPStatus.UNAUTHORIZED, "unauthenticated", sentence) from None
        except NotAllowed:
            sentence = "这个令牌没有「报送监测读数」的权限。"
            raise refusal(HTTPStatus.FORBIDDEN, "not_allowed", sentence) from None

    async def _take(self, body: bytes, sender: User) -> Answer:
        try:
            taken = await self.intake.take(body, sender)
        except Unreadable as error:
            return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", str(error))
        except Refused as error:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too_many", str(error))
        return Answer(HTTPStatus.OK, kept=taken.kept, waiting=sorted(taken.waiting))


def _token(scope: Scope) -> str:
    head = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    kind, _, token = head.decode("latin-1").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
