"""Trucks that leave where they may be, over a real JT/T 808 socket, from the fence to the alarm and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.utils.timezone import localtime

from chengyun.city.people.factories import Cast
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.places.factories import PLANE
from chengyun.city.sensing.factories import YARD, make_fence, make_truck, verbs
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.services.devices import NewDevice, change_device
from chengyun.city.sensing.services.fences import end_fence
from chengyun.demo.devices import jt808
from chengyun.demo.devices.jt808 import Position, Terminal
from chengyun.demo.devices.link import Link
from chengyun.demo.devices.truck import WHO
from chengyun.kernel import clock
from chengyun.science.coordinates import gcj02_of
from tests.gateway import Gateway, line, within
from tools.start import LOCAL

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "13912345678"
STEP = timedelta(seconds=20)
Place = tuple[float, float]
"""Metres east and north of the centre."""
ON, OFF, FAR = (300.0, 10.0), (300.0, 140.0), (300.0, 700.0)


@pytest.fixture
def truck(cast: Cast) -> Device:
    return make_truck(PHONE)


@pytest.fixture
def yesterday(cast: Cast) -> Iterator[datetime]:
    """What is done to the register is done then; trucks tell of the hours since, for none may be ahead of us."""
    then = clock.now() - timedelta(days=1)
    with clock.at(then):
        yield then


@pytest.fixture
def gateway(truck: Device, yesterday: datetime, tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(home=tmp_path / "home", token="")
    yield made
    made.end()


class Driver:
    """The terminal of the truck on a line of its own, which says where it is, a place each 20 seconds."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.terminal, self.serial = gateway, Terminal(phone=PHONE), 0
        self.now = (clock.now() + STEP).replace(microsecond=0)

    def _next(self) -> int:
        self.serial += 1
        return self.serial

    def _enter(self, link: Link) -> None:
        serial = self._next()
        found = link.exchange(
            self.terminal.register(WHO, serial), lambda came: jt808.registered(came, serial)
        )
        serial = self._next()
        taken = partial(jt808.answered, number=jt808.IDENTIFY, serial=serial)
        assert link.exchange(self.terminal.identify(found[1], serial), taken) == 0

    def drive(self, places: Sequence[Place], *, at: datetime | None = None) -> None:
        """Tell of some places, from a moment on, else where it left off."""
        moment = at or self.now
        with Link(LOCAL, self.gateway.doors["jt808"], greet=self._enter) as link:
            for place in places:
                serial = self._next()
                taken = partial(jt808.answered, number=jt808.POSITION, serial=serial)
                frame = self.terminal.position(position(moment, place), serial)
                assert link.ask(frame, taken) == 0
                moment += STEP
        if at is None:
            self.now = moment


def position(at: datetime, place: Place, *, shifted: bool = False) -> Position:
    lon, lat = (float(each) for each in PLANE.to_degrees(*place))
    if shifted:
        lon, lat = (float(each) for each in gcj02_of(lon, lat))
    return Position(at=at, longitude=lon, latitude=lat)


def newest(point: str = "astray") -> float | None:
    return Series.objects.get(device__code=PHONE, point=point).value


def test_who_leaves_the_route_alarms_worse_further_off_and_is_cleared_on_the_way_back(
    gateway: Gateway, truck: Device
) -> None:
    make_fence(truck)
    gateway.start()
    driver = Driver(gateway)
    driver.drive([ON, ON, OFF])
    left = driver.now - STEP
    driver.drive([OFF, OFF, OFF])
    assert within(10, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.rank, alarm.series.point) == ("vehicle_astray", "yellow", "astray")
    assert (alarm.began_at, alarm.value) == (left, 100)
    driver.drive([FAR] * 5)
    assert within(10, lambda: Alarm.objects.get().rank == "orange")
    gateway.kill()
    gateway.start()
    driver.drive([ON] * 5)
    assert within(10, lambda: Alarm.objects.get().cleared)
    assert verbs(alarm) == ["raise", "worsen", "clear"]


def test_what_is_seen_once_off_the_route_raises_nothing(gateway: Gateway, truck: Device) -> None:
    make_fence(truck)
    gateway.start()
    Driver(gateway).drive([ON, FAR, ON, OFF, OFF, ON, ON])
    assert within(10, lambda: newest() == 0)
    assert not Alarm.objects.exists()


