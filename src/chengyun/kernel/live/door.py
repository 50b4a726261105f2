"""``/events/``: server-sent events for whoever is logged in, as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from django.conf import settings

from chengyun.kernel.live.bridge import Receive, Scope, Send
from chengyun.kernel.live.feed import living, moment
from chengyun.kernel.live.hub import Hub, Stream

HEARTBEAT = 15.0
AGAIN = 2000
"""Milliseconds after which a browser that lost the line tries again."""
HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Door:
    """Checks the session, then tells until one of the two leaves."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            return await _refuse(send, 405)
        if self.hub.over:
            return await _refuse(send, 503)
        session = _session(scope)
        user = (await self.hub.ask(living, [session])).get(session) if session else None
        if user is None:
            return await _refuse(send, 401)
        stream = Stream(session=session, user=user)
        await send({"type": "http.response.start", "status": 200, "headers": HEAD})
        await self.hub.join(stream)
        left = asyncio.create_task(_until_left(receive, stream))
        try:
            async for data in self._told(scope, stream):
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.hub.leave(stream)
            left.cancel()

    async def _told(self, scope: Scope, stream: Stream) -> AsyncIterator[bytes]:
        """First what was missed, then what comes; a breath in between shows that the line is alive."""
        after, since = _asked(scope)
        missed = await self.hub.ask(
            self.hub.feed.missed, stream.user, after=after, since=moment(since)
        )
        unread = await self.hub.ask(self.hub.feed.unread, stream.user)
        yield f"retry: {AGAIN}\n\n".encode() + unread + b"".join(data for _, data in missed)
        known = {number for number, _ in missed}
        while True:
            try:
                item = await asyncio.wait_for(stream.box.get(), HEARTBEAT)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if item is None:
                return
            if item[0] not in known or not item[0]:
                yield item[1]


async def _until_left(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()


async def _refuse(send: Send, status: int) -> None:
    head = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b""})


def _header(scope: Scope, name: bytes) -> str:
    found = [value for key, value in scope["headers"] if key == name]
    return b"; ".join(found).decode("latin-1")


def _session(scope: Scope) -> str:
    try:
        kept = SimpleCookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return kept.value if kept else ""


def _asked(scope: Scope) -> tuple[int, str]:
    """From which number on, or since which moment the page was drawn."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    after = _header(scope, b"last-event-id") or query.get("after", [""])[-1]
    number = int(after) if after.isdecimal() and len(after) < 19 else 0
    return number, query.get("since", [""])[-1]
