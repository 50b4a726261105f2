"""围栏和线路: where devices that move may be."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from chengyun.city.people.models import User
from chengyun.city.sensing.models.devices import Device


class Fence(models.Model):
    """围栏或线路: where devices that move have to stay, must not go, or have to go along.

    ``shape``: GeoJSON, polygons or lines, WGS 84. ``margin``: metres a device may be beyond it; of lines half the width
    of the corridor. It holds from ``valid_from`` to ``valid_to`` (None: until somebody ends it), each day only from
    ``hour_from`` to ``hour_to``, written 06:00, perhaps over midnight; "" for the whole day.
    """

    class Duty(models.TextChoices):
        STAY = "stay", "不得离开"
        AVOID = "avoid", "不得进入"
        FOLLOW = "follow", "按线路走"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    duty = models.CharField(max_length=6, choices=Duty.choices)
    area = models.CharField(max_length=15)
    devices = models.ManyToManyField(Device, related_name="fences")
    shape = models.JSONField()
    margin = models.FloatField()
    hour_from = models.CharField(max_length=5, blank=True)
    hour_to = models.CharField(max_length=5, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("ended_at", "valid_from"), name="fence_standing"),)

    def __str__(self) -> str:
        return self.name

    @property
    def until(self) -> datetime | None:
        """When it is over, None while nobody knows."""
        known = [each for each in (self.valid_to, self.ended_at) if each is not None]
        return min(known, default=None)
