"""What people keep of lists: their filters, and the files they took away."""

from __future__ import annotations

from django.db import models

from chengyun.kernel.models.files import File


class SavedFilter(models.Model):
    """A list as somebody filters it again and again; ``unit_id`` is set when the whole unit may use it."""

    owner_id = models.BigIntegerField()
    unit_id = models.BigIntegerField(null=True)
    listing = models.CharField(max_length=60)
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=1000)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner_id", "listing", "name"), name="filter_once"),
        )
        indexes = (models.Index(fields=("unit_id", "listing"), name="filter_of_unit"),)
        ordering = ("id",)


class ListExport(models.Model):
    """A list taken away as a file: whose, under which filters, how many rows; the file is kept for some days."""

    WAITING, RUNNING, DONE, FAILED, GONE = "waiting", "running", "done", "failed", "gone"

    owner_id = models.BigIntegerField()
    listing = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    words = models.JSONField(default=list)
    picks = models.JSONField(default=list)
    order = models.JSONField(default=list)
    state = models.CharField(max_length=8, default=WAITING)
    rows = models.PositiveIntegerField()
    written = models.PositiveIntegerField(default=0)
    file = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("owner_id", "-id"), name="export_of_owner"),
            models.Index(fields=("state", "seen_at"), name="export_state"),
        )
