"""城管进社区: the service station of a community, its officers, and their visits."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models.users import User
from chengyun.city.people.specs import WEEKDAYS


class Station(models.Model):
    """A community's service station 社区服务站; ``weekdays`` are the days officers come by, digits, 1 is Monday."""

    area = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=120)
    phone = models.CharField(max_length=20)
    weekdays = models.CharField(max_length=7)
    hours = models.CharField(max_length=20)
    last_visit_on = models.DateField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("area", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("area",), condition=models.Q(valid_to=None), name="station_once"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The audit is searched by the code of the community."""
        return self.area

    @property
    def weekday_words(self) -> str:
        """周二四."""
        return "周" + "".join(WEEKDAYS[day] for day in self.weekdays)

    @property
    def days(self) -> str:
        """周二四 09:00–11:00."""
        return f"{self.weekday_words} {self.hours}"


class Officer(models.Model):
    """A person assigned to a station 驻社区队员, for a time; ``lead`` is its head 站长."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="officers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stations")
    lead = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("-lead", "valid_from", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("station", "user"), condition=models.Q(valid_to=None), name="officer_once"
            ),
            models.UniqueConstraint(
                fields=("station",),
                condition=models.Q(valid_to=None, lead=True),
                name="officer_one_lead",
            ),
        )

    @property
    def rank(self) -> str:
        return "站长" if self.lead else "队员"


class StationVisit(models.Model):
    """An officer came to the community 走访: on which day, what was seen and talked about."""

    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    seen = models.CharField(max_length=2000)
    at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("-on", "-id")
        indexes = (models.Index(fields=("station", "on", "id"), name="station_visit_day"),)

    @property
    def code(self) -> str:
        """The audit is searched by the code of the community."""
        return self.station.area
