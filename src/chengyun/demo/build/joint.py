"""The joint action of the demo city: it has begun an hour ago and is at its first stop."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from chengyun.city.assets.models import Asset
from chengyun.city.cases.models import JointAction
from chengyun.city.cases.services import joint as service
from chengyun.demo.build.folk import CORE, Folk
from chengyun.demo.build.play import Act
from chengyun.demo.words.joint import CHECKLISTS, FOUND, GATHER, LEAD, NAME, STOPS, STREET
from chengyun.kernel import clock
from chengyun.kernel.scope import inside

APART = 40
"""Parts of the street between one stop and the next."""


def plan(folk: Folk) -> None:
    """The units, the route along parts of a street, and who looks at what."""
    by, now = folk.accounts["supervisor"], clock.now()
    wanted = service.Plan(
        name=NAME,
        begins_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=4),
        gather=GATHER,
        unit=folk.units[LEAD],
        units=[folk.units[key] for key in CHECKLISTS],
    )
    row = service.plan_action(wanted, CORE, by=by)
    parts = Asset.objects.filter(inside("area", STREET)).order_by("pk")
    for number, name in enumerate(STOPS):
        part = parts[number * APART]
        service.add_stop(row, name, part.lon, part.lat, by=by)
    for part_of in row.parts.select_related("action", "unit"):
        key = next(key for key in CHECKLISTS if folk.units[key] == part_of.unit)
        service.write_checklist(part_of, CHECKLISTS[key], by=by)


def walk(folk: Folk) -> None:
    """It begins, and what was found at the first stop is entered."""
    row = JointAction.objects.get()
    service.begin(row, by=folk.accounts["supervisor"])
    for key, stop, item, found, words in FOUND:
        part = row.parts.select_related("unit").get(unit=folk.units[key])
        by = folk.police if key == "police" else folk.crews[key]
        where = row.stops.select_related("action").get(order=stop)
        service.enter(where, part.items.get(order=item), found, words, by=by)


def acts_of_joint(now: datetime, folk: Folk) -> Iterator[Act]:
    """Planned the day before, begun an hour ago."""
    yield now - timedelta(days=1, hours=1), partial(plan, folk)
    yield now - timedelta(minutes=50), partial(walk, folk)
