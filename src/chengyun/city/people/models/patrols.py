"""Points a patrol must come by 必到点, and when it did."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models.duty import Attendance


class MustVisit(models.Model):
    """A point that whoever walks the place comes by so many times a day."""

    name = models.CharField(max_length=60)
    place_type = models.CharField(max_length=20)
    place_code = models.CharField(max_length=20)
    area = models.CharField(max_length=15)
    lon = models.FloatField()
    lat = models.FloatField()
    radius = models.PositiveSmallIntegerField()
    times = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("place_code", "valid_to"), name="must_visit_place"),
            models.Index(fields=("area",), name="must_visit_area"),
        )

    def __str__(self) -> str:
        return self.name


class Visit(models.Model):
    """Somebody on duty came to such a point."""

    point = models.ForeignKey(
        MustVisit, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    attendance = models.ForeignKey(
        Attendance, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=("attendance", "point", "at"), name="visit_once"),
        )
        indexes = (models.Index(fields=("point", "at"), name="visit_point"),)


class Walk(models.Model):
    """马路办公: a leader's walk, its way kept like that of a duty."""

    attendance = models.OneToOneField(Attendance, on_delete=models.PROTECT, related_name="walk")
    title = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.title
