"""Somebody without an account who may answer on one case, through an address only they know."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import Unit, User


class Invitation(models.Model):
    """Who was asked what about a case, until when, and how it ended.

    A handler works for ``unit``, with which the case lies; a reporter is asked one question. The address is signed
    with the key of the city and made of the row's number: it stands nowhere. ``words`` is all they read that an
    officer wrote.
    """

    class Kind(models.TextChoices):
        HANDLER = "handler", "外部办理"
        REPORTER = "reporter", "询问上报人"

    class End(models.TextChoices):
        ANSWERED = "answered", "已答复"
        WITHDRAWN = "withdrawn", "已收回"
        EXPIRED = "expired", "到期没有答复"
        PASSED = "passed", "案件已往前走"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="invitations")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    outsider = models.CharField(max_length=60)
    words = models.CharField(max_length=500)
    sent_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=9, choices=End.choices, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "kind"),
                condition=models.Q(ended_at=None),
                name="invitation_open_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("expires_at", "id"),
                name="invitation_open",
                condition=models.Q(ended_at=None),
            ),
        )

    @property
    def code(self) -> str:
        """The audit is searched by the number of the case."""
        return self.case.code

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def standing(self) -> str:
        """How it stands, in a word."""
        if self.end:
            return self.End(self.end).label
        return "已打开，待答复" if self.opened_at else "已发出，还没打开"
