"""Network addresses from which somebody lately failed to log in."""

from __future__ import annotations

from django.db import models


class NetworkTries(models.Model):
    """Tries of one address within a window of time; those that succeed are given back.

    ``blocked_at`` is set when the last of them has failed: nobody logs in from there before ``ends_at``.
    """

    address = models.CharField(max_length=45, unique=True)
    tries = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)
    blocked_at = models.DateTimeField(null=True)
