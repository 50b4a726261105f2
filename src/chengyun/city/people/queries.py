"""Reads about people. The user comes first."""

from __future__ import annotations

import hashlib

from django.db.models import Q

from chengyun.city.people.models import ApiToken, User
from chengyun.kernel import clock


def digest_of(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()


def person_of_token(raw: str) -> User | None:
    """Whose token this is; None when it is unknown, expired, revoked, or its owner has left."""
    found = (
        ApiToken.objects.filter(
            Q(digest=digest_of(raw), revoked_at=None, expires_at__gt=clock.now())
        )
        .select_related("user")
        .first()
    )
    return found.user if found and found.user.is_active else None
