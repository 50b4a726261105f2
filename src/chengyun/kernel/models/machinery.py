"""Small tables that mechanisms of the kernel need."""

from __future__ import annotations

from django.db import models


class Sequence(models.Model):
    """A running number by name; see ``kernel.sequences``."""

    key = models.CharField(max_length=80, primary_key=True)
    value = models.BigIntegerField()


class PeriodicRun(models.Model):
    """When a periodic job runs next; claimed by conditional update."""

    key = models.CharField(max_length=80, primary_key=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    mark = models.CharField(max_length=80, blank=True)


class IdempotentAnswer(models.Model):
    """The first answer to a write from outside, given again when the same write arrives twice."""

    actor_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("actor_id", "key"), name="idempotent_once"),)


class WorkflowEdition(models.Model):
    """A workflow as it was or is in force; a subject keeps the edition it was opened under."""

    workflow = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    area = models.CharField(max_length=15, blank=True)
    body = models.JSONField()
    effective_from = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("workflow", "area", "number"), name="workflow_edition_once"
            ),
        )


class WorkflowDraft(models.Model):
    """A workflow an area is changing: the edition it began from, and the table as it stands, steps that are off too."""

    workflow = models.CharField(max_length=40)
    area = models.CharField(max_length=15)
    base = models.ForeignKey(WorkflowEdition, on_delete=models.PROTECT, related_name="+")
    body = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workflow", "area"), name="workflow_draft_once"),
        )
