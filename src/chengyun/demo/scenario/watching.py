"""What cameras and drones see in the demo: the cases they found, what people rejected, and what still waits."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from chengyun.demo.geometry.streets import MAIN, ROADS
from chengyun.demo.scenario.planned import PlannedCamera, PlannedCase, PlannedSighting, Watch
from chengyun.demo.scenario.texts import TOPICS
from chengyun.demo.spots import Streets, spot_at

CORE = "371502"
CAMERAS = 12
RING = 3600.0
KINDS = {
    "vendor": "vendor", "shop": "shop", "litter": "refuse", "rubble": "rubble", "bins": "bin_full",
    "bicycles": "bicycles", "flood": "water", "manhole": "cover", "manhole_broken": "cover",
    "water": "surface", "shed": "shed",
}  # fmt: skip
"""What an algorithm calls what a picture shows."""
FROM_ABOVE = ("rubble", "water", "shed")
"""The pictures a drone takes."""
DAILY = 0.2
"""How often a day something is rejected."""
MISTAKEN = {"flood": 4, "manhole": 3, "vendor": 2, "bicycles": 2, "litter": 2, "shop": 1}
"""Which pictures are mistaken how often: wet asphalt for water, a shadow for an open manhole."""
REASONS = {"false": 11, "known": 4, "unclear": 2, "foreign": 1}
SEEN_AGAIN = ("known", "unclear")
"""Reasons for which there was something to be seen after all."""
WAITING = (
    ("vendor", 12), ("flood", 21), ("litter", 34), ("bicycles", 47), ("vendor", 66), ("bins", 95), ("manhole", 140),
)  # fmt: skip
"""What waits now, and for how many minutes."""
PHOTOS = {topic.key: topic.photo for topic in TOPICS}


def planned_cameras(streets: Streets, rng: random.Random) -> tuple[PlannedCamera, ...]:
    """Cameras at crossings of main roads inside the rings."""
    main = {road.name for road in ROADS if road.kind == MAIN}
    inner = [r for r in ROADS if r.kind == MAIN and r.axis == "ns" and abs(r.at) < RING]
    crossings = [
        (road, at, other)
        for road in inner
        for at, other in streets.crossings[road.axis, road.at]
        if other in main
    ]
    chosen = rng.sample(crossings, min(CAMERAS, len(crossings)))
    return tuple(
        PlannedCamera(
            code=f"DCF-{number:03d}",
            name=f"{road.name}{other}口",
            spot=spot_at(streets, road, at, "kerb", rng),
        )
        for number, (road, at, other) in enumerate(chosen, start=1)
    )


def watched(
    cases: tuple[PlannedCase, ...], cameras: tuple[PlannedCamera, ...], rng: random.Random
) -> tuple[PlannedCase, ...]:
    """The cases, those found by video with who saw them; what a camera sees lies before it."""
    return tuple(_watched(case, cameras, rng) if _fits(case) else case for case in cases)


def _fits(case: PlannedCase) -> bool:
    return case.source == "video" and case.district == CORE and PHOTOS[case.topic] in KINDS


def _watched(
    case: PlannedCase, cameras: tuple[PlannedCamera, ...], rng: random.Random
) -> PlannedCase:
    photo = PHOTOS[case.topic]
    above = photo in FROM_ABOVE
    watch = Watch(
        camera=-1 if above else rng.randrange(len(cameras)),
        kind=KINDS[photo],
        confidence=round(rng.uniform(0.7, 0.98), 2),
        ahead=timedelta(minutes=rng.uniform(3, 25)),
    )
    if above:
        return replace(case, watch=watch)
    return replace(case, watch=watch, spot=cameras[watch.camera].spot, asset=-1)


def planned_sightings(
    cameras: tuple[PlannedCamera, ...], now: datetime, days: int, rng: random.Random
) -> tuple[PlannedSighting, ...]:
    """What became no case: rejected over the days, or waiting now."""
    found = [*_rejected(cameras, now, days, rng), *_waiting(cameras, now, rng)]
    return tuple(sorted(found, key=lambda seen: seen.at))


def _rejected(
    cameras: tuple[PlannedCamera, ...], now: datetime, days: int, rng: random.Random
) -> Iterator[PlannedSighting]:
    for ago in range(1, days):
        if rng.random() < DAILY:
            noon = (now - timedelta(days=ago)).replace(hour=12, minute=0)
            at = noon + timedelta(minutes=rng.uniform(-270, 360))
            judged = at + timedelta(minutes=rng.uniform(2, 40))
            reason = rng.choices(list(REASONS), list(REASONS.values()))[0]
            photo = rng.choices(list(MISTAKEN), list(MISTAKEN.values()))[0]
            yield _sighting(cameras, photo, at, rng, judged_at=judged, reason=reason)


def _waiting(
    cameras: tuple[PlannedCamera, ...], now: datetime, rng: random.Random
) -> Iterator[PlannedSighting]:
    for photo, minutes in WAITING:
        yield _sighting(cameras, photo, now - timedelta(minutes=minutes), rng)


def _sighting(
    cameras: tuple[PlannedCamera, ...],
    photo: str,
    at: datetime,
    rng: random.Random,
    *,
    judged_at: datetime | None = None,
    reason: str = "",
) -> PlannedSighting:
    least = 0.5 if reason else 0.65
    return PlannedSighting(
        camera=rng.randrange(len(cameras)),
        kind=KINDS[photo],
        photo=photo,
        variant=rng.randrange(1000),
        there=not reason or reason in SEEN_AGAIN,
        confidence=round(rng.uniform(least, least + 0.3), 2),
        at=at,
        judged_at=judged_at,
        reason=reason,
    )
