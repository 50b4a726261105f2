"""Points a patrol must come by: named, and given up."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.people.models import MustVisit
from chengyun.city.places.queries import locate
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person

RADIUS = (5, 500)
TIMES = (1, 20)


@transaction.atomic
def add_must_visit(
    name: str,
    lon: float,
    lat: float,
    *,
    radius: int,
    times: int,
    by: Person | None,
    simulated: bool = False,
) -> MustVisit:
    """A point from today on, for whoever walks the responsibility grid it lies in, else the unit grid."""
    place = locate(lon, lat)
    if place is None or not (place.responsibility or place.grid):
        raise wrong("point", "这个位置不在任何网格里，请在图上重新选点。")
    require(by, "patrol.point.change", area=place.area)
    _check(name.strip(), radius, times)
    row = MustVisit(
        name=name.strip(),
        place_type="responsibility" if place.responsibility else "grid",
        place_code=place.responsibility or place.grid,
        area=place.area,
        lon=lon,
        lat=lat,
        radius=radius,
        times=times,
        valid_from=localdate(clock.now()),
        simulated=simulated,
    )
    row.save(force_insert=True)
    facts = {"name": row.name, "place": row.place_code, "radius": radius, "times": times}
    record("patrol.point.add", row, by=by, area=row.area, facts=facts, new=True)
    return row


def _check(name: str, radius: int, times: int) -> None:
    if not 0 < len(name) <= 60:
        raise wrong("name", "请写名称，最多 60 字。")
    if not RADIUS[0] <= radius <= RADIUS[1]:
        raise wrong("radius", f"半径在 {RADIUS[0]} 到 {RADIUS[1]} 米之间。")
    if not TIMES[0] <= times <= TIMES[1]:
        raise wrong("times", f"每天 {TIMES[0]} 到 {TIMES[1]} 次。")


@transaction.atomic
def end_must_visit(row: MustVisit, *, by: Person | None) -> None:
    """From today nobody needs to come by; what was visited stays."""
    require(by, "patrol.point.change", area=row.area)
    today = localdate(clock.now())
    if not MustVisit.objects.filter(pk=row.pk, valid_to=None).update(valid_to=today):
        raise Conflict(f"「{row.name}」已经停用了。")
    row.valid_to = today
    record("patrol.point.end", row, by=by, area=row.area, facts={"on": today})
