"""专项行动: what a city goes after for a while, who takes part, and which cases count."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import Unit, User


class Campaign(models.Model):
    """A special campaign of an area: a purpose, a period, the classes it is about and what is to be reached.

    Which cases count is asked each time: those of its areas, classes and days, and what was put in or taken out by
    hand. ``areas`` lie in ``area``, that of whoever organises it. ``classes`` are codes of classes or of major classes;
    none means all. ``measure`` names what units count
    besides cases, ``measure_unit`` how it is counted. ``report`` holds the figures of the moment it was closed.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草拟"
        RUNNING = "running", "进行"
        CLOSED = "closed", "结束"

    code = models.CharField(max_length=20, unique=True)
    area = models.CharField(max_length=15)
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=500)
    basis = models.CharField(max_length=300, blank=True)
    starts = models.DateField()
    ends = models.DateField()
    areas = models.JSONField(default=list)
    classes = models.JSONField(default=list, blank=True)
    only_units = models.BooleanField(default=False)
    leader = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    measure = models.CharField(max_length=30, blank=True)
    measure_unit = models.CharField(max_length=6, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    summary = models.TextField(blank=True)
    report = models.JSONField(default=dict, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("starts", "id"), name="campaign_newest"),
            models.Index(fields=("area", "state"), name="campaign_of_area"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def open(self) -> bool:
        return self.state != self.State.CLOSED


class CampaignUnit(models.Model):
    """A unit that takes part and what it is to reach: cases done, the share done in time, the measure of the city."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    goal_cases = models.PositiveIntegerField(null=True)
    goal_share = models.PositiveSmallIntegerField(null=True)
    goal_amount = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "unit"), name="campaign_unit_once"),
        )


class CampaignCase(models.Model):
    """A case that counts, or does not count, whatever the rule says, and why."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="by_hand")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    counts = models.BooleanField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "case"), name="campaign_case_once"),
        )


class CampaignAmount(models.Model):
    """What a unit did on a day, counted in the measure of the campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="amounts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    amount = models.PositiveIntegerField()
    words = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ("-day", "-id")
