"""The open pages of one process: who looks, and how what has happened reaches them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import close_old_connections

from chengyun.kernel.live.feed import Feed, News, frame

log = logging.getLogger(__name__)

PAUSE = 0.3
BOX = 500
"""What waits for one slow reader at most; then the stream is closed, and the page comes back and asks from there."""
PER_PERSON = 8

T = TypeVar("T")
Item = tuple[int, bytes] | None


@dataclass(eq=False)
class Stream:
    """One open page."""

    session: str
    user: Any
    box: asyncio.Queue[Item] = field(default_factory=lambda: asyncio.Queue(BOX))

    def put(self, item: Item) -> None:
        if self.box.full():
            self.close()
        else:
            self.box.put_nowait(item)

    def close(self, why: str = "") -> None:
        """The end of the line. Without a reason the page comes back by itself; with one it says so and does not."""
        while not self.box.empty():
            self.box.get_nowait()
        if why:
            self.box.put_nowait((0, frame("bye", {"why": why})))
        self.box.put_nowait(None)


class Hub:
    """All streams of this process; it looks at the database as long as there is one."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.streams: dict[Stream, None] = {}  # in the order in which they came
        self.desk = ThreadPoolExecutor(1, thread_name_prefix="live")
        self.looking: asyncio.Task[None] | None = None
        self.over = False

    async def ask(self, read: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Read from the database, in the one thread that does."""

        def reading() -> T:
            close_old_connections()
            return read(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self.desk, reading)

    async def join(self, stream: Stream) -> None:
        """From now on this page hears; of too many of one person the oldest is closed."""
        if not self.streams:
            await self.ask(self.feed.open)
        own = [each for each in self.streams if each.user.pk == stream.user.pk]
        for each in own[: len(own) + 1 - PER_PERSON]:
            del self.streams[each]
            each.close("windows")
        self.streams[stream] = None
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self._look())

    def leave(self, stream: Stream) -> None:
        self.streams.pop(stream, None)

    def end(self) -> None:
        """The process stops: every page comes back later."""
        self.over = True
        for stream in list(self.streams):
            stream.close()
        self.streams.clear()

    async def _look(self) -> None:
        while self.streams:
            sessions = {stream.session: stream.user for stream in self.streams}
            try:
                self._hand_out(await self.ask(self.feed.news, sessions), set(sessions))
            except Exception:
                log.exception("looking for news failed; trying again")
            await asyncio.sleep(PAUSE)

    def _hand_out(self, news: News, asked: set[str]) -> None:
        for stream in list(self.streams):
            for item in news.frames.get(stream.user.pk, ()):
                stream.put(item)
            if news.people is not None and stream.session in asked:
                self._recheck(stream, news.people.get(stream.session))

    def _recheck(self, stream: Stream, user: Any) -> None:
        """The same person with the posts held now; who is logged out hears no more."""
        if user is None:
            self.leave(stream)
            stream.close("session")
        else:
            stream.user = user
