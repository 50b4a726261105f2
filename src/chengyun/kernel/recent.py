"""Small reference reads kept for a few seconds, so that a write does not pay for what hardly ever changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R", covariant=True)

AT_MOST = 2000
"""Answers of one read that are kept; when there are more, all are read anew."""

_all: list[Callable[[], None]] = []


class Recent(Protocol[P, R]):
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def forget(self) -> None: ...


def recent(seconds: float) -> Callable[[Callable[P, R]], Recent[P, R]]:
    """Keep each answer for ``seconds``: another process's change is seen after that at the latest.

    ``forget`` is for the verb that changes what was read; called in its transaction it holds from the commit on, too.
    """

    def keep(read: Callable[P, R]) -> Recent[P, R]:
        answers: dict[Hashable, tuple[float, object]] = {}

        @wraps(read)
        def kept(*args: P.args, **kwargs: P.kwargs) -> R:
            mine = answers  # a read under way when all is forgotten keeps its answer to itself
            key = (args, tuple(sorted(kwargs.items())))
            found = mine.get(key)
            if found and found[0] > time.monotonic():
                return found[1]  # type: ignore[return-value]
            fresh = read(*args, **kwargs)
            if len(mine) >= AT_MOST:
                mine.clear()
            mine[key] = (time.monotonic() + seconds, fresh)
            return fresh

        def begin_anew() -> None:
            nonlocal answers
            answers = {}

        def forget() -> None:
            begin_anew()
            if connection.in_atomic_block:
                transaction.on_commit(begin_anew)

        kept.forget = forget  # type: ignore[attr-defined]
        _all.append(begin_anew)
        return kept  # type: ignore[return-value]

    return keep


def forget_everything() -> None:
    """Tests change the city under a running process."""
    for begin_anew in _all:
        begin_anew()
