"""例会 and 议事: meetings at a place, what was promised there, and what visits to communities found."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.utils.timezone import localdate

from chengyun.city.cases.models.agreements import Agreement
from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import StationVisit, Unit, User


class VisitFinding(models.Model):
    """A case reported on a visit to a community."""

    visit = models.ForeignKey(StationVisit, on_delete=models.PROTECT, related_name="findings")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="visit_finding")

    class Meta:
        ordering = ("id",)


class Meeting(models.Model):
    """A meeting of a kind the city has named, for an area or a road; ``unit`` is who convenes.

    One that has an ``agreement`` is a joint review of it, and its kind is ``REVIEW``.
    ``minuted_at`` is set once its minutes are written; names of people stand in the history alone, as personal values.
    """

    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    area = models.CharField(max_length=15)
    road = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=120)
    topic = models.CharField(max_length=120)
    venue = models.CharField(max_length=120)
    held_at = models.DateTimeField()
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    units = models.ManyToManyField(Unit, related_name="+")
    offices = models.CharField(max_length=300, blank=True)
    minutes = models.CharField(max_length=4000, blank=True)
    minuted_at = models.DateTimeField(null=True)
    agreement = models.ForeignKey(
        Agreement, null=True, on_delete=models.PROTECT, related_name="reviews"
    )
    simulated = models.BooleanField(default=False)

    REVIEW = "共建会商"

    class Meta:
        indexes = (
            models.Index(fields=("held_at", "id"), name="meeting_newest"),
            models.Index(fields=("area", "held_at", "id"), name="meeting_area"),
        )

    def __str__(self) -> str:
        return self.topic


class Promise(models.Model):
    """承诺事项: what a unit has promised, and until when; ``late`` stays once it was kept too late.

    It was made at a meeting, or is a task of an agreement, or both: made at a joint review.
    """

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        DONE = "done", "待确认"
        KEPT = "kept", "已兑现"
        WITHDRAWN = "withdrawn", "已撤销"

    WAITS = (State.OPEN, State.DONE)

    code = models.CharField(max_length=24, unique=True)
    meeting = models.ForeignKey(
        Meeting, null=True, on_delete=models.PROTECT, related_name="promises"
    )
    agreement = models.ForeignKey(
        Agreement, null=True, on_delete=models.PROTECT, related_name="tasks"
    )
    area = models.CharField(max_length=15)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_due = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    words = models.CharField(max_length=1000, blank=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    returns = models.PositiveSmallIntegerField(default=0)
    late = models.BooleanField(default=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("due_at", "id"), name="promise_due"),
            models.Index(fields=("area", "state", "due_at"), name="promise_area"),
            models.Index(fields=("unit", "state", "due_at"), name="promise_unit"),
            models.Index(
                fields=("due_at", "id"),
                name="promise_running",
                condition=models.Q(state="open"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(meeting__isnull=False) | models.Q(agreement__isnull=False),
                name="promise_made_somewhere",
            ),
        )

    def __str__(self) -> str:
        return self.what

    @property
    def last_day(self) -> date:
        """The day at whose end it is due."""
        return localdate(self.due_at - timedelta(seconds=1))

    @property
    def waits(self) -> bool:
        return self.state in self.WAITS

    @property
    def origin(self) -> Meeting | Agreement:
        """Where it was made: a meeting, else the agreement it is a task of."""
        found = self.meeting or self.agreement
        assert found is not None
        return found
