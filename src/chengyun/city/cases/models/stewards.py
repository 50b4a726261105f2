"""小巷管家: residents who look after an alley, and the points their reports brought."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import User


class Steward(models.Model):
    """A resident to whom a community has entrusted an alley or a piece of road, from a day until a day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stewardships")
    area = models.CharField(max_length=12)
    alley = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("area", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "area"),
                condition=models.Q(valid_to=None),
                name="steward_once",
            ),
        )
        indexes = (models.Index(fields=("area", "id"), name="steward_area"),)

    def __str__(self) -> str:
        return f"{self.user.name}　{self.alley}"

    @property
    def code(self) -> str:
        """The audit is searched by the code of the community."""
        return self.area


class StewardPoint(models.Model):
    """One line of the ledger of points 积分: what a case brought when it was filed, or took back when it was voided."""

    class Why(models.TextChoices):
        FILED = "filed", "立案"
        VOIDED = "voided", "作废收回"

    steward = models.ForeignKey(Steward, on_delete=models.PROTECT, related_name="points")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=6, choices=Why.choices)
    points = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("case", "why"), name="steward_point_once"),)
