"""How far a passed limit has been told."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import StageClock


class LimitMark(models.Model):
    """The last of the moments of a clock that was told: near, over, to the supervisor, to the leader.

    ``next_at`` is when the next may be due, as it looked when the last was told; who reads it asks the clock again.
    """

    NEAR, OVER, SUPERVISOR, LEADER = 1, 2, 3, 4

    clock = models.OneToOneField(
        StageClock, primary_key=True, on_delete=models.PROTECT, related_name="mark"
    )
    told = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=("next_at",),
                name="limit_mark_next",
                condition=models.Q(next_at__isnull=False),
            ),
        )
