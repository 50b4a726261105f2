"""共建服务: bodies that help communities, who reported where, and what they did there."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models import User


class ServiceBody(models.Model):
    """共建单位: a unit or its party organisation, an association, a social work body; ``phone`` is the office's."""

    class Kind(models.TextChoices):
        UNIT = "unit", "报到单位"
        ASSOCIATION = "association", "协会"
        SOCIAL_WORK = "social_work", "社工机构"

    kind = models.CharField(max_length=11, choices=Kind.choices)
    name = models.CharField(max_length=60)
    area = models.CharField(max_length=12)
    phone = models.CharField(max_length=20)
    offers = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("area", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("area", "name"),
                condition=models.Q(valid_to=None),
                name="service_body_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Enlistment(models.Model):
    """报到: a body, or one person of it, helps in a community; ``person`` is "" where it is the body itself."""

    body = models.ForeignKey(ServiceBody, on_delete=models.PROTECT, related_name="enlistments")
    area = models.CharField(max_length=12)
    person = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("area", "person", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("body", "area", "person"),
                condition=models.Q(valid_to=None),
                name="enlistment_once",
            ),
        )
        indexes = (models.Index(fields=("area", "id"), name="enlistment_area"),)

    @property
    def code(self) -> str:
        """The audit is searched by the code of the community."""
        return self.area


class ServiceItem(models.Model):
    """服务事项: what somebody who reported does for the community.

    ``people`` and ``hours`` (of each of them) are what was reported; the hours of service are their product. ``turn``
    counts the addresses given out: a new one ends those before it.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "待认领"
        TAKEN = "taken", "服务中"
        REPORTED = "reported", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DECLINED = "declined", "没有认领"
        WITHDRAWN = "withdrawn", "已撤销"

    class Witness(models.TextChoices):
        RESIDENT = "resident", "居民"
        STATION = "station", "社区"

    OUTSIDE = (State.OFFERED, State.TAKEN)
    WAITS = (*OUTSIDE, State.REPORTED)

    code = models.CharField(max_length=24, unique=True)
    enlistment = models.ForeignKey(Enlistment, on_delete=models.PROTECT, related_name="items")
    area = models.CharField(max_length=12)
    title = models.CharField(max_length=80)
    words = models.CharField(max_length=500, blank=True)
    venue = models.CharField(max_length=120)
    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OFFERED)
    turn = models.PositiveSmallIntegerField(default=1)
    people = models.PositiveSmallIntegerField(default=0)
    hours = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    result = models.CharField(max_length=1000, blank=True)
    reported_at = models.DateTimeField(null=True)
    witness = models.CharField(max_length=8, choices=Witness.choices, blank=True)
    said = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)
    returns = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("area", "state", "last_day"), name="service_item_area"),)

    def __str__(self) -> str:
        return self.title

    @property
    def waits(self) -> bool:
        return self.state in self.WAITS
