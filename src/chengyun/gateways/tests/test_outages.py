"""Many devices that fall silent together: one alarm with all of them, until most speak again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from django.db import OperationalError, connection

from chengyun.city.people.factories import Cast
from chengyun.city.places.factories import centre_of
from chengyun.city.sensing.factories import make_device, make_silence, verbs
from chengyun.city.sensing.models import Alarm, Device, Outage, Series
from chengyun.city.sensing.services.links import Count, count
from chengyun.gateways.pipeline import Pipeline
from chengyun.kernel import clock
from chengyun.kernel.recent import forget_everything
from chengyun.lake import readings

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
EAST, WEST = "371523001001001", "371502001001001"
"""A grid in each of two districts."""
MANY, ONE = "many_silent", "methane_lel_silent"


def devices(number: int, *, grid: str = WEST, letter: str = "A") -> list[Device]:
    lon, lat = centre_of(grid)
    return [
        make_device(f"{letter}-{n:02}", kind="gas_space", name=f"井{letter}{n}", lon=lon, lat=lat)
        for n in range(number)
    ]


class Town:
    """The gateway of a town with a clock of its own."""

    def __init__(self, start: Callable[[], Pipeline], at: datetime = BEGIN) -> None:
        self.start, self.end = start, 0
        self.again(at)

    def again(self, at: datetime) -> None:
        with clock.at(at):
            self.pipeline = self.start()

    def speak(self, speaking: Iterable[Device], at: datetime) -> None:
        keys = Series.objects.filter(device__in=list(speaking)).values_list("pk", flat=True)
        moment = pa.array([at] * len(keys), readings.MOMENT)
        none = [0] * len(keys)
        told = {"series": list(keys), "at": moment, "serial": none, "value": [2.0] * len(keys)}
        table = pa.table(told | {"quality": none, "received": moment})
        self.end += 1
        self.pipeline.told(readings.with_day(table), self.end)
        self.wait(at)

    def wait(self, at: datetime) -> None:
        with clock.at(at):
            self.pipeline.looked = self.pipeline.remembered = 0
            assert self.pipeline.turn()


def outage() -> Alarm:
    return Alarm.objects.get(rule=MANY)


def test_thirty_that_fall_silent_are_one_alarm_and_end_with_most_of_them(
    start: Callable[[], Pipeline],
) -> None:
    every = devices(30)
    town = Town(start)
    for n, device in enumerate(every):
        town.speak([device], BEGIN + n * timedelta(seconds=20))
    town.wait(BEGIN + HOUR)
    town.wait(BEGIN + HOUR + 15 * MINUTE)
    alarm = outage()
    assert Alarm.objects.count() == 1
    assert (alarm.rank, alarm.value, alarm.began_at) == ("yellow", 30, BEGIN)
    assert alarm.outage.group == "area:371502" and alarm.outage.devices.count() == 30
    assert alarm.area == every[0].area
    town.wait(BEGIN + 7 * HOUR)
    assert outage().rank == "orange"
    town.speak(every[:14], BEGIN + 8 * HOUR)
    town.wait(BEGIN + 8 * HOUR + MINUTE)
    assert not outage().cleared and outage().value == 16
    town.speak(every[14:20], BEGIN + 8 * HOUR + 2 * MINUTE)
    town.wait(BEGIN + 8 * HOUR + 3 * MINUTE)
    assert outage().cleared and Outage.objects.get().ended_at is not None
    assert verbs(outage()) == ["raise", "worsen", "clear"]
    left = Alarm.objects.filter(rule=ONE)
    assert {each.series.device.code for each in left} == {each.code for each in every[20:]}
    assert all(each.rank == "orange" and each.cause is None for each in left)


def test_nine_are_nine_alarms(start: Callable[[], Pipeline]) -> None:
    town = Town(start)
    town.speak(devices(9), BEGIN)
    town.wait(BEGIN + HOUR)
    assert Alarm.objects.filter(rule=ONE).count() == Alarm.objects.count() == 9


def test_less_than_half_of_what_they_have_in_common_are_alarms_of_their_own(
    start: Callable[[], Pipeline],
) -> None:
    town, gone, here = Town(start), devices(12), devices(13, letter="B")
    town.speak([*gone, *here], BEGIN)
    town.speak(here, BEGIN + 40 * MINUTE)
    town.wait(BEGIN + HOUR)
    assert Alarm.objects.filter(rule=ONE).count() == Alarm.objects.count() == 12


def test_what_was_raised_before_is_folded_and_goes_with_the_outage(
    start: Callable[[], Pipeline],
) -> None:
    """Three fall silent a while before the others."""
    town, early, late = Town(start), devices(3), devices(20, letter="B")
    town.speak([*early, *late], BEGIN)
    town.speak(late, BEGIN + 45 * MINUTE)
    town.wait(BEGIN + HOUR)
    assert Alarm.objects.filter(rule=ONE).count() == 3
    town.wait(BEGIN + HOUR + 45 * MINUTE)
    alarm = outage()
    assert (alarm.value, alarm.began_at, alarm.folded.count()) == (23, BEGIN, 3)
    assert Alarm.objects.count() == 4
    single = alarm.folded.order_by("pk")
    town.speak([*late, early[0]], BEGIN + 2 * HOUR)
    town.wait(BEGIN + 2 * HOUR + MINUTE)
    assert outage().cleared
    gone = Alarm.objects.get(rule=ONE, series__device=early[0])
    assert (gone.state, verbs(gone)) == ("withdrawn", ["raise", "fold", "clear", "withdraw"])
    assert [each.series.device for each in single] == [early[0]]
    stands = Alarm.objects.get(rule=ONE, series__device=early[1])
    assert (stands.cause, stands.open, verbs(stands)) == (None, True, ["raise", "fold", "unfold"])


def test_the_alarm_is_of_what_they_have_in_common(start: Callable[[], Pipeline]) -> None:
    """A district, the whole city, or the door at which they speak."""
    west, east = devices(20), devices(12, grid=EAST, letter="B")
    town = Town(start)
    town.speak([*west, *east], BEGIN)
    town.speak(west, BEGIN + 50 * MINUTE)
    town.wait(BEGIN + HOUR)
    assert (outage().outage.group, outage().area[:6]) == ("area:371523", "371523")
    town.speak(east, BEGIN + 70 * MINUTE)
    town.wait(BEGIN + 71 * MINUTE)
    assert outage().cleared
    town.speak([*west, *east], BEGIN + 80 * MINUTE)
    town.wait(BEGIN + 3 * HOUR)
    assert Outage.objects.count() == 2
    alarm = Outage.objects.get(ended_at=None).alarm
    assert (alarm.value, alarm.area) == (32, "3715")
    assert alarm.outage.group == "kind:gas_space"


def test_a_door_is_what_they_have_in_common(start: Callable[[], Pipeline]) -> None:
    here, gone = devices(30), devices(11, letter="B")
    now = clock.now()
    count({("broker", each.code): Count(frames=1, heard_at=now) for each in gone}, [])
    town = Town(start)
    town.speak([*here, *gone], BEGIN)
    town.speak(here, BEGIN + 50 * MINUTE)
    town.wait(BEGIN + HOUR)
    assert (outage().outage.group, outage().value) == ("door:broker", 11)


def test_it_stands_on_after_a_restart_and_who_falls_silent_later_joins(
    start: Callable[[], Pipeline],
) -> None:
    town, first, later = Town(start), devices(12), devices(10, letter="B")
    town.speak([*first, *later], BEGIN)
    town.speak(later, BEGIN + 30 * MINUTE)
    town.wait(BEGIN + HOUR)
    assert outage().value == 22
    town.again(BEGIN + 61 * MINUTE)
    town.speak(later[:1], BEGIN + 62 * MINUTE)
    assert outage().value == 21
    town.wait(BEGIN + 3 * HOUR)
    assert (Alarm.objects.count(), outage().value) == (1, 22)
    town.speak(first, BEGIN + 4 * HOUR)
    town.wait(BEGIN + 4 * HOUR + MINUTE)
    assert outage().cleared


def test_who_is_repaired_is_not_counted(cast: Cast, start: Callable[[], Pipeline]) -> None:
    town, every = Town(start), devices(10)
    town.speak(every, BEGIN)
    with clock.at(BEGIN):
        make_silence(every[0], by=cast.duty, ends_at=BEGIN + 3 * HOUR)
    town.wait(BEGIN + timedelta(seconds=5))
    town.wait(BEGIN + HOUR)
    assert Alarm.objects.filter(rule=ONE).count() == Alarm.objects.count() == 9


def test_a_database_that_is_away_keeps_nobody_from_noticing(start: Callable[[], Pipeline]) -> None:
    """The clock asks it nothing: what it finds is told when the database is back."""
    town = Town(start)
    town.speak(devices(12), BEGIN)
    town.wait(BEGIN + MINUTE)
    forget_everything()

    def away(*args: object) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        found = list(town.pipeline.rules.tick(BEGIN + HOUR))
    assert [(each.rule, each.value) for each in found] == [(MANY, 12)]


def test_many_more_than_once_each_time_is_told(start: Callable[[], Pipeline]) -> None:
    town, every = Town(start), devices(12)
    town.speak(every, BEGIN)
    town.wait(BEGIN + HOUR)
    town.speak(every, BEGIN + 2 * HOUR)
    town.wait(BEGIN + 2 * HOUR + MINUTE)
    town.wait(BEGIN + 4 * HOUR)
    assert verbs(outage()) == ["raise", "clear", "relapse"]
    assert Outage.objects.get().ended_at is None
