"""The gateway process: granian serves ``application``; journal, rules and doors live in this one process."""

import asyncio
import logging
import os
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - the doors read models

from chengyun.city.sensing.services.commands import tell_controls  # noqa: E402
from chengyun.city.sensing.services.links import alive, count  # noqa: E402
from chengyun.gateways import talk_cjt188, talk_hj212, talk_jt808, talk_sl651  # noqa: E402
from chengyun.gateways.broker import Broker, Place  # noqa: E402
from chengyun.gateways.callback_door import PATH, CallbackDoor  # noqa: E402
from chengyun.gateways.dialects import Dialects  # noqa: E402
from chengyun.gateways.http import Door, Receive, Scope, Send  # noqa: E402
from chengyun.gateways.intake import Intake  # noqa: E402
from chengyun.gateways.ledger import Ledger  # noqa: E402
from chengyun.gateways.lines import Address, Begin, DeviceLine, Lines  # noqa: E402
from chengyun.gateways.modbus import Modbus  # noqa: E402
from chengyun.gateways.modbus_plan import BadPlan, Server  # noqa: E402
from chengyun.gateways.modbus_plan import read as read_plan  # noqa: E402
from chengyun.gateways.modbus_writing import Writing, controls_in  # noqa: E402
from chengyun.gateways.mqtt_line import MqttLine  # noqa: E402
from chengyun.gateways.pipeline import Pipeline  # noqa: E402
from chengyun.lake.archive import Archive  # noqa: E402

log = logging.getLogger(__name__)

LINES: dict[str, Begin] = {
    "jt808": partial(DeviceLine, talk=partial(talk_jt808.Talk, secret=settings.SECRET_KEY)),
    "hj212": partial(DeviceLine, talk=talk_hj212.Talk),
    "sl651": partial(DeviceLine, talk=talk_sl651.Talk),
    "mqtt": MqttLine,
    "cjt188": partial(DeviceLine, talk=talk_cjt188.Talk),
}
"""What speaks over the connections of each door."""


class Gateway:
    """All doors before one journal, and what works behind them."""

    def __init__(self) -> None:
        archive = Archive(settings.READINGS)
        self.ledger, self.dialects = Ledger(), Dialects()
        self.intake = Intake(archive, lambda: self.pipeline.roster.register)
        self.pipeline = Pipeline(archive, self.intake.cut, self._say)
        self.intake.told = self.pipeline.told
        self.http = Door(self.intake, self.ledger)
        self.callbacks = CallbackDoor(self.intake, self.ledger)
        self.broker: Broker | None = None
        self.modbus: Modbus | None = None
        self.writing: Writing | None = None
        self.trouble, self.reached_at = "", ""
        self.lines = {
            key: Lines(key, begin, self.intake, self.ledger, self.dialects)
            for key, begin in LINES.items()
        }

    async def open(self) -> None:
        """Open the doors that have an address."""
        for key, host, port in settings.DOORS:
            await self.lines[key].listen(Address(host, port))
        if settings.BROKER is not None:
            self.broker = Broker(Place(**asdict(settings.BROKER)), self.intake, self.ledger)
            self.broker.begin()
        servers = self._planned(settings.MODBUS)
        await self.intake.ask(lambda: tell_controls(controls_in(servers)))
        if servers:
            self.modbus = Modbus(servers, self.intake, self.ledger)
            self.modbus.begin()
            self.writing = Writing(self.modbus.controllers, self.intake)
            self.writing.begin()

    def _planned(self, plan: Path | None) -> tuple[Server, ...]:
        """A plan that cannot be used keeps nobody else from being heard, and lets nothing be written."""
        try:
            return read_plan(plan) if plan is not None else ()
        except BadPlan as error:
            log.error("%s", error)  # noqa: TRY400 - the sentence says it all
            self.trouble = str(error)
            return ()

    async def close(self) -> None:
        """Take nothing more, do what is there, answer it."""
        if self.writing is not None:
            await self.writing.close()
        if self.modbus is not None:
            await self.modbus.close()
        if self.broker is not None:
            await self.broker.close()
        for lines in self.lines.values():
            await lines.close()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self.intake.stop_asking()
        self.pipeline.stop()
        self.intake.close()

    def _say(self) -> None:
        """Tell whoever looks that the gateway works, and who speaks."""
        http = {"key": "http", "address": self.reached_at, "open": None}
        doors: list[dict[str, Any]] = [http] if self.reached_at else []
        doors += [
            {"key": key, "address": f"{host}:{port}", "open": len(self.lines[key].open)}
            for key, host, port in settings.DOORS
        ]
        if self.broker is not None:
            at = f"{self.broker.address.host}:{self.broker.address.port}"
            doors.append({"key": "broker", "address": at, "open": int(self.broker.connected)})
        if self.modbus is not None:
            many = f"{len(self.modbus.controllers)} 台控制器"
            doors.append({"key": "modbus", "address": many, "open": self.modbus.connected})
        if self.intake.trouble:
            self.pipeline.rules.deaf()
        aside = self.pipeline.aside
        told = f"有 {aside} 处内容数据库存不下，已放在一边，见日志" if aside else ""
        alive(self.intake.trouble or self.pipeline.trouble or self.trouble or told, doors)
        count(*self.ledger.take())
        self.dialects.follow()


_gateway: list[Gateway] = []


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI: the doors open when the process starts and close when it is told to stop."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    host, port = scope["server"]
    _gateway[0].reached_at = f"{host}:{port}"
    if scope["path"].startswith(PATH):
        await _gateway[0].callbacks(scope, receive, send)
    else:
        await _gateway[0].http(scope, receive, send)


async def _opened() -> Gateway:
    """A gateway that works; where that cannot be, the reason, and the process ends."""
    try:
        gateway = await asyncio.to_thread(Gateway)
        await gateway.open()
        gateway.pipeline.start()
        return gateway
    except Exception:
        log.exception("the gateway cannot start")
        os._exit(1)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _gateway.append(await _opened())
        else:
            await _gateway.pop().close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
