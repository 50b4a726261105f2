"""Dispatch rules by edition: a draft is edited, an edition in force never changes."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models import Unit


class DispatchEdition(models.Model):
    """One set of dispatch rules of an area; ``in_force_from`` is null while it is the draft."""

    area = models.CharField(max_length=15)
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    in_force_from = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("area", "number"), name="dispatch_edition_once"),
            models.UniqueConstraint(
                fields=("area",),
                condition=models.Q(in_force_from=None),
                name="dispatch_draft_once",
            ),
        )
        ordering = ("area", "-number")

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class DispatchRule(models.Model):
    """One rule of an edition: when its conditions are met, the unit answers. The first of the order wins.

    With ``to_team`` it is the lead unit of the team of the place, and the unit where there is none.
    """

    edition = models.ForeignKey(DispatchEdition, on_delete=models.PROTECT, related_name="rules")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    conditions = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_team = models.BooleanField(default=False)
    basis = models.CharField(max_length=120, blank=True)
    automatic = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("edition", "order", "id")

    def __str__(self) -> str:
        return self.name
