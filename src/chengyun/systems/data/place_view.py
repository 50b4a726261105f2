"""What the pages of regions and grids show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from chengyun.city.assets.queries import counts_by_area, counts_by_grid
from chengyun.city.people.models import User
from chengyun.city.people.queries import people_bound_to
from chengyun.city.places.models import Grid, Region
from chengyun.city.places.queries import box_of, grids, regions
from chengyun.city.places.specs import LEVEL_LABELS, LEVELS, Level
from chengyun.kernel.paging import keyset
from chengyun.kernel.specs import Column
from chengyun.kernel.tables import Links, Table, table
from chengyun.science.cells import Box

AT_ONCE = 200
NOTE = "街区和边界由程序生成，不是官方界线。"
WORDS: dict[str, str] = dict(LEVEL_LABELS.items())
BELOW: dict[str, tuple[int, Level]] = dict(
    zip(LEVELS.values(), list(LEVELS.items())[1:], strict=False)
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A region or grid in a list, with the number of assets the person sees there."""

    place: Any
    assets: int

    @property
    def pk(self) -> int:
        return int(self.place.pk)


REGION_COLUMNS = (
    Column(key="name", label="名称", value=lambda line: line.place.name, kind="strong"),
    Column(key="code", label="编码", value=lambda line: line.place.code),
    Column(key="assets", label="部件", value=lambda line: line.assets, kind="number"),
    Column(
        key="drawn",
        label="边界",
        value=lambda line: (
            "无" if line.place.west is None else "模拟" if line.place.simulated else "有"
        ),
    ),
)
GRID_COLUMNS = (
    Column(
        key="code",
        label="单元网格",
        value=lambda line: (line.place.code, line.place.name),
        kind="strong",
    ),
    Column(
        key="responsibility",
        label="责任网格",
        value=lambda line: line.place.responsibility.name if line.place.responsibility else "",
    ),
    Column(
        key="size",
        label="面积（平方米）",
        value=lambda line: round(line.place.square_metres),
        kind="number",
    ),
    Column(key="assets", label="部件", value=lambda line: line.assets, kind="number"),
)

LINKS = Links(url=lambda line: reverse("data:place", args=[line.place.code]))


def region(found: Region, user: User, request: HttpRequest) -> dict[str, Any]:
    """A region: facts, what is in it, the map."""
    box = box_of(found.code)
    return {
        "place": found,
        "heading": found.name,
        "level": WORDS[found.level],
        "facts": _region_facts(found, user),
        "table": _below(found, user, request),
        "below": WORDS[BELOW[found.level][1]] if found.level in BELOW else "单元网格",
        "map": _map(box, "", found.simulated),
        "assets_url": f"{reverse('data:assets')}?{_query(found)}",
        "map_url": f"{reverse('data:map')}?{_query(found)}",
    }


def _query(found: Region) -> str:
    """What narrows the register to a region; the city is all of it."""
    if found.level == "city":
        return ""
    return f"{'grid' if found.level == 'community' else 'area'}={found.code}"


def grid(found: Grid, user: User) -> dict[str, Any]:
    """A unit grid: facts, who answers for it, the map."""
    box = Box(found.west or 0, found.south or 0, found.east or 0, found.north or 0)
    count = counts_by_grid(user, [found.code]).get(found.code, 0)
    whole = found.responsibility
    return {
        "place": found,
        "heading": f"单元网格 {found.code}",
        "level": "单元网格",
        "facts": [
            ("编码", found.code),
            ("名称", found.name),
            ("责任网格", f"{whole.name}（{whole.code}）" if whole else ""),
            ("面积", f"{found.square_metres:,} 平方米"),
            ("部件", f"{count:,} 个"),
            ("责任人", "、".join(_people(found, whole.code if whole else ""))),
            ("生效", found.valid_from.isoformat()),
        ],
        "map": _map(box if found.west is not None else None, found.code, found.simulated),
        "assets_url": f"{reverse('data:assets')}?grid={found.code}",
        "map_url": f"{reverse('data:map')}?grid={found.code}",
    }


def _people(found: Grid, whole: str) -> list[str]:
    bound = [duty for code in (found.code, whole) if code for duty in people_bound_to(code)]
    return [duty.person.name for duty in bound]


def _region_facts(found: Region, user: User) -> list[tuple[str, Any]]:
    held = sum(counts_by_area(user, found.code, len(found.code)).values())
    return [
        ("编码", found.code),
        ("级别", WORDS[found.level]),
        ("单元网格", f"{grids(within=found.code).count():,} 个"),
        ("部件", f"{held:,} 个"),
        ("边界", "无" if found.west is None else "模拟，由程序生成" if found.simulated else "有"),
        ("生效", found.valid_from.isoformat()),
    ]


def _below(found: Region, user: User, request: HttpRequest) -> Table:
    if found.level in BELOW:
        return _regions_below(found, user, request)
    return _grids_below(found, user, request)


def _regions_below(found: Region, user: User, request: HttpRequest) -> Table:
    length, level = BELOW[found.level]
    rows = regions(within=found.code, level=level)
    part = keyset(rows, ("code",), after=request.GET.get("after", ""), limit=AT_ONCE)
    held = counts_by_area(user, found.code, length)
    lines = [Line(place=place, assets=held.get(place.code, 0)) for place in part.items]
    empty = f"{found.name}下面没有区划。"
    return table(request, REGION_COLUMNS, lines, links=LINKS, after=part.next, empty=empty)


def _grids_below(found: Region, user: User, request: HttpRequest) -> Table:
    rows = grids(within=found.code).select_related("responsibility")
    part = keyset(rows, ("code",), after=request.GET.get("after", ""), limit=AT_ONCE)
    held = counts_by_grid(user, [place.code for place in part.items])
    lines = [Line(place=place, assets=held.get(place.code, 0)) for place in part.items]
    empty = "这里还没有划单元网格。"
    return table(request, GRID_COLUMNS, lines, links=LINKS, after=part.next, empty=empty)


def _map(box: Box | None, grid: str, simulated: bool) -> dict[str, Any]:
    if box is None:
        return {}
    return {
        "box": ",".join(f"{side:.6f}" for side in box),
        "grid": grid,
        "note": NOTE if simulated else "",
    }
