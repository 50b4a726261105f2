"""发现线索: what algorithms see in the pictures of cameras and drones, and where it came from."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import User
from chengyun.kernel.models import File


class Camera(models.Model):
    """A camera whose pictures an algorithm looks at; ``code`` is the one its owner calls it by."""

    class State(models.TextChoices):
        WORKING = "working", "在用"
        BROKEN = "broken", "故障"
        ENDED = "ended", "已停用"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=120, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    area = models.CharField(max_length=15)
    owner = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WORKING)
    ended_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("area", "id"), name="camera_area"),)

    def __str__(self) -> str:
        return self.name


class Flight(models.Model):
    """A drone's task 飞行任务: what is flown over, when and by whom; what is found hangs on it."""

    class State(models.TextChoices):
        PLANNED = "planned", "待飞"
        FLYING = "flying", "执行中"
        FLOWN = "flown", "已完成"
        CANCELLED = "cancelled", "已取消"

    OPEN = (State.PLANNED, State.FLYING)

    code = models.CharField(max_length=20, unique=True)
    purpose = models.CharField(max_length=120)
    area = models.CharField(max_length=15)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    pilot = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=500, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("area", "id"), name="flight_area"),)

    def __str__(self) -> str:
        return f"{self.purpose}（{self.code}）"


class DiscoveryKind(models.Model):
    """What an algorithm may say it saw, and the class of a case made of it; "" leaves the class to the desk."""

    key = models.CharField(max_length=20, unique=True)
    label = models.CharField(max_length=40)
    class_code = models.CharField(max_length=8, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.label

    @property
    def code(self) -> str:
        """The audit is searched by its key."""
        return self.key


class Discovery(models.Model):
    """What an algorithm says it saw, until a person has judged it.

    The box is where in the picture, in fractions of its width and height from the upper left. ``number`` is the
    sender's own and is taken once. ``case`` is what it became, or the case that already stood for the same thing.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待审核"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "已驳回"

    class Reason(models.TextChoices):
        FALSE = "false", "误报"
        KNOWN = "known", "已知或重复"
        FOREIGN = "foreign", "不属城管"
        UNCLEAR = "unclear", "看不清"

    code = models.CharField(max_length=20, unique=True)
    sender = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=40)
    camera = models.ForeignKey(Camera, null=True, on_delete=models.PROTECT, related_name="+")
    flight = models.ForeignKey(Flight, null=True, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=60)
    kind = models.ForeignKey(
        DiscoveryKind, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confidence = models.FloatField()
    left = models.FloatField()
    top = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    frame = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField()
    lon = models.FloatField()
    lat = models.FloatField()
    area = models.CharField(max_length=15)
    address = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=7, choices=Reason.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    judged_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    judged_at = models.DateTimeField(null=True)
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("sender", "number"), name="discovery_once"),
            models.CheckConstraint(
                condition=models.Q(camera__isnull=False) | models.Q(flight__isnull=False),
                name="discovery_seen_from",
            ),
        )
        indexes = (
            models.Index(fields=("state", "area", "id"), name="discovery_state"),
            models.Index(fields=("area", "id"), name="discovery_area"),
            models.Index(fields=("received_at", "area"), name="discovery_received"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def percent(self) -> str:
        """How sure the algorithm was, as people read it."""
        return f"{self.confidence:.0%}"

    @property
    def seen_from(self) -> str:
        """The camera, or the flight."""
        return str(self.camera or self.flight)
