"""The catalogue of part and event classes by edition, with filing conditions, limits and closing conditions."""

from __future__ import annotations

from typing import cast

from django.db import models

from chengyun.science.workclock import Limit
from chengyun.science.workclock import Unit as LimitUnit


class CaseClass(models.Model):
    """A minor class 小类 of parts or events. Editions are never mixed."""

    class Kind(models.TextChoices):
        PART = "part", "部件"
        EVENT = "event", "事件"

    edition = models.CharField(max_length=40)
    code = models.CharField(max_length=8)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    major_code = models.CharField(max_length=3)
    major = models.CharField(max_length=40)
    minor_code = models.CharField(max_length=3)
    name = models.CharField(max_length=40)
    initials = models.CharField(max_length=40)
    certainty = models.CharField(max_length=40)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="case_class_once"),)
        ordering = ("kind", "major_code", "minor_code")

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        return f"{self.get_kind_display()} › {self.major} › {self.name}"


class FilingCondition(models.Model):
    """When a class is filed, within what limit it must be handled, and when it counts as done.

    ``area`` "" is the catalogue's own; a district's row of the same class takes its place there.
    """

    case_class = models.ForeignKey(CaseClass, on_delete=models.PROTECT, related_name="conditions")
    area = models.CharField(max_length=15, blank=True)
    text = models.CharField(max_length=200)
    limit_value = models.DecimalField(max_digits=7, decimal_places=2)
    limit_unit = models.CharField(max_length=16)
    closing = models.CharField(max_length=200)
    origin = models.CharField(max_length=80, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("case_class", "order", "id")

    def __str__(self) -> str:
        return self.text

    @property
    def limit(self) -> Limit:
        return Limit(value=self.limit_value, unit=cast(LimitUnit, self.limit_unit))
