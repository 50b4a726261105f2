"""共建协议: what an area has agreed with others; its tasks are promises, its joint reviews are meetings."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.utils.timezone import localdate

from chengyun.city.people.models import Unit, User


class Agreement(models.Model):
    """A cooperation agreement of an area: with whom, about what, until when.

    ``partners`` names the other sides as the paper does; those that work on the platform stand in ``units`` as well,
    read it and take tasks. ``unit`` answers for it here. ``due_at`` is the end of the last day on which the next joint
    review is in time, none where no review was agreed; after a review it moves on by ``review_months``.
    """

    class State(models.TextChoices):
        RUNNING = "running", "履行中"
        ENDED = "ended", "已终止"

    code = models.CharField(max_length=20, unique=True)
    area = models.CharField(max_length=15)
    title = models.CharField(max_length=80)
    partners = models.CharField(max_length=200)
    about = models.CharField(max_length=1000)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    units = models.ManyToManyField(Unit, related_name="+")
    signed_on = models.DateField()
    ends_on = models.DateField(null=True)
    review_months = models.PositiveSmallIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    told_due = models.DateTimeField(null=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    words = models.CharField(max_length=1000, blank=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("signed_on", "id"), name="agreement_newest"),
            models.Index(fields=("area", "signed_on", "id"), name="agreement_area"),
            models.Index(
                fields=("due_at", "id"),
                name="agreement_review",
                condition=models.Q(state="running"),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> str:
        """What its tasks are called after, as those of a meeting are called after its kind."""
        return "共建协议"

    @property
    def place(self) -> str:
        return f"与{self.partners}"

    @property
    def topic(self) -> str:
        return self.title

    @property
    def running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def review_day(self) -> date | None:
        """The last day on which the next joint review is in time."""
        return localdate(self.due_at - timedelta(seconds=1)) if self.due_at else None
