"""The whole plan of the demo: the same seed and the same moment give the same plan."""

import random
from datetime import datetime

from chengyun.demo.geometry.drawn import DrawnCity
from chengyun.demo.scenario.again import again
from chengyun.demo.scenario.inspecting import planned_findings
from chengyun.demo.scenario.onfoot import on_foot
from chengyun.demo.scenario.parts import planned_assets
from chengyun.demo.scenario.planned import Scenario
from chengyun.demo.scenario.reports import planned_cases, reporting
from chengyun.demo.scenario.watching import planned_cameras, planned_sightings, watched
from chengyun.demo.spots import streets_of
from chengyun.science.calendars import Calendar

SEED = 3715
DAYS = 90
INSPECTORS = 12


def plan(
    city: DrawnCity,
    now: datetime,
    calendar: Calendar,
    *,
    seed: int = SEED,
    days: int = DAYS,
    inspectors: int = INSPECTORS,
) -> Scenario:
    """Ninety days up to ``now`` (aware) in the drawn city."""
    rng = random.Random(seed)  # noqa: S311
    streets = streets_of(city)
    assets = planned_assets(streets, rng)
    eyes = random.Random(seed + 1)  # noqa: S311 - the rest of the plan stays as it is
    cameras = planned_cameras(streets, eyes)
    reports = reporting(streets, assets, calendar, now, inspectors, rng)
    cases, walk = on_foot(
        again(reports, planned_cases(reports, days), days), now.astimezone(calendar.zone)
    )
    return Scenario(
        now=now,
        assets=assets,
        cases=watched(cases, cameras, eyes),
        walk=walk,
        findings=planned_findings(streets, calendar, now, days, rng),
        cameras=cameras,
        sightings=planned_sightings(cameras, now.astimezone(calendar.zone), days, eyes),
    )
