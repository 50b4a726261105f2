"""What a row needs to be carried by the workflow engine."""

from __future__ import annotations

from django.db import models


class Subject(models.Model):
    """A row that walks through a workflow. ``version`` grows with every verb and guards against the slower of two.

    ``marks`` are the keys of the marks that stand on it beside its state.
    """

    code = models.CharField(max_length=40, unique=True)
    area = models.CharField(max_length=15)
    workflow = models.CharField(max_length=40)
    edition = models.ForeignKey(
        "kernel.WorkflowEdition", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=30)
    branches = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    marks = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True