def test_a_fence_is_followed_within_seconds_and_so_is_its_end(
    gateway: Gateway, truck: Device
) -> None:
    gateway.start()
    driver = Driver(gateway)
    driver.drive([OFF])
    assert within(10, lambda: newest("lon") is not None)
    assert newest() is None
    yard = make_fence(truck, duty="stay", shape=YARD, margin=0)

    def out() -> bool:
        driver.drive([FAR])
        return Alarm.objects.exists()

    assert within(10, out)
    assert Alarm.objects.get().value == 509.9
    with clock.at(driver.now):
        end_fence(yard, "用完了", by=None)

    def free() -> bool:
        driver.drive([FAR])
        return Alarm.objects.get().cleared

    assert within(10, free)
    assert within(10, lambda: newest() == 0)


def test_a_yard_to_be_avoided_counts_how_far_it_is_to_leave(
    gateway: Gateway, truck: Device
) -> None:
    make_fence(truck, duty="avoid", shape=YARD, margin=0)
    gateway.start()
    Driver(gateway).drive([(300, 0), (150, 0), (100, 0), (0, 0), (0, 0)])
    assert within(10, Alarm.objects.exists)
    assert Alarm.objects.get().value == 200


def test_it_holds_only_in_its_hours(gateway: Gateway, truck: Device) -> None:
    """What counts is when a truck was there."""
    driver, local = Driver(gateway), localtime(clock.now())
    hours = [f"{local + timedelta(hours=n):%H}:00" for n in (3, 5)]
    make_fence(truck, hours=(hours[0], hours[1]))
    gateway.start()
    driver.drive([FAR] * 5)
    assert within(10, lambda: newest() == 0)
    driver.now = (local + timedelta(hours=4)).replace(minute=10)
    driver.drive([FAR] * 5)
    assert within(10, Alarm.objects.exists)


def test_what_comes_late_is_put_in_its_time_and_is_no_alarm_of_now(
    gateway: Gateway, truck: Device
) -> None:
    """It was off its route without a network, and back on it long before that is told."""
    make_fence(truck)
    gateway.start()
    driver = Driver(gateway)
    begun = driver.now
    driver.drive([ON])
    driver.now = begun + timedelta(minutes=30)
    driver.drive([ON, ON])
    driver.drive([FAR] * 8, at=begun + timedelta(minutes=5))
    driver.drive([ON] * 6, at=begun + timedelta(minutes=10))
    assert within(20, Alarm.objects.exists)
    assert within(20, lambda: Alarm.objects.get().cleared)
    alarm = Alarm.objects.get()
    assert verbs(alarm) in (["find"], ["find", "correct"])
    assert alarm.began_at == begun + timedelta(minutes=5)


def test_coordinates_of_another_system_are_converted_as_they_come(
    gateway: Gateway, truck: Device
) -> None:
    lon, lat = truck.lon, truck.lat
    assert lon is not None and lat is not None
    shifted = NewDevice(
        code=PHONE, kind="vehicle", name="渣土车", lon=lon, lat=lat, told_crs="gcj02"
    )
    change_device(truck, shifted, by=None)
    make_fence(truck)
    gateway.start()
    driver = Driver(gateway)
    told = position(driver.now, ON, shifted=True)
    east, north = PLANE.to_plane(told.longitude, told.latitude)
    driver.drive([(float(east), float(north))])
    assert within(10, lambda: newest() == 0)
    assert newest("lon") == pytest.approx(float(PLANE.to_degrees(*ON)[0]), abs=2e-6)


def test_nobody_tells_how_far_astray_they_are(cast: Cast, gateway: Gateway, truck: Device) -> None:
    """It is reckoned; over HTTP, too, it is a point nobody knows, and a position is one wherever it comes from."""
    make_fence(truck)
    gateway.token, _ = issue_token(cast.sender, "试验", timedelta(days=30), by=None)
    gateway.start()
    at = clock.now() + STEP
    lon, lat = (float(each) for each in PLANE.to_degrees(*OFF))
    told = (("astray", 0.0), ("lon", lon), ("lat", lat))
    body = b"\n".join(line(value, at, PHONE, point) for point, value in told)
    assert gateway.send(body)[1]["kept"] == 2
    assert within(10, lambda: newest() == 100)
