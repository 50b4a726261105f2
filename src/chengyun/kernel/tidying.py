"""What was kept for a while only: answers to repeated writes, and sessions that are over."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session

from chengyun.kernel import clock
from chengyun.kernel.models.machinery import IdempotentAnswer

ANSWERS_KEPT = timedelta(days=7)


def tidy_up() -> None:
    """Remove first answers that nobody will ask for again, and sessions past their end; both hold personal data."""
    now = clock.now()
    IdempotentAnswer.objects.filter(at__lt=now - ANSWERS_KEPT).delete()
    Session.objects.filter(expire_date__lt=now).delete()
