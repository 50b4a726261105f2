"""Who shows a token at a door."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import owner_of
from chengyun.kernel import errors

REMEMBERED = 30.0
"""Seconds for which a token, once it was good, is taken without asking."""

Read = Callable[[], User]


class Stranger(Exception):
    """Nobody has this token."""


class NotAllowed(Exception):
    """The owner of this token may not send readings."""


@dataclass(frozen=True)
class _Asked:
    since: float
    answer: asyncio.Task[User]


class Senders:
    """The owners of tokens; ``ask`` asks the database, once for all who show one token in the same while."""

    def __init__(self, ask: Callable[[Read], Awaitable[User]]) -> None:
        self.ask = ask
        self.asked: dict[str, _Asked] = {}

    async def of(self, token: str) -> User:
        """Whose token it is. Raises Stranger, and NotAllowed where its owner may not send readings."""
        asked = self.asked.get(token)
        if asked is None or time.monotonic() - asked.since > REMEMBERED:
            asked = _Asked(time.monotonic(), asyncio.create_task(self._find(token)))
            self.asked[token] = asked
        return await asyncio.shield(asked.answer)

    async def _find(self, token: str) -> User:
        try:
            return await self.ask(lambda: sender_of(token))
        except BaseException:
            self.asked.pop(token, None)
            raise


def sender_of(token: str) -> User:
    """Whose token it is, read now. Raises Stranger and NotAllowed."""
    try:
        sender = owner_of(token) if token else None
    except errors.NotAllowed as error:  # a password of one's own comes first
        raise NotAllowed from error
    if sender is None:
        raise Stranger
    if not sender.may("reading.send"):
        raise NotAllowed
    return sender
