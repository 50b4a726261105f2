"""Devices, the series of their readings, the alarms these raise, and what people issue because of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models

from chengyun.city.assets.models import Asset
from chengyun.city.cases.models import Case
from chengyun.city.people.models import Unit, User
from chengyun.city.sensing.specs import (
    MANY_SILENT,
    MANY_SILENT_LABEL,
    PLACE,
    RANKS,
    AlarmRule,
    DeviceKind,
    Level,
    Point,
    Rank,
)
from chengyun.city.sensing.workflow import CLEARED
from chengyun.kernel import registry
from chengyun.kernel.models import Subject

TOLD_CRS = (
    ("wgs84", "WGS 84、CGCS2000"),
    ("gcj02", "GCJ-02（高德、腾讯）"),
    ("bd09", "BD-09（百度）"),
)


class Device(models.Model):
    """A device somewhere in the city; ``code`` is the one it calls itself by.

    One that nobody has registered waits: its readings are not kept until somebody adopts it. ``unit`` looks after it.
    ``asset`` is the part it sits on, ``feeder`` the cabinet that feeds it.
    ``told_crs``: the system of the coordinates it tells, where it tells any.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待接入"
        WORKING = "working", "在用"
        ENDED = "ended", "已停用"

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=120, blank=True)
    area = models.CharField(max_length=15)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey(
        Asset, null=True, on_delete=models.PROTECT, related_name="devices", db_index=False
    )
    feeder = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="fed")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WORKING)
    sender = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    told_crs = models.CharField(max_length=8, choices=TOLD_CRS, default="wgs84")
    seen = models.JSONField(default=dict, blank=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("area", "state", "id"), name="device_area"),)
        constraints = (
            models.UniqueConstraint(
                fields=("asset", "kind"),
                condition=models.Q(state="working", asset__isnull=False),
                name="device_once_a_part",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def stands_at(self) -> str:
        """Its address; nothing of what says itself where it is."""
        kind = self.declared
        moves = kind is not None and all(kind.point(key) for key in PLACE)
        return "" if moves else self.address

    @property
    def declared(self) -> DeviceKind | None:
        """What was declared about its kind; None while it waits or when nobody declares the kind any more."""
        return registry.get(DeviceKind, self.kind) if registry.has(DeviceKind, self.kind) else None


class Series(models.Model):
    """One point of one device, and the newest of its readings in the time of the device; when one came last in ours."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="series")
    point = models.CharField(max_length=20)
    at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    value = models.FloatField(null=True)
    quality = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("device", "point"), name="series_once_a_point"),
        )

    def __str__(self) -> str:
        return f"{self.device.code}.{self.point}"

    @property
    def declared(self) -> Point | None:
        kind = self.device.declared
        return kind.point(self.point) if kind else None


class Alarm(Subject):
    """What people were told of one series beyond the limits of one rule; never removed.

    ``level`` is the one that stands, 1 (blue) to 4 (red), ``worst`` the highest there was; once it is over both are the
    same. ``value`` is the newest reading that changed its level, ``signal`` what the limits were held against by the
    newest that is beyond them; None where that is the value itself. ``began_at`` and ``changed_at`` are in the time of
    the readings, ``raised_at`` is when people were told. ``ended_at``: when the value fell back for good, None while it
    stands. ``told_at``: when people were told again, after a silence. ``step``: to how many of those above it was
    reported that nobody answers. ``cause``: the alarm of an outage of which this one is a part; people deal with that.
    """

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="alarms")
    rule = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField()
    worst = models.PositiveSmallIntegerField()
    value = models.FloatField()
    signal = models.FloatField(null=True)
    began_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    raised_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    open = models.BooleanField(default=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="alarms")
    cause = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="folded")
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("series", "rule"), condition=models.Q(open=True), name="alarm_one_open"
            ),
        )
        indexes = (
            models.Index(fields=("open", "area", "-level", "began_at"), name="alarm_wall"),
            models.Index(fields=("series", "rule", "-changed_at"), name="alarm_series"),
            models.Index(fields=("area", "-raised_at"), name="alarm_newest"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def rank(self) -> Rank:
        return RANKS[self.level - 1]

    @property
    def worst_rank(self) -> Rank:
        return RANKS[self.worst - 1]

    @property
    def cleared(self) -> bool:
        return CLEARED in self.marks

    @property
    def label(self) -> str:
        """What is wrong."""
        rule = self.declared
        return rule.label if rule else {MANY_SILENT: MANY_SILENT_LABEL}.get(self.rule, self.rule)

    @property
    def waits_since(self) -> datetime:
        """Since when it waits for somebody who could hear of it."""
        return self.told_at or self.raised_at

    @property
    def declared(self) -> AlarmRule | None:
        return registry.get(AlarmRule, self.rule) if registry.has(AlarmRule, self.rule) else None


class Gateway(models.Model):
    """What the gateway says of itself every few seconds; one row. ``trouble``: why it cannot keep readings now."""

    seen_at = models.DateTimeField()
    trouble = models.CharField(max_length=200, blank=True)
    doors = models.JSONField(default=list)

    def __str__(self) -> str:
        return "采集网关"


class Link(models.Model):
    """Who speaks at a door: a device, an address as long as nobody could tell which device it is, or a sender."""

    door = models.CharField(max_length=10)
    name = models.CharField(max_length=64)
    heard_at = models.DateTimeField()
    frames = models.PositiveBigIntegerField(default=0)
    faults = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("door", "name"), name="link_once_a_door"),)

    def __str__(self) -> str:
        return f"{self.door} {self.name}"


class Unread(models.Model):
    """A frame nobody could read, as it came; of each link the newest are kept."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="unread")
    at = models.DateTimeField()
    sentence = models.CharField(max_length=200)
    frame = models.BinaryField(max_length=4096)

    def __str__(self) -> str:
        return self.sentence


class Silence(models.Model):
    """静默: while it lasts, alarms of a device, or of all devices of a kind in an area, make no noise.

    They are recorded all the same. ``ended_at``: when it was over, by itself or before its time; None until then.
    """

    code = models.CharField(max_length=40, unique=True)
    area = models.CharField(max_length=15)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="silences")
    kind = models.CharField(max_length=20, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("ended_at", "ends_at"), name="silence_standing"),
            models.Index(fields=("area", "-made_at"), name="silence_newest"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def what(self) -> str:
        """What it silences, without the area: a device, or a kind of them."""
        if self.device is not None:
            return str(self.device)
        known = registry.has(DeviceKind, self.kind)
        return f"全部{registry.get(DeviceKind, self.kind).label if known else self.kind}"


class OwnLimits(models.Model):
    """自定限值: the limits a person set for a rule at one device, or at all its devices in an area.

    They hold from ``valid_from`` to ``valid_to`` (None: until somebody ends them), and each year only from the day
    ``season_from`` to the day ``season_to``, both included, written 06-01; "" for the whole year. ``levels`` has for
    each rank what sets and what clears it, in the unit of the rule. ``hold`` and ``calm`` in seconds; None for what the
    rule declares.
    """

    code = models.CharField(max_length=40, unique=True)
    rule = models.CharField(max_length=40)
    area = models.CharField(max_length=15)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+")
    levels = models.JSONField()
    hold = models.PositiveIntegerField(null=True)
    calm = models.PositiveIntegerField(null=True)
    season_from = models.CharField(max_length=5, blank=True)
    season_to = models.CharField(max_length=5, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("ended_at", "valid_from"), name="limits_standing"),
            models.Index(fields=("rule", "-made_at"), name="limits_newest"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def declared(self) -> AlarmRule | None:
        return registry.get(AlarmRule, self.rule) if registry.has(AlarmRule, self.rule) else None

    @property
    def as_levels(self) -> tuple[Level, ...]:
        """Its limits as a rule declares them, the mildest first."""
        told = [(rank, self.levels[rank]) for rank in RANKS if rank in self.levels]
        return tuple(
            Level(rank=rank, sets=each["sets"], clears=each["clears"]) for rank, each in told
        )

    @property
    def times(self) -> dict[str, Any]:
        """Which of hold and calm somebody set, as a rule declares them."""
        told = {"hold": self.hold, "calm": self.calm}
        return {key: timedelta(seconds=each) for key, each in told.items() if each is not None}


class UsualHours(models.Model):
    """平常值: what a series usually reads at each hour of a workday and of a rest day; None where that is unknown.

    Nobody sets it: it is computed from the readings of the last weeks and replaced by the next computation.
    """

    series = models.OneToOneField(Series, on_delete=models.CASCADE, related_name="usual")
    hours = models.JSONField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.series)


class Alert(models.Model):
    """预警: what a person who has checked an alarm issues to the units that must act.

    Each unit has to say until ``due_at`` that it has it; ``words`` is why it was lifted. ``level`` as of an alarm.
    """

    code = models.CharField(max_length=40, unique=True)
    area = models.CharField(max_length=15)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="alerts")
    level = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=500, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("area", "-issued_at"), name="alert_newest"),
            models.Index(fields=("lifted_at", "area"), name="alert_standing"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def rank(self) -> Rank:
        return RANKS[self.level - 1]


class AlertUnit(models.Model):
    """A unit that must act on an alert, and when it said that it has it; ``told_late``: others were told it did not."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    late = models.BooleanField(default=False)
    told_late = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("alert", "unit"), name="alert_once_a_unit"),)
        indexes = (models.Index(fields=("unit", "acknowledged_at"), name="alert_unit"),)

    def __str__(self) -> str:
        return f"{self.alert.code} {self.unit}"
