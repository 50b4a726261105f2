"""What one installation is and what its city has set."""

from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """One row, written when the city is made. A demo stays a demo for ever."""

    name = models.CharField(max_length=60)
    area = models.CharField(max_length=15)
    demo = models.BooleanField()
    made_at = models.DateTimeField()


class Setting(models.Model):
    """A parameter's value for an area; area "" never occurs, the city's own code is the widest."""

    key = models.CharField(max_length=80)
    area = models.CharField(max_length=15)
    value = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "area"), name="setting_once"),)


class CalendarDay(models.Model):
    """A day that differs from its weekday: a holiday, or a weekend day that is worked (调休)."""

    area = models.CharField(max_length=15)
    date = models.DateField()
    works = models.BooleanField()
    name = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("area", "date"), name="calendar_day_once"),)
        ordering = ("date",)
