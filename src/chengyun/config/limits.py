"""Refuse a body that is too large before it is read: Django would first write all of it to disk."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def limited(app: App, *, limit: int) -> App:
    """`app`, answering 413 to a body longer than `limit` bytes, announced or not."""
    sentence = f"上传内容过大：一次最多 {limit // (1024 * 1024)} MB，请压缩或分批上传。"

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif _announced(scope) > limit:
            await _refuse(scope, send, sentence)
        else:
            await app(scope, _counted(scope, receive, send, limit, sentence), send)

    return door


def _announced(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _counted(scope: Scope, receive: Receive, send: Send, limit: int, sentence: str) -> Receive:
    """`receive` for a body of any length: past the limit the app hears only a hang-up."""
    seen = 0

    async def count() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen <= limit:
            return message
        await _refuse(scope, send, sentence)
        return {"type": "http.disconnect"}

    return count


async def _refuse(scope: Scope, send: Send, sentence: str) -> None:
    kind, body = b"text/plain; charset=utf-8", sentence
    if scope["path"].startswith("/api/"):
        problem = {"error": "too_large", "message": sentence, "fields": []}
        kind, body = b"application/json", json.dumps(problem, ensure_ascii=False)
    headers = [
        (b"content-type", kind),
        (b"connection", b"close"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
