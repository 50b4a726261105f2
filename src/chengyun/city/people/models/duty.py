"""Who is on duty in the street, where they went meanwhile, and what that amounts to."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models.users import User


class Attendance(models.Model):
    """One stretch on duty 在岗, or one walk 马路办公. Positions are kept for its time and for no other.

    The figures are those of the positions heard of in ``measured`` batches; they stay when the positions have gone.
    """

    class Kind(models.TextChoices):
        DUTY = "duty", "在岗"
        WALK = "walk", "马路办公"

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="attendances", db_index=False
    )
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.DUTY)
    area = models.CharField(max_length=15)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    heard = models.PositiveIntegerField(default=0)
    measured = models.PositiveIntegerField(default=0)
    measured_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    last_lon = models.FloatField(null=True)
    last_lat = models.FloatField(null=True)
    metres = models.PositiveIntegerField(default=0)
    outside_seconds = models.PositiveIntegerField(default=0)
    silent_seconds = models.PositiveIntegerField(default=0)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("-began_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("user",), name="attendance_one_open", condition=models.Q(ended_at=None)
            ),
        )
        indexes = (
            models.Index(fields=("user", "began_at"), name="attendance_user"),
            models.Index(fields=("kind", "began_at", "area"), name="attendance_day"),
            models.Index(
                fields=("id",),
                name="attendance_unmeasured",
                condition=models.Q(heard__gt=models.F("measured")),
            ),
        )

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


class Beat(models.Model):
    """A place somebody on duty answers for, and how much of its roads they passed."""

    attendance = models.ForeignKey(
        Attendance, on_delete=models.PROTECT, related_name="beats", db_index=False
    )
    place_type = models.CharField(max_length=20)
    place_code = models.CharField(max_length=20)
    road_metres = models.PositiveIntegerField(default=0)
    passed_metres = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("attendance", "place_type", "place_code"), name="beat_once"
            ),
        )
        indexes = (models.Index(fields=("place_code", "attendance"), name="beat_place"),)
