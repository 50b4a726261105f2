"""“1+1+N”工作专班: the posts a city wants filled for a place, who fills them, and the cases that went to them."""

from __future__ import annotations

from django.db import models

from chengyun.city.cases.models.cases import Case
from chengyun.city.people.models import Unit, User

CURRENT = models.Q(valid_to=None)


class TeamTemplate(models.Model):
    """Which posts a team has, as a city or district defines it; it ends when another takes its place."""

    area = models.CharField(max_length=15)
    name = models.CharField(max_length=40)
    words = models.CharField(max_length=500, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("area", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("area", "name"), condition=CURRENT, name="team_template_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class TeamPost(models.Model):
    """A post of a template, filled by one or several units or people; the first one, ``order`` 1, leads the team."""

    class Filling(models.TextChoices):
        UNIT = "unit", "一个单位"
        UNITS = "units", "多个单位"
        PERSON = "person", "一个人"
        PEOPLE = "people", "多个人"

    BY_UNITS = (Filling.UNIT, Filling.UNITS)
    ONE = (Filling.UNIT, Filling.PERSON)

    template = models.ForeignKey(TeamTemplate, on_delete=models.PROTECT, related_name="posts")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=20)
    filling = models.CharField(max_length=6, choices=Filling.choices)
    role = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def leads(self) -> bool:
        return self.order == 1

    @property
    def of_units(self) -> bool:
        return self.filling in self.BY_UNITS


class Team(models.Model):
    """A template filled for a region, a unit grid or a road; one place has one team.

    A road is known by its name in ``place_code``, as rules and addresses speak of it.
    """

    class Kind(models.TextChoices):
        REGION = "region", "区、街道、社区"
        GRID = "grid", "单元网格"
        ROAD = "road", "道路"

    code = models.CharField(max_length=20, unique=True)
    template = models.ForeignKey(TeamTemplate, on_delete=models.PROTECT, related_name="teams")
    area = models.CharField(max_length=15)
    place_type = models.CharField(max_length=6, choices=Kind.choices)
    place_code = models.CharField(max_length=60)
    place = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("area", "place_type", "place_code"), condition=CURRENT, name="team_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.place}{self.template.name}"


class TeamMember(models.Model):
    """A unit or a person in a post of a team, from a day to a day."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    post = models.ForeignKey(TeamPost, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("post__order", "id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False) ^ models.Q(user__isnull=False),
                name="team_member_unit_or_person",
            ),
        )


class TeamCase(models.Model):
    """A case that was given to a unit while a team answered for its place."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("team", "case"), name="team_case_once"),)
