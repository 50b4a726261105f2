"""What cameras and drones find in the demo, sent and judged through the verbs: a case, a rejection, or nothing yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengyun.city.cases.models import Discovery, Flight
from chengyun.city.cases.services.cameras import NewCamera, add_camera
from chengyun.city.cases.services.discoveries import Box, Sighting, reject, send
from chengyun.city.cases.services.flights import (
    NewFlight,
    begin_flight,
    cancel_flight,
    finish_flight,
    plan_flight,
)
from chengyun.city.people.models import User
from chengyun.demo.build.folk import CORE
from chengyun.demo.build.play import BY_KEY, Act, Played, Stage
from chengyun.demo.photos.album import VARIANTS
from chengyun.demo.scenario.planned import PlannedCamera, PlannedSighting, Scenario, Watch
from chengyun.kernel import clock

# where in the pictures of the album what is wrong lies, by kind and variant
BOXES = {
    ("vendor", 0): (0.02, 0.24, 0.96, 0.58),
    ("vendor", 1): (0.01, 0.20, 0.93, 0.58),
    ("shop", 0): (0.01, 0.50, 0.89, 0.26),
    ("shop", 1): (0.10, 0.49, 0.89, 0.26),
    ("litter", 0): (0.33, 0.64, 0.50, 0.34),
    ("litter", 1): (0.10, 0.66, 0.72, 0.32),
    ("rubble", 0): (0.68, 0.56, 0.32, 0.19),
    ("rubble", 1): (0.00, 0.55, 0.41, 0.19),
    ("bins", 0): (0.23, 0.44, 0.73, 0.50),
    ("bins", 1): (0.09, 0.44, 0.74, 0.50),
    ("bicycles", 0): (0.02, 0.52, 0.94, 0.36),
    ("bicycles", 1): (0.04, 0.51, 0.89, 0.35),
    ("flood", 0): (0.02, 0.48, 0.97, 0.46),
    ("flood", 1): (0.01, 0.45, 0.91, 0.51),
    ("manhole", 0): (0.31, 0.71, 0.42, 0.25),
    ("manhole", 1): (0.19, 0.71, 0.40, 0.25),
    ("manhole_broken", 0): (0.33, 0.64, 0.37, 0.28),
    ("manhole_broken", 1): (0.30, 0.66, 0.37, 0.28),
    ("water", 0): (0.01, 0.55, 0.94, 0.37),
    ("water", 1): (0.16, 0.58, 0.83, 0.37),
    ("shed", 0): (0.08, 0.24, 0.72, 0.50),
    ("shed", 1): (0.17, 0.22, 0.72, 0.50),
}
STREET, ABOVE = "街面视频识别 2.1", "航拍识别 0.9"
WATER = "积水识别 1.3"
OWNER = "交警支队"
PURPOSES = {"rubble": "城郊渣土倾倒点", "surface": "河湖水面漂浮物", "shed": "老旧小区私搭乱建"}


@dataclass(frozen=True, kw_only=True)
class Eyes:
    """What looks, and what is needed to play it."""

    stage: Stage
    scenario: Scenario

    @property
    def supervisor(self) -> User:
        return self.stage.folk.accounts["supervisor"]

    def code(self, camera: int) -> str:
        return self.scenario.cameras[camera].code


def add_cameras(cameras: Iterable[PlannedCamera]) -> None:
    """Enter the cameras in the register."""
    for one in cameras:
        spot = one.spot
        new = NewCamera(
            code=one.code,
            name=one.name,
            lon=spot.lon,
            lat=spot.lat,
            address=spot.address,
            owner=OWNER,
            simulated=True,
        )
        add_camera(new, by=None)


@dataclass(kw_only=True)
class Seen:
    """A case that an algorithm saw before a person confirmed it."""

    eyes: Eyes
    played: Played
    watch: Watch
    number: int
    flight: Flight | None = None

    def send(self) -> None:
        planned = self.played.planned
        photo = BY_KEY[planned.topic].photo
        found = Sighting(
            number=f"V{self.number:06d}",
            algorithm=ABOVE if self.flight else algorithm_for(self.watch.kind),
            kind=self.watch.kind,
            confidence=self.watch.confidence,
            box=box_of(photo, planned.photo),
            taken_at=clock.now() - timedelta(seconds=20),
            frame=self.eyes.stage.shelf.frame(photo, planned.photo, True),
            camera="" if self.flight else self.eyes.code(self.watch.camera),
            flight=self.flight.code if self.flight else "",
            lon=planned.spot.lon,
            lat=planned.spot.lat,
            address=planned.spot.address,
            simulated=True,
        )
        self.played.discovery = send(found, by=self.eyes.stage.folk.accounts["sender"])[0]

    def plan(self) -> None:
        seen_at = self.played.planned.reported_at - self.watch.ahead
        self.flight = plan(self.eyes, self.watch.kind, seen_at - timedelta(minutes=20))

    def begin(self) -> None:
        assert self.flight is not None
        begin_flight(self.flight, by=self.flight.pilot)

    def finish(self) -> None:
        assert self.flight is not None
        finish_flight(self.flight, "按航线飞完，画面已回传。", by=self.flight.pilot)


def acts_of_watch(eyes: Eyes, played: Played, number: int) -> Iterator[Act]:
    """An algorithm reports some minutes before a person confirms; a drone's flight lies around it."""
    watch = played.planned.watch
    if watch is None:
        return
    seen = Seen(eyes=eyes, played=played, watch=watch, number=number)
    at = played.planned.reported_at - watch.ahead
    if watch.camera < 0:
        yield at - timedelta(hours=20), seen.plan
        yield at - timedelta(minutes=18), seen.begin
    yield at, seen.send
    if watch.camera < 0:
        landed = at + timedelta(minutes=30)
        if landed < eyes.scenario.now:
            yield landed, seen.finish


