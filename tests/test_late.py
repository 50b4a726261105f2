"""Readings that come late, through the door: in the end the alarms are those of readings that came in order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device, verbs
from chengyun.city.sensing.models import Alarm
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)

SEED, DAYS, MINUTES = 651, 6, 24 * 60
MINUTE = timedelta(minutes=1)
Readings = list[tuple[datetime, float]]


@pytest.fixture
def devices(cast: Cast) -> None:
    for n in range(DAYS):
        make_device(f"STRAIGHT-{n}")
        make_device(f"MIXED-{n}")
    make_device()


def tell(gateway: Gateway, device: str, readings: Readings, at_once: int = 200) -> None:
    for first in range(0, len(readings), at_once):
        part = readings[first : first + at_once]
        body = b"\n".join(line(value, at, device) for at, value in part)
        assert gateway.send(body)[0] == 200


def day(chance: random.Random) -> Readings:
    """Water that comes and goes, some of it for a moment only."""
    depth, found = 0.0, Readings()
    for minute in range(MINUTES):
        depth = max(0.0, min(60.0, depth + chance.gauss(0.0, 4.0) - 0.2))
        found.append((BEGIN + minute * MINUTE, round(depth, 1)))
    return found


def told(device: str) -> list[tuple[datetime, int, datetime | None, bool]]:
    """What people are told of a device; what was taken back is not."""
    rows = Alarm.objects.filter(series__device__code=device).exclude(state="withdrawn")
    return [(row.began_at, row.worst, row.ended_at, row.cleared) for row in rows.order_by("id")]


def test_a_day_that_comes_shuffled_and_doubled_gives_the_alarms_of_one_that_comes_in_order(
    gateway: Gateway,
) -> None:
    chance = random.Random(SEED)
    for n in range(DAYS):
        straight = day(chance)
        mixed = [*straight, *straight[::10]]
        chance.shuffle(mixed)
        tell(gateway, f"STRAIGHT-{n}", straight)
        tell(gateway, f"MIXED-{n}", mixed)
    for n in range(DAYS):
        assert within(30, lambda n=n: told(f"STRAIGHT-{n}"))
        assert within(30, lambda n=n: told(f"MIXED-{n}") == told(f"STRAIGHT-{n}"))


def test_what_was_over_when_it_was_told_is_found_and_what_never_was_is_taken_back(
    gateway: Gateway,
) -> None:
    def dry(minute: int) -> tuple[datetime, float]:
        return BEGIN + minute * MINUTE, 0.0

    wet = [(BEGIN + minute * MINUTE, 30.0) for minute in range(10, 15)]
    tell(gateway, "JS-001", [dry(0), *map(dry, range(20, 40))])
    tell(gateway, "JS-001", wet)
    assert within(20, Alarm.objects.exists)
    [alarm] = Alarm.objects.all()
    assert (alarm.began_at, alarm.rank, alarm.cleared) == (wet[0][0], "red", True)
    assert verbs(alarm) == ["find"]

    tell(gateway, "MIXED-0", [(BEGIN, 30.0), (BEGIN + 9 * MINUTE, 30.0)])
    assert within(20, Alarm.objects.filter(series__device__code="MIXED-0", open=True).exists)
    tell(gateway, "MIXED-0", list(map(dry, range(1, 9))))
    assert within(
        20, Alarm.objects.filter(series__device__code="MIXED-0", state="withdrawn").exists
    )


def test_what_came_late_is_looked_at_again_after_a_kill(gateway: Gateway) -> None:
    tell(gateway, "JS-001", [(BEGIN + minute * MINUTE, 0.0) for minute in (0, *range(20, 40))])
    gateway.stop()
    gateway.start()
    tell(gateway, "JS-001", [(BEGIN + minute * MINUTE, 30.0) for minute in range(10, 15)])
    gateway.fall()
    gateway.start()
    assert within(20, Alarm.objects.exists)
    assert verbs(Alarm.objects.get()) == ["find"]
