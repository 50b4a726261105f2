"""Small reference reads kept for a few seconds, so that a write does not pay for what hardly ever changes.

What one process of the city's machine forgets the others forget with it: each read has a mark in a file all of them
map into memory, and an answer holds as long as its mark does.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable, Hashable
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar
from zlib import crc32

from django.conf import settings
from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R", covariant=True)

AT_MOST = 2000
"""Answers of one read that are kept; when there are more, all are read anew."""

MARKS, WIDTH = 512, 8
"""How many marks there are, and the bytes of each."""


class _Answers:
    """The answers of one read, which hold as long as its mark stands."""

    def __init__(self, name: str) -> None:
        start = WIDTH * (crc32(name.encode()) % MARKS)
        self.place = slice(start, start + WIDTH)
        self.mark = b""
        self.kept: dict[Hashable, tuple[float, object]] = {}

    def standing(self) -> dict[Hashable, tuple[float, object]]:
        if (now := _marks()[self.place]) != self.mark:
            self.kept, self.mark = {}, now
        return self.kept

    def forget(self) -> None:
        _marks()[self.place] = os.urandom(WIDTH)


class Recent(Protocol[P, R]):
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def forget(self) -> None: ...


_all: list[_Answers] = []


def recent(seconds: float) -> Callable[[Callable[P, R]], Recent[P, R]]:
    """Keep each answer for ``seconds``: a change on another machine is seen after that at the latest.

    ``forget`` is for the verb that changes what was read; called in its transaction it holds from the commit on, too.
    """

    def keep(read: Callable[P, R]) -> Recent[P, R]:
        answers = _Answers(f"{read.__module__}.{read.__qualname__}")

        @wraps(read)
        def kept(*args: P.args, **kwargs: P.kwargs) -> R:
            # A read under way when all is forgotten keeps its answer to itself.
            mine = answers.standing()
            key = (args, tuple(sorted(kwargs.items())))
            found = mine.get(key)
            if found and found[0] > time.monotonic():
                return found[1]  # type: ignore[return-value]
            fresh = read(*args, **kwargs)
            if len(mine) >= AT_MOST:
                mine.clear()
            mine[key] = (time.monotonic() + seconds, fresh)
            return fresh

        def forget() -> None:
            answers.forget()
            if connection.in_atomic_block:
                transaction.on_commit(answers.forget)

        kept.forget = forget  # type: ignore[attr-defined]
        _all.append(answers)
        return kept  # type: ignore[return-value]

    return keep


@cache
def _marks() -> mmap.mmap:
    """The marks of this city's processes on this machine."""
    handle = os.open(Path(settings.RECENT), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(handle, MARKS * WIDTH)
        return mmap.mmap(handle, MARKS * WIDTH)
    finally:
        os.close(handle)


def forget_everything() -> None:
    """Tests change the city under a running process."""
    for answers in _all:
        answers.forget()
