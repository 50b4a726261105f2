"""签批: what a leader wrote on an order, and what the unit's team made of it."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.inquiries import Inquiry
from chengyun.city.people.models import User


class Instruction(models.Model):
    """签批意见 on a 来件, one each. It goes with its case: the team of the unit the case lies with answers for it."""

    class State(models.TextChoices):
        GIVEN = "given", "待专班签收"
        TAKEN = "taken", "落实中"
        DONE = "done", "已落实"

    WAITS = (State.GIVEN, State.TAKEN)

    inquiry = models.OneToOneField(Inquiry, on_delete=models.PROTECT, related_name="instruction")
    words = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=5, choices=State.choices, default=State.GIVEN)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    result = models.CharField(max_length=1000, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("id",),
                name="instruction_waits",
                condition=models.Q(state__in=("given", "taken")),
            ),
        )

    def __str__(self) -> str:
        return self.words

    @property
    def waits(self) -> bool:
        return self.state in self.WAITS
