"""移送: a case that another body shares for a while: police, education, market supervision."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import Unit, User


class HandOver(models.Model):
    """A case handed over to a body outside city management, and what came back.

    ``due_at`` is that of what is waited for now: that it is received, then that it is answered; ``told_due`` is
    the one that was told to be past. A lead 案件线索 comes with what the city demands as ``evidence``, by name, and is
    answered with an ``outcome``. The case itself goes on
    as it stands: the other body sees it, and what it says stands in the history both read.
    """

    class State(models.TextChoices):
        SENT = "sent", "待接收"
        RECEIVED = "received", "办理中"
        RETURNED = "returned", "已退回"
        ANSWERED = "answered", "已反馈"
        WITHDRAWN = "withdrawn", "已撤回"

    class Kind(models.TextChoices):
        HELP = "help", "请求协助"
        LEAD = "lead", "案件线索"

    class Outcome(models.TextChoices):
        PUNISHED = "punished", "已处罚"
        CORRECTED = "corrected", "责令改正，不予处罚"
        DECLINED = "declined", "不予立案"
        PASSED_ON = "passed_on", "转有权机关"

    OPEN = (State.SENT, State.RECEIVED)
    SHARING = (State.SENT, State.RECEIVED, State.ANSWERED)
    """While it stands so, the other body sees the case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handovers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.HELP)
    evidence = models.JSONField(default=list, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.SENT)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_due = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    late_received = models.BooleanField(default=False)
    late_answered = models.BooleanField(default=False)
    words = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "unit"),
                condition=models.Q(state__in=("sent", "received")),
                name="handover_open_once",
            ),
        )
        indexes = (models.Index(fields=("unit", "state", "due_at"), name="handover_of_unit"),)

    @property
    def open(self) -> bool:
        return self.state in self.OPEN
