"""Reads of the register. The user comes first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import Substr

from chengyun.city.assets.models import Asset, ImportRun, State
from chengyun.city.people.models import Role, Unit, User
from chengyun.city.people.queries import names_of_users
from chengyun.kernel import search
from chengyun.kernel.actions import subject_type
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.models import Audit
from chengyun.kernel.scope import inside
from chengyun.science import cells
from chengyun.science.coordinates import distance

REGION_DIGITS = 12
FINENESS = 10  # clusters side by side in a box, at least; less than twice as many


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to; "" and None mean any. ``gone`` adds assets that have ended.

    ``grid`` is the code of a unit grid, or of a community or other region whose grids are meant.
    """

    type: str = ""
    state: str = ""
    owner: int | None = None
    keeper: int | None = None
    area: str = ""
    grid: str = ""
    q: str = ""
    gone: bool = False


def assets_for(user: User) -> QuerySet[Asset]:
    """Assets in the areas this person may see, and those their units own, keep or supervise.

    Nobody owns an asset as a person: whose post reaches only their own rows sees those of the post's area.
    """
    scope = user.scope("asset.view")
    rows = Asset.objects.all()
    if scope.everything:
        return rows
    found = scope.area_q("area")
    for post in user.standing:
        if post.role.reach == Role.Reach.OWN and "asset.view" in post.role.permissions:
            found |= inside("area", post.area)
    if scope.units:
        units = scope.units
        found |= Q(owner__in=units) | Q(keeper__in=units) | Q(supervisor__in=units)
    return rows.filter(found)


def asset_for(user: User, code: str) -> Asset:
    """One asset; anything outside the scope is Missing."""
    rows = assets_for(user).select_related("owner", "keeper", "supervisor")
    asset = rows.filter(code=code).first()
    if asset is None:
        raise Missing("没有这个部件，或者它不在你的管辖范围内。")
    return asset


def asset_exists(code: str) -> bool:
    """Whether a part of that code stands in the register."""
    return Asset.objects.filter(code=code).exists()


def reads(user: Any, pk: int) -> bool:
    """Whether this person sees the asset, and so its photos."""
    return user.may("asset.view") and assets_for(user).filter(pk=pk).exists()


def narrowed(rows: QuerySet[Asset], filters: Filters) -> QuerySet[Asset]:
    """The rows that pass every filter."""
    equal: dict[str, Any] = {
        "type": filters.type,
        "state": filters.state,
        "owner": filters.owner,
        "keeper": filters.keeper,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if not filters.gone:
        rows = rows.filter(valid_to=None)
    if filters.area:
        rows = rows.filter(inside("area", filters.area))
    if filters.grid:
        whole = len(filters.grid) <= REGION_DIGITS
        rows = rows.filter(inside("area", filters.grid) if whole else Q(grid_code=filters.grid))
    if not filters.q.strip():
        return rows
    terms = search.terms(filters.q)
    return rows.filter(search.match(Asset, terms)) if terms else rows.none()


def in_box(rows: QuerySet[Asset], box: cells.Box) -> QuerySet[Asset]:
    """The rows whose position lies in the box, edges included."""
    covered = Q(pk__in=())
    for low, high in cells.ranges(box):
        covered |= Q(cell__range=(low, high))
    return rows.filter(covered, lon__range=(box.west, box.east), lat__range=(box.south, box.north))


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Assets drawn as one: how many, how many of them are not whole, and the middle of their places."""

    count: int
    broken: int
    lon: float
    lat: float


def clusters(rows: QuerySet[Asset], box: cells.Box) -> list[Cluster]:
    """The rows of a box gathered into a few hundred clusters by their cells."""
    side = max((box.east - box.west) / 360, (box.north - box.south) / 180) * 2**cells.BITS
    shift = 2 * max(math.floor(math.log2(max(side / FINENESS, 1))), 0)
    found = (
        in_box(rows, box)
        .annotate(quad=F("cell").bitrightshift(shift))
        .values("quad")
        .annotate(
            count=Count("pk"),
            broken=Count("pk", filter=~Q(state=State.GOOD)),
            lon=Avg("lon"),
            lat=Avg("lat"),
        )
        .order_by("quad")
        .values_list("count", "broken", "lon", "lat")
    )
    return [Cluster(count=n, broken=bad, lon=x, lat=y) for n, bad, x, y in found]


def unit_id(code: str) -> int | None:
    """The unit in use of a code, "" for none. Raises Invalid."""
    if not code:
        return None
    found = Unit.objects.filter(code=code, valid_to=None).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(f"没有代码为「{code}」的单位。")
    return found


def names_of_units(ids: Iterable[int]) -> dict[int, str]:
    """Names of units, ended ones too."""
    return dict(Unit.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def near(
    user: User, lon: float, lat: float, metres: float, *, kinds: tuple[str, ...] = ()
) -> list[tuple[Asset, float]]:
    """Assets in use within ``metres`` with their distance, nearest first."""
    rows = in_box(assets_for(user).filter(valid_to=None), cells.around(lon, lat, metres))
    if kinds:
        rows = rows.filter(type__in=kinds)
    found = list(rows)
    away = distance([a.lon for a in found], [a.lat for a in found], lon, lat)
    measured = [(a, float(d)) for a, d in zip(found, away, strict=True) if d <= metres]
    return sorted(measured, key=lambda pair: pair[1])


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an asset's history."""

    row: Audit
    actor: str


def history_of(asset: Asset) -> list[Line]:
    """The audit rows of one asset with the names of who acted, newest first."""
    rows = list(
        Audit.objects.filter(subject_type=subject_type(asset), subject_id=asset.pk).order_by("-seq")
    )
    names = names_of_users(r.actor_id for r in rows if r.actor_id)
    return [Line(row=row, actor=names.get(row.actor_id or 0, "系统")) for row in rows]


def runs_for(user: User) -> QuerySet[ImportRun]:
    """Import runs of this person and of the areas where they may import."""
    scope = user.scope("asset.import")
    return ImportRun.objects.filter(scope.area_q("area") | Q(owner_id=user.pk))


def run_for(user: User, pk: int) -> ImportRun:
    run = runs_for(user).select_related("file", "report").filter(pk=pk).first()
    if run is None:
        raise Missing("没有这次导入，或者它不在你的管辖范围内。")
    return run


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """One import and the name of who did it."""

    run: ImportRun
    owner_name: str

    @property
    def pk(self) -> int:
        return self.run.pk


def run_lines(runs: Iterable[ImportRun]) -> list[RunLine]:
    kept = list(runs)
    names = names_of_users(run.owner_id for run in kept if run.owner_id)
    return [RunLine(run=run, owner_name=names.get(run.owner_id or 0, "系统")) for run in kept]


def counts_by_area(user: User, within: str, length: int) -> dict[str, int]:
    """How many assets in use this person sees in each area of ``length`` digits inside ``within``."""
    rows = assets_for(user).filter(inside("area", within), valid_to=None)
    found = rows.annotate(part=Substr("area", 1, length)).order_by().values_list("part")
    return dict(found.annotate(n=Count("pk")))


def counts_by_grid(user: User, codes: Iterable[str]) -> dict[str, int]:
    """How many assets in use this person sees in each of these unit grids."""
    rows = assets_for(user).filter(grid_code__in=list(codes), valid_to=None)
    return dict(rows.order_by().values_list("grid_code").annotate(n=Count("pk")))
