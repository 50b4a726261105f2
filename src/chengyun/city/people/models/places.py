"""A person bound to a place: 网格员, 路长, 街长, 包线包点 are all this one table."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models.units import Unit
from chengyun.city.people.models.users import User
from chengyun.city.people.specs import BINDING_KINDS, PLACE_TYPES


class Binding(models.Model):
    """Who answers for a place or an object, in which shift, and who stands in."""

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
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("place_type", "place_code"), name="binding_place"),)

    @property
    def kind_label(self) -> str:
        return BINDING_KINDS.get(self.kind, self.kind)

    @property
    def place_label(self) -> str:
        return PLACE_TYPES.get(self.place_type, self.place_type)
