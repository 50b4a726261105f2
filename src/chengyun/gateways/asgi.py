"""The gateway process: granian serves ``application``; journal, rules and doors live in this one process."""

import asyncio
import logging
import os

import django

django.setup()

from django.conf import settings  # noqa: E402 - the doors read models

from chengyun.gateways.http import Door, Receive, Scope, Send  # noqa: E402
from chengyun.gateways.intake import Intake  # noqa: E402
from chengyun.gateways.pipeline import Pipeline  # noqa: E402
from chengyun.lake.archive import Archive  # noqa: E402

log = logging.getLogger(__name__)


class Gateway:
    """All doors before one journal, and what works behind them."""

    def __init__(self) -> None:
        archive = Archive(settings.READINGS)
        self.intake = Intake(archive, lambda: self.pipeline.roster)
        self.pipeline = Pipeline(archive, self.intake.cut)
        self.intake.told = self.pipeline.told
        self.door = Door(self.intake)

    def close(self) -> None:
        """Do what is there, then take nothing more."""
        self.intake.stop_asking()
        self.pipeline.stop()
        self.intake.close()


_gateway: list[Gateway] = []


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI: the doors open when the process starts and close when it is told to stop."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    else:
        await _gateway[0].door(scope, receive, send)


def _opened() -> Gateway:
    """A gateway that works; where that cannot be, the reason, and the process ends."""
    try:
        gateway = Gateway()
        gateway.pipeline.start()
        return gateway
    except Exception:
        log.exception("the gateway cannot start")
        os._exit(1)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _gateway.append(await asyncio.to_thread(_opened))
        else:
            await asyncio.to_thread(_gateway.pop().close)
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
