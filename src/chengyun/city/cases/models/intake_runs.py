"""Files of a hotline on their way in."""

from __future__ import annotations

from django.db import models

from chengyun.kernel.models import File


class IntakeRun(models.Model):
    """One export file of a hotline: its columns, what is wrong with its rows, and how many became cases.

    ``columns`` says which column of the file holds what; ``known`` rows carry a number that was taken before.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待对应列"
        CHECKING = "checking", "正在检查"
        READY = "ready", "可以导入"
        REFUSED = "refused", "有错，未导入"
        WRITING = "writing", "正在导入"
        DONE = "done", "已导入"
        FAILED = "failed", "没能完成"

    BUSY = (State.CHECKING, State.WRITING)

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=20)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    partial = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    area = models.CharField(max_length=15)
    total = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
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
        """Whole percent of what is being written."""
        return min(self.written * 100 // self.good, 100) if self.good else 0
