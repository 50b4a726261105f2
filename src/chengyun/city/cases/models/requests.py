"""What stands beside the state of a case: requests, supervision, helpers, cases that belong together.

The verbs keep these rows for reading; the history of a case stays its audit rows.
"""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.cases.models.catalogue import CaseClass
from chengyun.city.cases.workflow import CAUSES, WATCHES
from chengyun.city.people.models import Unit, User


class CaseRequest(models.Model):
    """Something that waits for somebody's yes: 延期, 挂账, 回退, 作废, 申诉.

    ``unit`` and ``case_class`` are those of the case when it was asked. ``approved`` is null while it waits, and for
    good when the case went on without an answer. ``told_due`` is the due moment that was told to be past,
    ``reviewed_at`` is the first of an appeal's two reviews, ``ended_at``
    the moment an approved 挂账 was over.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延期"
        SUSPEND = "suspend", "挂账"
        RETURN = "return", "回退"
        VOID = "void", "作废"
        APPEAL = "appeal", "超时申诉"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    round = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=500)
    cause = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case_class = models.ForeignKey(
        CaseClass, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    until = models.DateField(null=True)
    asked_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_due = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    note = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("kind", "due_at"),
                name="request_waiting",
                condition=models.Q(decided_at=None),
            ),
            models.Index(
                fields=("until", "id"),
                name="request_suspended",
                condition=models.Q(kind="suspend", approved=True, ended_at=None),
            ),
        )

    @property
    def cause_label(self) -> str:
        return dict(CAUSES).get(self.cause, "")

    @property
    def outcome(self) -> str:
        """How it stands, in a word."""
        if self.decided_at is None:
            return "待审批"
        return {True: "已批准", False: "已驳回", None: "未审，案件已往前走"}[self.approved]


class Supervision(models.Model):
    """督办 of a case: level, why, by when the unit must reply, what it replied, and the release.

    ``post`` is the role in which it was ordered: the same role releases it. ``told_due`` as in a request.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervisions")
    level = models.CharField(max_length=10)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_due = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=1000, blank=True)
    ended_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    release = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("due_at", "id"),
                name="supervision_open",
                condition=models.Q(ended_at=None),
            ),
        )

    @property
    def level_label(self) -> str:
        return dict(WATCHES).get(self.level, self.level)


class Share(models.Model):
    """A unit that helps 协办 the one that leads."""

    class State(models.TextChoices):
        OPEN = "open", "协办中"
        DONE = "done", "协办完成"
        ENDED = "ended", "不再协办"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="shares")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("unit", "state", "case"), name="share_of_unit"),)


class CaseLink(models.Model):
    """Two cases that belong together: the child was merged into its parent, or split off from it."""

    class Kind(models.TextChoices):
        MERGE = "merge", "并入"
        SPLIT = "split", "拆自"

    child = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parents")
    parent = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("child", "kind"), name="case_link_once"),)
