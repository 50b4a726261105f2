"""联合行动: several departments go along a route together, each with a checklist of its own."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.campaigns import Campaign
from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import Unit, User


class JointAction(models.Model):
    """A joint action of an area, alone or in a campaign; ``unit`` leads it, ``gather`` is where they meet."""

    class State(models.TextChoices):
        PLANNED = "planned", "已安排"
        RUNNING = "running", "进行中"
        OVER = "over", "已结束"
        CANCELLED = "cancelled", "已取消"

    code = models.CharField(max_length=20, unique=True)
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.PROTECT, related_name="actions"
    )
    area = models.CharField(max_length=15)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    gather = models.CharField(max_length=120)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    words = models.CharField(max_length=2000, blank=True)
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("begins_at", "id"), name="joint_newest"),
            models.Index(fields=("area", "begins_at", "id"), name="joint_area"),
        )

    def __str__(self) -> str:
        return self.name


class JointStop(models.Model):
    """One stop of the route; they are passed in their order."""

    action = models.ForeignKey(JointAction, on_delete=models.PROTECT, related_name="stops")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        ordering = ("order",)
        constraints = (models.UniqueConstraint(fields=("action", "order"), name="joint_stop_once"),)

    def __str__(self) -> str:
        return self.name


class JointPart(models.Model):
    """A unit that takes part, what it looks at, and what it says it has done once it is over."""

    action = models.ForeignKey(JointAction, on_delete=models.PROTECT, related_name="parts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    people = models.PositiveSmallIntegerField(null=True)
    result = models.CharField(max_length=1000, blank=True)
    result_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("action", "unit"), name="joint_part_once"),)


class JointItem(models.Model):
    """One line of the checklist of a unit."""

    part = models.ForeignKey(JointPart, on_delete=models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=100)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.words


class JointEntry(models.Model):
    """What a unit found of one item at one stop; ``case`` was made of it for the ``competent`` unit."""

    class Found(models.TextChoices):
        FINE = "fine", "合格"
        PROBLEM = "problem", "有问题"
        NONE = "none", "不涉及"

    stop = models.ForeignKey(JointStop, on_delete=models.PROTECT, related_name="entries")
    item = models.ForeignKey(JointItem, on_delete=models.PROTECT, related_name="entries")
    found = models.CharField(max_length=7, choices=Found.choices)
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case = models.OneToOneField(
        Case, null=True, on_delete=models.PROTECT, related_name="joint_entry"
    )
    competent = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("stop", "item"), name="joint_entry_once"),)
