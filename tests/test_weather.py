"""A weather warning and the rules linked to it, through a real gateway: it follows begin and end in five seconds."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device, make_warning
from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.services.weather import lift
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def devices(cast: Cast) -> None:
    make_device("JS-001")
    make_device("ZM-001", kind="flood_gate", name="闸门")


def test_a_rain_warning_makes_the_points_alarm_earlier_and_its_end_clears_them(
    cast: Cast, gateway: Gateway
) -> None:
    """6.5 cm is yellow in a rain warning, and clears on other days; a gate may be shut on other days."""
    minutes = itertools.count()

    def stands() -> bool:
        at = BEGIN + timedelta(minutes=next(minutes))
        told = line(6.5, at) + b"\n" + line(20, at, "ZM-001", "opening")
        return gateway.send(told)[0] == 200

    for _ in range(40):
        assert stands()
    row = make_warning(by=cast.duty)
    assert within(8, lambda: stands() and Alarm.objects.count() == 2)
    found = set(Alarm.objects.values_list("rule", "level"))
    assert found == {("ponding_depth", 2), ("gate_shut", 2)}
    lift(row, "雨停了", by=cast.duty)

    def all_cleared() -> bool:
        return stands() and all(alarm.cleared for alarm in Alarm.objects.all())

    assert within(8, all_cleared)
    assert Alarm.objects.count() == 2
