"""What ails devices themselves, found or judged, and what was computed of how their sensors drift."""

from __future__ import annotations

from django.db import models

from chengyun.city.sensing.models.devices import Alarm, Series


class Ailment(models.Model):
    """维护提醒: what a series shows of its device that maintenance has to see to; ``ended_at`` None while it stands.

    ``alarm``: the one a person judged to be a fault of the device; None for what the machine finds.
    """

    class What(models.TextChoices):
        BATTERY = "battery", "电量低"
        DRIFT = "drift", "漂移"
        FAULT = "fault", "设备故障"

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="ailments")
    what = models.CharField(max_length=7, choices=What.choices)
    alarm = models.ForeignKey(Alarm, null=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("series", "what"),
                condition=models.Q(ended_at=None),
                name="ailment_one_standing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.series} {self.what}"


class DriftSeen(models.Model):
    """漂移: whether a series drifted over the last days of which ``days`` have a level; None for too few of them.

    ``per_day`` and ``moved`` in the unit of the point, from ``since`` on; None where it does not drift. Nobody sets it:
    it is computed from the hours of the lake and replaced by the next computation.
    """

    series = models.OneToOneField(Series, on_delete=models.CASCADE, related_name="drift")
    days = models.PositiveSmallIntegerField()
    per_day = models.FloatField(null=True)
    moved = models.FloatField(null=True)
    since = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.series)
