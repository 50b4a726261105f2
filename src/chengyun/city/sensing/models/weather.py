"""Weather warnings, as the meteorological service issues them."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models import User
from chengyun.city.sensing.specs import RANK_LABELS, RANKS, WEATHER, Rank


class WeatherWarning(models.Model):
    """气象预警: what the meteorological service issued, by its own ``number`` when it has one.

    In force in ``areas`` (codes of regions; ``area`` is what they have in common) from ``valid_from`` to ``valid_to``,
    unless it was lifted before. ``ended_at``: when it was over, None until then. ``level`` as of an alarm.
    """

    code = models.CharField(max_length=40, unique=True)
    number = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField()
    area = models.CharField(max_length=15)
    areas = models.JSONField()
    text = models.CharField(max_length=1000)
    source = models.CharField(max_length=60)
    issued_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("ended_at", "valid_to"), name="weather_standing"),
            models.Index(fields=("-issued_at", "-id"), name="weather_newest"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("number",), condition=~models.Q(number=""), name="weather_once_a_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label}预警"

    @property
    def rank(self) -> Rank:
        return RANKS[self.level - 1]

    @property
    def label(self) -> str:
        """暴雨橙色."""
        return f"{WEATHER.get(self.kind, self.kind)}{RANK_LABELS[self.rank]}"
