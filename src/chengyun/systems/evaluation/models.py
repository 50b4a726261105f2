"""Bulletins of an evaluation office, assessment schemes and the scores under them."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models import User
from chengyun.kernel.models import Subject
from chengyun.science.weeks import Week
from chengyun.systems.evaluation.workflow import DRAFT, ISSUED


class Bulletin(Subject):
    """The weekly 督查通报 of the office of ``area``.

    A draft is counted each time it is read. ``content`` is filled when the draft is approved: what the notice says then
    is what is issued, word for word, whatever happens to the findings, the names of units or the program afterwards.
    """

    week = models.DateField()
    number = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField(null=True)
    seal = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True)
    content = models.JSONField(default=dict, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("area", "week"), name="bulletin_once_a_week"),
        )
        indexes = (models.Index(fields=("week", "id"), name="bulletin_newest"),)

    def __str__(self) -> str:
        return self.code

    @property
    def period(self) -> Week:
        return Week(self.week)

    @property
    def is_draft(self) -> bool:
        return self.state == DRAFT

    @property
    def is_issued(self) -> bool:
        return self.state == ISSUED

    @property
    def standing(self) -> str:
        """What it prints in place of the number and day it does not have yet."""
        return "草稿" if self.is_draft else "已审核"


class AssessmentScheme(models.Model):
    """What groups of an area are scored by; what it says stands in its editions."""

    key = models.SlugField(max_length=40, unique=True)
    area = models.CharField(max_length=15)
    by = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("area", "key")

    def __str__(self) -> str:
        return self.name


class SchemeEdition(models.Model):
    """One edition of a scheme; ``in_force_from`` is null while it is the draft. In force it never changes."""

    scheme = models.ForeignKey(AssessmentScheme, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    in_force_from = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("scheme", "number"), name="scheme_edition_once"),
            models.UniqueConstraint(
                fields=("scheme",),
                condition=models.Q(in_force_from=None),
                name="scheme_draft_once",
            ),
        )
        ordering = ("scheme", "-number")

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class ScoreSheet(models.Model):
    """The scores of a period as they were computed once. No column of ``content`` ever changes.

    ``content`` holds every whole number, what people gave, the edition word for word and the results; ``position`` is
    the number of the seal up to which the facts went. It is published by getting a number and a moment. ``corrects`` is
    the published sheet whose numbers it took over.
    """

    edition = models.ForeignKey(SchemeEdition, on_delete=models.PROTECT, related_name="+")
    scheme = models.ForeignKey(AssessmentScheme, on_delete=models.PROTECT, related_name="sheets")
    period = models.CharField(max_length=24)
    start = models.DateField()
    end = models.DateField()
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    position = models.BigIntegerField()
    content = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("scheme", "period", "number"), name="score_sheet_once"),
        )
        ordering = ("-start", "-end", "-number")

    def __str__(self) -> str:
        return f"{self.scheme}{self.period} 第 {self.number} 次"

    @property
    def area(self) -> str:
        return self.scheme.area


class ScoreEntry(models.Model):
    """What a person gave a group in a period: the score of an item, or a veto that it met. Another person decides.

    ``kind`` is ``score``, ``veto`` or ``correction``; the newest one that is approved counts.
    """

    WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"

    scheme = models.ForeignKey(AssessmentScheme, on_delete=models.PROTECT, related_name="entries")
    period = models.CharField(max_length=24)
    group = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    score = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    reason = models.CharField(max_length=500)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=WAITING)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("scheme", "period", "group", "item"),
                condition=models.Q(state="waiting"),
                name="score_entry_waits_once",
            ),
        )
        ordering = ("-entered_at", "-id")

    @property
    def area(self) -> str:
        return self.scheme.area


class ScoreExclusion(models.Model):
    """A group, an item, or an item of a group that does not count in a period, and why; "" is every one."""

    scheme = models.ForeignKey(
        AssessmentScheme, on_delete=models.PROTECT, related_name="exclusions"
    )
    period = models.CharField(max_length=24)
    group = models.CharField(max_length=40, blank=True)
    item = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("scheme", "period", "group", "item"),
                condition=models.Q(ended_at=None),
                name="score_exclusion_once",
            ),
        )
        ordering = ("-made_at", "-id")

    @property
    def area(self) -> str:
        return self.scheme.area


class ScoreAppeal(models.Model):
    """What a scored unit says against an item of a published sheet, and what became of it."""

    WAITING, GRANTED, REFUSED = "waiting", "granted", "refused"

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="appeals")
    group = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=WAITING)
    answer = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    led_to = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("sheet", "group", "item"),
                condition=models.Q(state="waiting"),
                name="score_appeal_waits_once",
            ),
        )
        ordering = ("-made_at", "-id")

    @property
    def area(self) -> str:
        return self.sheet.scheme.area
