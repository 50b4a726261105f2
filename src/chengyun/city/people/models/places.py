"""A person bound to a place: 网格员, 路长, 街长, 包线包点 are all this one table."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models.units import Unit
from chengyun.city.people.models.users import User
from chengyun.city.people.specs import BINDING_KINDS, EVERY_DAY, PLACE_TYPES, WEEKDAYS


class Binding(models.Model):
    """Who answers for a place or an object, when, and who stands in; ``weekdays`` are digits, 1 is Monday."""

    kind = models.CharField(max_length=20)
    place_type = models.CharField(max_length=20)
    place_code = models.CharField(max_length=20, db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bindings")
    substitute = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="stands_in"
    )
    substitute_from = models.DateField(null=True, blank=True)
    substitute_to = models.DateField(null=True, blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT)
    shift = models.CharField(max_length=20, blank=True)
    weekdays = models.CharField(max_length=7, default=EVERY_DAY)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("place_type", "place_code"), name="binding_place"),)

    @property
    def kind_label(self) -> str:
        return BINDING_KINDS.get(self.kind, self.kind)

    @property
    def weekday_words(self) -> str:
        """每天, else 周一二三."""
        if self.weekdays == EVERY_DAY:
            return "每天"
        return "周" + "".join(WEEKDAYS[day] for day in self.weekdays)

    @property
    def place_label(self) -> str:
        return PLACE_TYPES.get(self.place_type, self.place_type)
