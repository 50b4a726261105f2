"""The city with its statements counted: each answer says how many it took, BEGIN and COMMIT included."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from chengyun.config.wsgi import application as city


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
    connection.force_debug_cursor = True

    def started(status: str, head: list[tuple[str, str]], *rest: Any) -> Any:
        return start(status, [*head, ("X-Statements", str(len(connection.queries_log)))], *rest)

    return city(environ, started)
