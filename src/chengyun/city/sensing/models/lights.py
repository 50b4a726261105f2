"""When lamps ought to burn, and whether they did."""

from __future__ import annotations

from datetime import time
from typing import cast

from django.db import models

from chengyun.city.people.models import User
from chengyun.city.sensing.models.devices import Device
from chengyun.science.switching import Half, Plan


class SwitchingPlan(models.Model):
    """开关灯计划: when the lamps of an area, or those a device feeds, burn, by sunset and sunrise.

    ``half`` are the poles that stay dark from ``half_from`` to ``half_to`` (23:30, "" for the end of the night).
    ``weekdays``: the evenings it is for, 1 to 7 from Monday. ``first_day`` and ``last_day``: of special days only.
    """

    class Dims(models.TextChoices):
        NONE = "", "都亮到天明"
        ODD = "odd", "单号杆半夜熄"
        EVEN = "even", "双号杆半夜熄"

    code = models.CharField(max_length=40, unique=True)
    area = models.CharField(max_length=15)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="plans")
    on_minutes = models.SmallIntegerField()
    off_minutes = models.SmallIntegerField()
    half = models.CharField(max_length=4, choices=Dims.choices, blank=True)
    half_from = models.CharField(max_length=5, blank=True)
    half_to = models.CharField(max_length=5, blank=True)
    weekdays = models.CharField(max_length=7)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("ended_at", "area"), name="switching_standing"),)

    def __str__(self) -> str:
        return self.code

    @property
    def as_plan(self) -> Plan:
        return Plan(
            on=self.on_minutes,
            off=self.off_minutes,
            half=cast(Half, self.half),
            half_from=time.fromisoformat(self.half_from) if self.half_from else None,
            half_to=time.fromisoformat(self.half_to) if self.half_to else None,
        )


class LampNight(models.Model):
    """What a lamp did from one noon to the next: how often we looked while it ought to burn, and how often it did.

    ``idle`` and ``dark``: the same while it ought not to burn, and how often it did not.
    """

    night = models.DateField()
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="nights")
    area = models.CharField(max_length=15)
    due = models.PositiveSmallIntegerField(default=0)
    lit = models.PositiveSmallIntegerField(default=0)
    idle = models.PositiveSmallIntegerField(default=0)
    dark = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("night", "device"), name="lamp_once_a_night"),
        )
        indexes = (models.Index(fields=("night", "area"), name="lamp_night_area"),)

    def __str__(self) -> str:
        return f"{self.device.code} {self.night}"
