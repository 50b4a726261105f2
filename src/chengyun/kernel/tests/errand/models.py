"""A permit to dig up a road, from the application to the road restored."""

from __future__ import annotations

from django.db import models

from chengyun.kernel.models import Subject


class Permit(Subject):
    """The second thing the engine carries; ``watch`` is the clock that runs."""

    watch = models.CharField(max_length=20, blank=True)
    search = models.TextField(blank=True)
