"""信访件: what a petition has besides what every case has."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case


class Petition(models.Model):
    """How many came, of which level it is, and by which plan it is handled; ``earlier`` is the one it repeats.

    Who the parties are stands in the history alone, as a personal value. ``answered_at`` is the written reply.
    """

    class Form(models.TextChoices):
        LETTER = "letter", "来信"
        VISIT = "visit", "来访"
        PHONE = "phone", "来电"
        WEB = "web", "网上"
        UPPER = "upper", "上级转交"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="petition")
    form = models.CharField(max_length=6, choices=Form.choices)
    people = models.PositiveIntegerField(default=1)
    mass = models.BooleanField(default=False)
    repeated = models.BooleanField(default=False)
    earlier = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    level = models.CharField(max_length=16, blank=True)
    plan = models.CharField(max_length=2000, blank=True)
    admitted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id}"
