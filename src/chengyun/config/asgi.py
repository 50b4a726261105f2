"""The web process: granian serves `application`. Open streams are answered here, all pages by WSGI in its threads."""

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from chengyun.config.wsgi import application as pages
from chengyun.kernel.live.bridge import Bridge, Receive, Send
from chengyun.kernel.live.door import Door
from chengyun.kernel.live.hub import Hub

THREADS = 4

hub = Hub()
events = Door(hub)
bridge = Bridge(pages, threads=THREADS, longest=settings.BODY_LIMIT)


async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"] == "/events/":
        await events(scope, receive, send)
    else:
        await bridge(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _end_streams_with_the_process()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _end_streams_with_the_process() -> None:
    """Granian waits for open streams before it says that it stops. Its loop hears the signal beside us, as before."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(hub.end))
