"""Regions, unit grids, responsibility grids, roads, and the base map under them.

Nothing is overwritten: a changed row ends and a new one begins, and both name the import that did it. A current row is
one without ``valid_to``.
"""

from __future__ import annotations

from django.db import models

from chengyun.city.places.specs import GRADES, LAYER_LABELS, LEVEL_LABELS, SHAPE_KINDS

CURRENT = models.Q(valid_to=None)


class LayerImport(models.Model):
    """One import of a layer. The newest token is the version of all places."""

    kind = models.CharField(max_length=10, choices=list(LAYER_LABELS.items()))
    source = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    ended = models.PositiveIntegerField()
    simulated = models.BooleanField()
    token = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()


class Place(models.Model):
    """What every shape on the map has: outline as WKB in WGS 84 degrees, its box, and how long it holds."""

    geometry = models.BinaryField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    simulated = models.BooleanField(default=False)
    made_in = models.ForeignKey(LayerImport, on_delete=models.PROTECT, related_name="+")
    ended_in = models.ForeignKey(
        LayerImport, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class Region(Place):
    """City, district, street or community; the code without trailing zeros says which."""

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=9, choices=list(LEVEL_LABELS.items()))
    parent = models.CharField(max_length=9, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("code",), condition=CURRENT, name="region_once"),
        )
        indexes = (models.Index(fields=("parent", "code"), name="region_parent"),)


class ResponsibilityGrid(models.Model):
    """A group of unit grids one person looks after."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    area = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("code",), condition=CURRENT, name="responsibility_once"
            ),
        )


class Grid(Place):
    """A unit grid, about 10,000 square metres; the code begins with that of its community."""

    code = models.CharField(max_length=15)
    name = models.CharField(max_length=60, blank=True)
    community = models.CharField(max_length=12)
    square_metres = models.DecimalField(max_digits=12, decimal_places=1)
    responsibility = models.ForeignKey(
        ResponsibilityGrid,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="grids",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("code",), condition=CURRENT, name="grid_once"),
        )
        indexes = (models.Index(fields=("community", "code"), name="grid_community"),)


class Road(Place):
    """A road or a stretch of one; stretches of one name are one road to people."""

    code = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=60)
    grade = models.CharField(max_length=10, choices=list(GRADES.items()))


class BaseShape(Place):
    """What the base map shows under everything else."""

    kind = models.CharField(max_length=10, choices=list(SHAPE_KINDS.items()))
    code = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=60, blank=True)
