"""Stored files and what they are attached to."""

from __future__ import annotations

from django.db import models


class File(models.Model):
    """A stored file; ``sha256`` names it on disk, the same bytes are kept once."""

    sha256 = models.CharField(max_length=64, db_index=True)
    media_type = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    owner_id = models.BigIntegerField(null=True)


class Attachment(models.Model):
    """A file that is evidence of something; the subject decides who may see it."""

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="attachments")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    role = models.CharField(max_length=20)
    caption = models.CharField(max_length=120, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("subject_type", "subject_id", "id"), name="attachment_subject"),
        )
        ordering = ("id",)
