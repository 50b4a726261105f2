"""The keys by which platforms that show no token prove that a call is theirs."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from chengyun.city.people.models import User
from chengyun.kernel.recent import recent

DIGITS = 32
"""Letters and digits a key has; OneNET takes no more."""


def key_of(platform: str, sender: User) -> str:
    """Derived from the installation's own key: it stands in no table and no backup."""
    name = f"callback {platform} {sender.pk}"
    return hmac.new(settings.SECRET_KEY.encode(), name.encode(), hashlib.sha256).hexdigest()[
        :DIGITS
    ]


@recent(5)
def sender_named(username: str) -> User | None:
    """The account a platform calls by, where it is in use and may send readings; one that is ended, is so 5 s later."""
    found = User.objects.filter(username=username, is_active=True).first()
    return found if found is not None and found.may("reading.send") else None
