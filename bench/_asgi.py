"""The city as it is served, with what its open streams cost: ``/cost`` says memory and statements of their thread."""

import json
import os
from collections.abc import Mapping
from typing import Any

from django.db import connection

from chengyun.config.asgi import application as city
from chengyun.config.asgi import hub

counted = [0]


def _count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    counted[0] += 1
    return execute(sql, params, many, context)


def _watch() -> None:
    if _count not in connection.execute_wrappers:
        connection.execute_wrappers.append(_count)


hub.desk.submit(_watch).result()


async def application(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != "/cost":
        await city(scope, receive, send)
        return
    with open("/proc/self/statm") as told:
        memory = int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    cost = {"memory": memory, "statements": counted[0], "streams": len(hub.streams)}
    body = json.dumps(cost).encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})
