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


class Capture(models.Model):
    """When and where a photo was taken, and the hash of the file the camera wrote, before anybody made it smaller."""

    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="capture")
    original_sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)


class PhotoPrint(models.Model):
    """The fingerprint of a stored photo, by its content: copies share it. A photo of nothing has none."""

    sha256 = models.CharField(max_length=64, unique=True)
    bits = models.BigIntegerField()


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
