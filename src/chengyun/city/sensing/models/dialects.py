"""What the gateway has learned of devices that depart from their protocols."""

from __future__ import annotations

from django.db import models


class Dialect(models.Model):
    """方言: how a device departs from its protocol, learned from ``frames`` that agreed; ``name``: as it calls itself.

    What a person took back is not learned again by itself.
    """

    class State(models.TextChoices):
        LEARNED = "learned", "照此读"
        TAKEN_BACK = "taken_back", "已收回"
        OPEN = "open", "可以再学"

    door = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    quirk = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LEARNED)
    frames = models.JSONField(default=list)
    learned_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("door", "name", "quirk"), name="dialect_once_a_device"),
        )

    def __str__(self) -> str:
        return f"{self.door} {self.name} {self.quirk}"
