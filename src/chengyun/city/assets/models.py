"""The register of assets and the runs that fill it from files."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models import Unit
from chengyun.kernel.models import File


class State(models.TextChoices):
    """States of an asset, as the part standard names them."""

    GOOD = "good", "完好"
    BROKEN = "broken", "破损"
    LOST = "lost", "丢失"
    SCRAPPED = "scrapped", "废弃"
    REMOVED = "removed", "移除"


class ImportRun(models.Model):
    """One file on its way into the register."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待检查"
        CHECKING = "checking", "正在检查"
        READY = "ready", "可以导入"
        REFUSED = "refused", "有错，未导入"
        WRITING = "writing", "正在导入"
        PUBLISHING = "publishing", "正在导入"
        DONE = "done", "已导入"
        FAILED = "failed", "没能完成"

    BUSY = (State.CHECKING, State.WRITING, State.PUBLISHING)

    file = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    partial = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    area = models.CharField(max_length=15)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    report = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    error = models.CharField(max_length=300, blank=True)
    owner_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    @property
    def busy(self) -> bool:
        return self.state in self.BUSY

    @property
    def share(self) -> int:
        """Whole percent of the present pass."""
        return min(self.done * 100 // self.total, 100) if self.total else 0


class Registered(models.Manager["Asset"]):
    """Assets of the register, without the rows of a file that is still being written."""

    def get_queryset(self) -> models.QuerySet[Asset]:
        return super().get_queryset().filter(staged=False)


class Asset(models.Model):
    """A 部件: one thing in the street with its code, place, state and who answers for it. It ends, it is not deleted.

    ``staged`` rows were read from a file whose other rows are still being written; nobody sees them yet.
    """

    code = models.CharField(max_length=24, unique=True)
    type = models.CharField(max_length=40)
    class_code = models.CharField(max_length=8)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.GOOD)
    owner = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=15, db_index=True)
    grid_code = models.CharField(max_length=20, blank=True, db_index=True)
    lon = models.FloatField()
    lat = models.FloatField()
    cell = models.BigIntegerField(db_index=True)
    address = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=dict)
    source = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_on = models.DateField()
    changed_on = models.DateField()
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)
    search = models.TextField()
    version = models.PositiveIntegerField(default=1)
    run = models.ForeignKey(
        ImportRun, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    staged = models.BooleanField(default=False)

    objects: models.Manager[Asset] = Registered()
    everything: models.Manager[Asset] = models.Manager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        indexes = (
            models.Index(fields=("type", "code"), name="asset_type"),
            models.Index(
                fields=("run", "id"), name="asset_staged", condition=models.Q(staged=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.code}"
