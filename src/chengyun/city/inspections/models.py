"""What inspections found."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import localdate

from chengyun.city.cases.models import Case
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock

VOIDED = "voided"
"""The state of a case that was opened by mistake."""
RECTIFIED = "rectified"
"""The state of a case whose unit has corrected it and which waits to be looked at again."""


class Finding(models.Model):
    """A problem found on a round; its handling is the case it opened. Its words may be
    corrected until a bulletin counts it.

    ``office`` is the area of the evaluation office that found it, ``area`` where it lies; ``week`` the Monday of the
    week it was found in; ``bulletin`` the code of the bulletin that counts it, "" until one does.
    """

    code = models.CharField(max_length=20, unique=True)
    checklist = models.CharField(max_length=20)
    field = models.CharField(max_length=20)
    description = models.CharField(max_length=500)
    place = models.CharField(max_length=120)
    office = models.CharField(max_length=15)
    area = models.CharField(max_length=15)
    grid_code = models.CharField(max_length=15, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    cell = models.BigIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    due = models.DateField()
    found_at = models.DateTimeField()
    week = models.DateField()
    inspector = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="finding")
    bulletin = models.CharField(max_length=40, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("found_at", "id"), name="finding_newest"),
            models.Index(fields=("area", "found_at"), name="finding_area"),
            models.Index(fields=("office", "checklist", "week"), name="finding_week"),
            models.Index(fields=("bulletin",), name="finding_bulletin"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def is_voided(self) -> bool:
        return self.case.state == VOIDED

    @property
    def is_cleared(self) -> bool:
        return not self.case.open and not self.is_voided

    @property
    def is_rectified(self) -> bool:
        """Whether its unit has done its part, and only the review is wanting."""
        return self.case.state == RECTIFIED

    @property
    def is_late(self) -> bool:
        """Whether its day has passed and its unit has not corrected it."""
        return self.case.open and not self.is_rectified and self.due < localdate(clock.now())

    @property
    def is_mended_late(self) -> bool:
        """Whether its unit has corrected it, but only after its day."""
        return self.case.late and (self.is_cleared or self.is_rectified)
