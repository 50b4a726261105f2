"""The HTTP door: ``POST /readings`` with JSON lines, answered when the readings are durable.

Source of the form: this project's own, see the guide. 200: all readings are kept; ``waiting`` names the devices nobody
has adopted, whose readings are not. 401, 403, 413, 422 and 503 say in one sentence what is wrong; then nothing is kept.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import close_old_connections

from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import owner_of
from chengyun.city.sensing.services.devices import heard_of
from chengyun.gateways.keeping import Keeper, Refused
from chengyun.gateways.parsing import Unreadable, json_lines
from chengyun.gateways.roster import Known, Name, Roster
from chengyun.kernel import clock
from chengyun.lake.readings import MOMENT, with_day

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

LONGEST = 10 * 1024 * 1024
PATH, ALIVE = "/readings", "/healthz"
REMEMBERED = 30.0
"""Seconds for which a token, once it was good, is taken without asking."""
TOLD_AGAIN = 60.0
"""Seconds for which an unknown device is not looked at again."""
AHEAD = timedelta(minutes=5)
OUT_OF_RANGE, CLOCK_WRONG = 1, 2
"""Quality marks, as bits: the value is none its point can have; the clock of the device is ahead of ours."""


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

    def __init__(self, keeper: Keeper, roster: Callable[[], Roster]) -> None:
        self.keeper, self.roster = keeper, roster
        self.asking = ThreadPoolExecutor(1, thread_name_prefix="asking")
        self.senders: dict[str, tuple[float, User]] = {}
        self.heard: dict[str, float] = {}

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
        """Whose token it is; a good one is remembered for a while."""
        token = _token(scope)
        since, sender = self.senders.get(token, (0.0, None))
        if sender is None or time.monotonic() - since > REMEMBERED:
            sender = await self._ask(lambda: owner_of(token)) if token else None
            if sender is None:
                self.senders.pop(token, None)
                sentence = "请带上报送平台的令牌：Authorization: Bearer …"
                raise refusal(HTTPStatus.UNAUTHORIZED, "unauthenticated", sentence)
            self.senders[token] = (time.monotonic(), sender)
        if not await self._ask(lambda: sender.may("reading.send")):
            raise refusal(
                HTTPStatus.FORBIDDEN, "not_allowed", "这个令牌没有「报送监测读数」的权限。"
            )
        return sender

    async def _ask(self, read: Callable[[], T]) -> T:
        """Ask the database, in the one thread that does."""

        def reading() -> T:
            close_old_connections()
            return read()

        return await asyncio.get_running_loop().run_in_executor(self.asking, reading)

    async def _take(self, body: bytes, sender: User) -> Answer:
        try:
            told = json_lines(body)
        except Unreadable as error:
            return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", str(error))
        known = self.roster().of(sender)
        found = [known.get(name) for name in _names(told)]
        waiting = _unknown(told, found)
        readings = as_readings(told, found)
        try:
            if readings.num_rows:
                await self.keeper.keep(readings)
        except Refused as error:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too_many", str(error))
        for device, seen in waiting.items():
            await self._hear(device, seen, sender)
        return Answer(HTTPStatus.OK, kept=readings.num_rows, waiting=sorted(waiting))

    async def _hear(self, device: str, seen: dict[str, float], sender: User) -> None:
        """An unknown device is put where somebody sees it, now and again."""
        now = time.monotonic()
        if now - self.heard.get(device, -TOLD_AGAIN) < TOLD_AGAIN:
            return
        self.heard[device] = now
        await self._ask(lambda: heard_of(device, seen, by=sender))

    def close(self) -> None:
        """Ask the database nothing more."""
        self.asking.shutdown()


def _token(scope: Scope) -> str:
    head = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    kind, _, token = head.decode("latin-1").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _names(told: pa.Table) -> list[Name]:
    return list(zip(told["device"].to_pylist(), told["point"].to_pylist(), strict=True))


def _unknown(told: pa.Table, found: list[Known | None]) -> dict[str, dict[str, float]]:
    """The devices that are not known, with the newest value of each of their points."""
    if all(found):
        return {}
    values = told["value"].to_pylist()
    unknown: dict[str, dict[str, float]] = {}
    for (device, point), known, value in zip(_names(told), found, values, strict=True):
        if known is None:
            unknown.setdefault(device, {})[point] = value
    return unknown


def as_readings(told: pa.Table, found: list[Known | None]) -> pa.Table:
    """What was told (``parsing.TOLD``) of known series as ``lake.readings.SCHEMA``, with what is doubted about it."""
    mine = pa.array([known is not None for known in found])
    told = told.filter(mine)
    known = [each for each in found if each is not None]
    value = told["value"].to_numpy()
    low = np.array([each.low for each in known], np.float64)
    high = np.array([each.high for each in known], np.float64)
    now = clock.now()
    late = pa.scalar(now + AHEAD, MOMENT)
    ahead = pc.greater(told["at"], late).to_numpy()
    quality = ((value < low) | (value > high)) * OUT_OF_RANGE | ahead * CLOCK_WRONG
    columns = {
        "series": np.array([each.pk for each in known], np.int64),
        "at": told["at"],
        "serial": told["serial"],
        "value": value,
        "quality": quality.astype(np.int16),
        "received": pa.array([now] * len(known), MOMENT),
    }
    return with_day(pa.table(columns))