@dataclass(kw_only=True)
class Unfounded:
    """What an algorithm saw that became no case, or not yet."""

    eyes: Eyes
    planned: PlannedSighting
    number: int
    discovery: Discovery | None = None

    def send(self) -> None:
        p = self.planned
        found = Sighting(
            number=f"W{self.number:06d}",
            algorithm=algorithm_for(p.kind),
            kind=p.kind,
            confidence=p.confidence,
            box=box_of(p.photo, p.variant),
            taken_at=clock.now() - timedelta(seconds=20),
            frame=self.eyes.stage.shelf.frame(p.photo, p.variant, p.there),
            camera=self.eyes.code(p.camera),
            simulated=True,
        )
        self.discovery = send(found, by=self.eyes.stage.folk.accounts["sender"])[0]

    def reject(self) -> None:
        assert self.discovery is not None
        operator = self.eyes.stage.folk.accounts["operator"]
        reject(self.discovery, self.planned.reason, by=operator)


def acts_of_sightings(eyes: Eyes) -> Iterator[Act]:
    """What is rejected and what waits, and two flights without a find: one called off, one still to come."""
    for number, planned in enumerate(eyes.scenario.sightings, start=1):
        one = Unfounded(eyes=eyes, planned=planned, number=number)
        yield planned.at, one.send
        if planned.judged_at:
            yield planned.judged_at, one.reject
    now = eyes.scenario.now
    yield now - timedelta(days=3), lambda: call_off(eyes)
    yield now - timedelta(hours=2), lambda: plan_next(eyes)


def call_off(eyes: Eyes) -> None:
    """A flight that the wind did not allow."""
    flight = plan(eyes, "surface", clock.now() + timedelta(hours=18))
    cancel_flight(flight, "风力超过六级，改日再飞。", by=eyes.supervisor)


def plan_next(eyes: Eyes) -> None:
    """The flight of tomorrow."""
    plan(eyes, "rubble", clock.now() + timedelta(hours=20))


def plan(eyes: Eyes, kind: str, begins: datetime) -> Flight:
    """An hour over the core, by one inspector after the other."""
    pilots = eyes.stage.folk.inspectors
    new = NewFlight(
        purpose=PURPOSES[kind],
        area=CORE,
        begins_at=begins,
        ends_at=begins + timedelta(hours=1),
        pilot=pilots[begins.day % len(pilots)],
        simulated=True,
    )
    return plan_flight(new, by=eyes.supervisor)


def algorithm_for(kind: str) -> str:
    return WATER if kind == "water" else STREET


def box_of(photo: str, number: int) -> Box:
    left, top, width, height = BOXES[photo, number % VARIANTS]
    return Box(left=left, top=top, width=width, height=height)
