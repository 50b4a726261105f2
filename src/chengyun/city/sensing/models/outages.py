"""大面积失联: many devices that fell silent together."""

from __future__ import annotations

from django.db import models

from chengyun.city.sensing.models.devices import Alarm, Device


class Outage(models.Model):
    """大面积失联: many devices of a group fell silent together; its alarm stands for those of all of them.

    ``group``: what they have in common, as ``area:371502``, ``kind:gas_space``, ``door:jt808`` or ``city:3715``.
    """

    alarm = models.OneToOneField(Alarm, on_delete=models.PROTECT, related_name="outage")
    group = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.group


class OutageDevice(models.Model):
    """A device of an outage: its last word before, and its first one after; ``back_at`` None while it is silent."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="devices")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    heard_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("outage", "device"), name="outage_once_a_device"),
        )

    def __str__(self) -> str:
        return str(self.device)
