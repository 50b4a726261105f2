"""What links cases with patrols: problems passed and not reported 漏报, and what was found on a leader's walk."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import Attendance, User, Walk


class Missed(models.Model):
    """A case a citizen reported where an inspector had passed before; a person says what that means."""

    class State(models.TextChoices):
        OPEN = "open", "待认定"
        MISSED = "missed", "漏报"
        DISMISSED = "dismissed", "不算"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="+")
    passed_at = models.DateTimeField()
    metres = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    judged_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    judged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("case", "attendance"), name="missed_once"),)
        indexes = (models.Index(fields=("state", "id"), name="missed_state"),)

    @property
    def code(self) -> str:
        """The audit is searched by the number of the case."""
        return self.case.code


class WalkFinding(models.Model):
    """A case reported on a leader's walk."""

    walk = models.ForeignKey(Walk, on_delete=models.PROTECT, related_name="findings")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="walk_finding")

    class Meta:
        ordering = ("id",)
