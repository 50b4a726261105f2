"""Who shows a token at a door."""

from __future__ import annotations

from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import owner_of


def sender_of(token: str) -> User | None:
    """Whose token it is, where it is good and its owner may send readings."""
    sender = owner_of(token) if token else None
    return sender if sender is not None and sender.may("reading.send") else None
