"""吹哨报到: units called to a spot, when each has to be there, and when it was."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import Unit, User


class Whistle(models.Model):
    """A call of a road chief, a street or a community; ``unit`` is whose call it is. Its history is its audit rows."""

    class State(models.TextChoices):
        OPEN = "open", "处理中"
        CLOSED = "closed", "已办结"

    code = models.CharField(max_length=20, unique=True)
    area = models.CharField(max_length=15)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    matter = models.CharField(max_length=500)
    address = models.CharField(max_length=120)
    lon = models.FloatField()
    lat = models.FloatField()
    at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=1000, blank=True)
    closed_at = models.DateTimeField(null=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("at", "id"), name="whistle_newest"),
            models.Index(fields=("area", "at", "id"), name="whistle_area"),
        )

    @property
    def open(self) -> bool:
        return self.state == self.State.OPEN


class Arrival(models.Model):
    """One unit that was called; ``late`` stays, whether it came too late or not at all."""

    class State(models.TextChoices):
        CALLED = "called", "待答复"
        RECEIVED = "received", "已收到"
        ARRIVED = "arrived", "已报到"
        ABSENT = "absent", "未到"

    WAITED_FOR = (State.CALLED, State.RECEIVED)

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="arrivals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.CALLED)
    received_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    who = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    words = models.CharField(max_length=300, blank=True)
    late = models.BooleanField(default=False)

    class Meta:
        ordering = ("due_at", "id")
        constraints = (models.UniqueConstraint(fields=("whistle", "unit"), name="arrival_once"),)
        indexes = (models.Index(fields=("unit", "state", "due_at"), name="arrival_of_unit"),)

    @property
    def waited_for(self) -> bool:
        return self.state in self.WAITED_FOR
