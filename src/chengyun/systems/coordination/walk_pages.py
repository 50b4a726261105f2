"""马路办公: the walks of leaders, what was found on them, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases.missed import counted, findings_of
from chengyun.city.people.models import Walk
from chengyun.city.people.queries import person_of
from chengyun.city.people.walks import walk_for, walks_for
from chengyun.kernel import clock, registry
from chengyun.kernel.listings import Listing, listed
from chengyun.kernel.pages import door, page
from chengyun.kernel.specs import Column
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import lists, patrol_view


@dataclass(frozen=True, kw_only=True)
class Line:
    """A walk in the list."""

    walk: Walk
    found: int
    closed: int

    @property
    def pk(self) -> int:
        return self.walk.pk


def _lines(rows: list[Any]) -> list[Line]:
    numbers = counted(rows)
    return [
        Line(walk=row, found=numbers.get(row.pk, (0, 0))[0], closed=numbers.get(row.pk, (0, 0))[1])
        for row in rows
    ]


WALKS = Listing(
    key="coordination:walks",
    label="马路办公",
    may="case.view",
    columns=(
        Column(
            key="title",
            label="马路办公",
            kind="strong",
            value=lambda row: (row.walk.title, row.walk.attendance.user.name),
        ),
        Column(
            key="began", label="开始", kind="time", value=lambda row: row.walk.attendance.began_at
        ),
        Column(
            key="metres",
            label="走了",
            kind="short",
            value=lambda row: _kilometres(row.walk.attendance.metres),
        ),
        Column(key="found", label="发现", kind="number", value=lambda row: row.found),
        Column(key="closed", label="已结", kind="number", value=lambda row: row.closed),
    ),
    rows=lambda user, values: walks_for(user),
    lines=_lines,
    links=Links(
        url=lambda row: reverse("coordination:walk", args=(row.pk,)),
        key=lambda row: row.walk.title,
    ),
    empty="还没有马路办公。",
)
registry.add(WALKS)


def _kilometres(metres: int) -> str:
    return f"{metres / 1000:.1f} 公里"


@door(may="case.view")
def walks(request: HttpRequest) -> HttpResponse:
    """Walks, newest first."""
    may_walk = person_of(request).may("walk.record")
    way = reverse("coordination:phone") + "#/me" if may_walk else ""
    none = ("还没有马路办公。在手机端「我」里开始。", way, "打开手机端" if way else "")
    return page(request, **listed(request, WALKS, none=none))


@door(may="case.view")
def walk(request: HttpRequest, pk: int) -> HttpResponse:
    """One walk: the way, the cases found on it, and how each stands."""
    row = walk_for(person_of(request), pk)
    cases = list(findings_of(row))
    stretch, now = row.attendance, clock.now()
    ended = told(stretch.ended_at, now=now) if stretch.ended_at else "还没有结束"
    return page(
        request,
        walk=row,
        facts=[
            ("领导", stretch.user.name),
            ("开始", told(stretch.began_at, now=now)),
            ("结束", ended),
            ("走了", _kilometres(stretch.metres)),
            ("发现", f"{len(cases)} 件，已结 {sum(not case.open for case in cases)} 件"),
        ],
        cases=[(case, lists.stage(case), lists.light(case)) for case in cases],
        steps=patrol_view.walked(stretch).steps,
        map={
            "src": reverse("api:walk_map", args=(pk,)),
            "rows": [("轨迹", "下面的「轨迹」表里是同样的内容")],
            "legend": [("case", "发现的问题"), ("done", "最后的位置")],
        },
    )
