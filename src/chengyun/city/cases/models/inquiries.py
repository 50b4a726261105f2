"""来件: reports whose sender waits for a reply, and by which telephone a caller is known again."""

from __future__ import annotations

from typing import cast

from django.db import models

from chengyun.city.cases.models.cases import FAR, Case
from chengyun.city.people.models import User
from chengyun.science.workclock import Limit
from chengyun.science.workclock import Unit as LimitUnit


class Inquiry(models.Model):
    """A report from a door whose sender waits for a reply: hotline, web, media, leaders, partners.

    ``number`` is the sender's own, unique in the ``book`` it was given from. The clock of the reply is not that of the
    case: it runs from the first moment until somebody has replied, whatever becomes of the case meanwhile.
    Without a limit nobody waits: the row only keeps the number. ``told_due`` is the moment that was told to be past.
    """

    class How(models.TextChoices):
        PHONE = "phone", "电话"
        MESSAGE = "message", "短信"
        WEB = "web", "网上"
        LETTER = "letter", "书面"
        VISIT = "visit", "当面"

    class Satisfied(models.TextChoices):
        YES = "yes", "满意"
        FAIR = "fair", "基本满意"
        NO = "no", "不满意"
        UNREACHED = "unreached", "没有联系上"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="inquiry")
    book = models.CharField(max_length=40)
    number = models.CharField(max_length=40, blank=True)
    came_at = models.DateTimeField()
    limit_value = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    limit_unit = models.CharField(max_length=16, blank=True)
    warn_at = models.DateTimeField(default=FAR)
    due_at = models.DateTimeField(default=FAR)
    told_due = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    how = models.CharField(max_length=8, choices=How.choices, blank=True)
    late = models.BooleanField(default=False)
    visited_at = models.DateTimeField(null=True)
    satisfied = models.CharField(max_length=9, choices=Satisfied.choices, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("book", "number"),
                condition=~models.Q(number=""),
                name="inquiry_number_once",
            ),
        )
        indexes = (
            models.Index(fields=("came_at", "id"), name="inquiry_came"),
            models.Index(
                fields=("due_at", "id"),
                name="inquiry_waiting",
                condition=models.Q(answered_at=None, limit_value__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number or f"{self.case_id}"

    @property
    def limit(self) -> Limit | None:
        """None where nobody waits for a reply."""
        if self.limit_value is None:
            return None
        return Limit(value=self.limit_value, unit=cast(LimitUnit, self.limit_unit))


class Caller(models.Model):
    """By which telephone the reporter of a case is known again: a keyed mark, which says no number by itself."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="caller")
    mark = models.CharField(max_length=64, db_index=True)
