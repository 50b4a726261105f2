"""The one history: audit rows, their seals, the personal values they refer to, and the outbox."""

from __future__ import annotations

from django.db import models


class Seal(models.Model):
    """A link of the city-wide chain over the audit rows that carry it."""

    at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)


class Audit(models.Model):
    """One act on one object. Never updated, except for the seal it is later put under."""

    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_code = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    area = models.CharField(max_length=15)
    actor_id = models.BigIntegerField(null=True)
    post = models.CharField(max_length=40)
    edition = models.PositiveIntegerField(null=True)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="sealed")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject_type", "subject_id", "seq"), name="audit_one_line_per_object"
            ),
        )
        indexes = (
            models.Index(fields=("actor_id", "at"), name="audit_actor"),
            models.Index(fields=("id",), name="audit_unsealed", condition=models.Q(seal=None)),
        )


class Personal(models.Model):
    """A personal value outside the chain; erasing deletes value and salt, the hash in the audit row stays."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    key = models.CharField(max_length=40)
    value = models.TextField()
    salt = models.CharField(max_length=32)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("subject_type", "subject_id"), name="personal_subject"),)


class Delivery(models.Model):
    """One event for one handler: the outbox."""

    WAITING, DONE, DEAD = "waiting", "done", "dead"

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="deliveries")
    handler = models.CharField(max_length=120)
    state = models.CharField(max_length=8, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("next_at",), name="delivery_due", condition=models.Q(state="waiting")
            ),
            models.Index(fields=("state", "id"), name="delivery_state"),
        )
