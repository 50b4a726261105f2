"""Who is on duty in the street, and where they went meanwhile."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models.users import User


class Attendance(models.Model):
    """One stretch on duty 在岗. Positions are kept for its time and for no other."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="attendances", db_index=False
    )
    area = models.CharField(max_length=15)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-began_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("user",), name="attendance_one_open", condition=models.Q(ended_at=None)
            ),
        )
        indexes = (models.Index(fields=("user", "began_at"), name="attendance_user"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.began_at:%Y-%m-%d %H:%M}"


class TrackPoint(models.Model):
    """Where a phone was at one moment of a stretch on duty, as exactly as it knew (metres)."""

    attendance = models.ForeignKey(
        Attendance, on_delete=models.PROTECT, related_name="points", db_index=False
    )
    at = models.DateTimeField(db_index=True)
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy = models.FloatField(null=True)

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=("attendance", "at"), name="track_point_once"),
        )
