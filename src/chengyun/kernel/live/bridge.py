"""The WSGI application behind an ASGI server: a fixed pool of threads, each of which keeps its database connection.

A body is taken in by the event loop, so that a slow sender holds no thread; a long answer goes out piece by piece and
waits for a slow reader.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from chengyun.kernel import clock

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

IN_MEMORY = 1024 * 1024
PIECE = 256 * 1024


class Gone(Exception):
    """The client has left before it said everything."""


class Bridge:
    """Serves a WSGI application to an ASGI server. ``longest`` bytes of a body are read, more is left unread."""

    def __init__(self, application: Application, *, threads: int, longest: int) -> None:
        self.application = application
        self.longest = longest
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                await self._take_in(scope, receive, body)
            except Gone:
                return
            loop = asyncio.get_running_loop()

            def pass_on(message: dict[str, Any]) -> None:
                asyncio.run_coroutine_threadsafe(_sent(send, message), loop).result()

            environ = environ_of(scope, body)
            last = await loop.run_in_executor(self.pool, self._answer, environ, pass_on)
            for message in last:
                await send(message)

    async def _take_in(self, scope: Scope, receive: Receive, body: IO[bytes]) -> None:
        """Read the body to its end; of one that is too long nothing more, which the application then refuses."""
        if _bodiless(scope) or _announced(scope) > self.longest:
            return
        size, more = 0, True
        while more and size <= self.longest:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            piece = message.get("body", b"")
            size += len(piece)
            body.write(piece)
            more = message.get("more_body", False)
        body.seek(0)

    def _answer(
        self, environ: Environ, pass_on: Callable[[dict[str, Any]], None]
    ) -> list[dict[str, Any]]:
        """In a thread of the pool: what is small is given back, what is long is passed on piece by piece."""
        head: list[dict[str, Any]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            head[:] = [_head(status, headers)]

        result = self.application(environ, start)
        try:
            parts: list[bytes] = []
            size = 0
            for part in result:
                parts.append(part)
                size += len(part)
                if size >= PIECE:
                    for message in (*head, _body(parts, more=True)):
                        pass_on(message)
                    head, parts, size = [], [], 0
            return [*head, _body(parts, more=False)]
        finally:
            if close := getattr(result, "close", None):
                close()


async def _sent(send: Send, message: dict[str, Any]) -> None:
    await send(message)


def _head(status: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": int(status[:3]), "headers": pairs}


def _body(parts: list[bytes], *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": b"".join(parts), "more_body": more}


def _bodiless(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return not names & {b"content-length", b"transfer-encoding"}


def _announced(scope: Scope) -> int:
    found = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(found) if found.isdigit() else 0


def environ_of(scope: Scope, body: IO[bytes]) -> Environ:
    """What PEP 3333 asks for."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "chengyun.began": clock.now(),
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add_header(environ: Environ, name: str, value: str) -> None:
    """A name with an underscore could pass for another and is left out."""
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value
