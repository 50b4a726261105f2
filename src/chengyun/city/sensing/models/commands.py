"""What people may set from afar, and what they want it set to."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models import User
from chengyun.city.sensing.models.devices import Device
from chengyun.kernel.models import Subject


class Control(models.Model):
    """可控点: a point of a device that the plan of the gateway lets people set; nothing else can be written.

    ``choices`` has the number of each word, in the unit of the point; without them it is set from ``low`` to ``high``.
    ``fresh``: seconds for which its last value is good enough to act on.
    """

    code = models.CharField(max_length=40)
    point = models.CharField(max_length=40)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    choices = models.JSONField(default=dict)
    fresh = models.FloatField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("code", "point"), name="control_once_a_point"),
        )

    def __str__(self) -> str:
        return f"{self.code}.{self.point}"


class Command(Subject):
    """指令: what a person wants a point of a device set to; a second person confirms it, the gateway writes it once.

    ``words``: the value as it was asked for. ``expires_at``: until when it may be confirmed, then until when the
    gateway must begin. ``before`` and ``told``: what was read before it was written, and last. ``outcome``: how it
    ended, in a sentence.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="commands")
    point = models.CharField(max_length=40)
    value = models.FloatField()
    words = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    before = models.FloatField(null=True)
    told = models.FloatField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    open = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("device", "point"), condition=models.Q(open=True), name="command_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | ~models.Q(confirmed_by=models.F("asked_by")),
                name="command_two_people",
            ),
        )
        indexes = (
            models.Index(fields=("open", "state", "expires_at"), name="command_waiting"),
            models.Index(fields=("area", "-asked_at"), name="command_newest"),
        )

    def __str__(self) -> str:
        return self.code
