"""Cases of every declared type, and the clocks of their stages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from django.db import models

from chengyun.city.cases.models.catalogue import CaseClass, FilingCondition
from chengyun.city.people.models import Unit, User
from chengyun.kernel.models import Subject
from chengyun.science.workclock import Limit
from chengyun.science.workclock import Unit as LimitUnit

DISTRICT = 6
"""Digits of a district's code: the level at which limits, calendar and editions may differ."""
FAR = datetime(9999, 1, 1, tzinfo=UTC)
TITLE = 20


NEWEST = ("reported_at", "id")
FILTERS = ("state", "unit", "case_class", "district", "area")


def _but(name: str) -> tuple[str, ...]:
    return tuple(each for each in FILTERS if each != name)


class Case(Subject):
    """A case 案件 or ledger entry. Its history is its audit rows; here stands only how it is now."""

    type = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    case_class = models.ForeignKey(
        CaseClass, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    condition = models.ForeignKey(
        FilingCondition, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    description = models.TextField()
    address = models.CharField(max_length=120, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    cell = models.BigIntegerField()
    district = models.CharField(max_length=DISTRICT)
    grid = models.CharField(max_length=15, blank=True)
    asset = models.CharField(max_length=20, blank=True)
    reporter = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assignee = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reported_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    open = models.BooleanField(default=True)
    clock = models.CharField(max_length=20, blank=True)
    paused = models.BooleanField(default=False)
    warn_at = models.DateTimeField(default=FAR)
    due_at = models.DateTimeField(default=FAR)
    late = models.BooleanField(default=False)
    returns = models.PositiveSmallIntegerField(default=0)
    reworks = models.PositiveSmallIntegerField(default=0)
    data = models.JSONField(default=dict, blank=True)
    search = models.TextField(blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        # The list in its order, alone and by each filter. Each index holds what the other filters ask, so that
        # rows are found and counted without the table. `planner.statistics` in the migrations goes with them.
        indexes = (
            models.Index(fields=(*NEWEST, *FILTERS), name="case_newest"),
            models.Index(fields=("state", *NEWEST, *_but("state")), name="case_state"),
            models.Index(fields=("district", *NEWEST, *_but("district")), name="case_district"),
            models.Index(fields=("area", *NEWEST, *_but("area")), name="case_area"),
            models.Index(fields=("unit", *NEWEST, *_but("unit")), name="case_unit"),
            models.Index(fields=("case_class", *NEWEST, *_but("case_class")), name="case_class"),
            models.Index(
                fields=("state", "due_at", "id", "district", "area", "unit", "assignee"),
                name="case_open",
                condition=models.Q(open=True),
            ),
            models.Index(fields=("due_at", "id"), name="case_due"),
            models.Index(fields=("assignee", "state", "due_at"), name="case_assignee"),
            models.Index(fields=("reporter", *NEWEST), name="case_reporter"),
            models.Index(fields=("cell",), name="case_cell"),
            models.Index(fields=("asset", *NEWEST), name="case_asset"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def short_code(self) -> str:
        """MMDD-nnnn, as lists show it."""
        return f"{self.code[2:6]}-{self.code[6:]}" if self.code[:6].isdigit() else self.code

    @property
    def answers(self) -> list[dict[str, str]]:
        """What was answered to the questions of its class: key, label, value."""
        found: list[dict[str, str]] = self.data.get("answers", [])
        return found

    @property
    def title(self) -> str:
        """The class; before one is known, the first words of the description."""
        if self.case_class:
            return self.case_class.name
        words = self.description
        return words if len(words) <= TITLE else f"{words[:TITLE]}…"


class StageClock(models.Model):
    """One clock of one case: how long the stage was allowed, how much of it was used, and whether it came late.

    ``ran_since`` is null while it stands; ``used_seconds`` is what had been used up to then, on its own kind of time.
    ``extensions``: how often the limit was granted once more.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    name = models.CharField(max_length=20)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    limit_value = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    limit_unit = models.CharField(max_length=16)
    area = models.CharField(max_length=15)
    started_at = models.DateTimeField()
    ran_since = models.DateTimeField(null=True)
    used_seconds = models.BigIntegerField(default=0)
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    late = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("provisional",),
                name="clock_provisional",
                condition=models.Q(provisional=True),
            ),
            models.Index(
                fields=("warn_at", "id"),
                name="clock_running",
                condition=models.Q(stopped_at=None, ran_since__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"

    @property
    def limit(self) -> Limit | None:
        """None where the clock runs to a given day."""
        if self.limit_value is None:
            return None
        return Limit(value=self.limit_value, unit=cast(LimitUnit, self.limit_unit))


class ReporterView(models.Model):
    """When a person was last told in clear who reported a case.

    The audit rows of it hang here, apart from those of the case: to look at a case is nothing that happened to it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "user"), name="reporter_view_once"),)

    @property
    def code(self) -> str:
        """The audit is searched by the number of the case."""
        return self.case.code
