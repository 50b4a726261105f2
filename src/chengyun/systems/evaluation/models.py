"""Bulletins of an evaluation office."""

from __future__ import annotations

from django.db import models

from chengyun.kernel.models import Subject
from chengyun.science.weeks import Week
from chengyun.systems.evaluation.workflow import DRAFT, ISSUED


class Bulletin(Subject):
    """The weekly 督查通报 of the office of ``area``.

    A draft is counted each time it is read. ``content`` is filled when the draft is approved: what the notice says then
    is what is issued, word for word, whatever happens to the findings, the names of units or the program afterwards.
    """

    week = models.DateField()
    number = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField(null=True)
    seal = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True)
    content = models.JSONField(default=dict, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("area", "week"), name="bulletin_once_a_week"),
        )
        indexes = (models.Index(fields=("week", "id"), name="bulletin_newest"),)

    def __str__(self) -> str:
        return self.code

    @property
    def period(self) -> Week:
        return Week(self.week)

    @property
    def is_draft(self) -> bool:
        return self.state == DRAFT

    @property
    def is_issued(self) -> bool:
        return self.state == ISSUED

    @property
    def standing(self) -> str:
        """What it prints in place of the number and day it does not have yet."""
        return "草稿" if self.is_draft else "已审核"
