"""What the pages show of 联合行动: the list, the route with what was found at each stop, the forms."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse

from chengyun.city.cases import joint as reads
from chengyun.city.cases.models import JointAction, JointEntry, JointPart, JointStop
from chengyun.city.people.models import User
from chengyun.kernel import clock, registry
from chengyun.kernel.forms import form_of
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import lists
from chengyun.systems.coordination.pages import PICK, invented

TONES = {"planned": "amber", "running": "accent", "over": "eco", "cancelled": "line"}
FOUND_TONES = {"fine": "eco", "problem": "warn", "none": "line"}


def badge_of(row: JointAction) -> dict[str, str]:
    return {"words": row.get_state_display(), "tone": TONES[row.state]}


def _rows(user: Any, values: Values) -> QuerySet[JointAction]:
    rows = reads.actions_for(user)
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if "mine" in values:
        rows = rows.filter(parts__unit__in=user.scope(reads.ENTER).units)
    return rows


JOINT = Listing(
    key="coordination:joint_actions",
    label="联合行动",
    may="case.view",
    columns=(
        Column(key="begins", label="时间", kind="time", value=lambda row: row.begins_at),
        Column(key="name", label="名称", kind="strong", value=lambda row: (row.name, row.gather)),
        Column(key="unit", label="牵头", kind="short", value=lambda row: str(row.unit)),
        Column(key="units", label="单位", kind="number", value=lambda row: row.units),
        Column(key="stops", label="站点", kind="number", value=lambda row: row.stopped),
        Column(key="problems", label="问题", kind="number", value=lambda row: row.problems),
        Column(key="made", label="转成案件", kind="number", value=lambda row: row.made),
        Column(key="state", label="状态", kind="badge", value=badge_of),
    ),
    filters=(
        Filter(key="mine", label="只看我单位参加的", kind="check"),
        Filter(key="state", label="状态", choices=lambda user: list(JointAction.State.choices)),
    ),
    rows=_rows,
    more=reads.with_figures,
    order=("-begins_at", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:joint", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有这样的联合行动。",
    way="去掉全部条件",
)
registry.add(JOINT)


def facts_of(row: JointAction) -> list[tuple[str, Any]]:
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("时间", f"{told(row.begins_at, now=now)} 到 {told(row.ends_at, now=now)}"),
        ("集合", row.gather),
        ("牵头", str(row.unit)),
    ]
    if row.words:
        facts.append(("取消原因" if row.state == "cancelled" else "总结", row.words))
    return facts


def found_badge(entry: JointEntry) -> dict[str, str]:
    return {"words": entry.get_found_display(), "tone": FOUND_TONES[entry.found]}


def route_of(row: JointAction, user: User) -> list[dict[str, Any]]:
    """The stops in their order, each with what the units found there, and whether this person makes a case of it."""
    organises = reads.organises(user, row)
    found: dict[int, list[Any]] = {}
    for entry in reads.entries_of(row):
        stage = lists.stage(entry.case) if entry.case else None
        loose = entry.found == reads.Found.PROBLEM and entry.case is None
        mine = organises or reads.enters(user, entry.item.part.unit_id)
        found.setdefault(entry.stop_id, []).append(
            (entry, found_badge(entry), stage, loose and mine)
        )
    return [{"stop": stop, "entries": found.get(stop.pk, [])} for stop in row.stops.all()]


def parts_of(row: JointAction, user: User) -> list[dict[str, Any]]:
    """The units that take part with their checklists, and whether this person writes for one."""
    rows = row.parts.select_related("unit").prefetch_related("items")
    return [
        {
            "part": part,
            "items": list(part.items.all()),
            "lines": "\n".join(item.words for item in part.items.all()),
            "mine": reads.enters(user, part.unit_id),
        }
        for part in rows
    ]


def map_of(row: JointAction) -> dict[str, Any]:
    """The route on the map: where one picks the next stop, around those there are."""
    last = row.stops.order_by("-order").first()
    around = {"lon": last.lon, "lat": last.lat} if last else {}
    return PICK | {"note": invented()} | around


def entry_form(request: HttpRequest, part: JointPart, stop: JointStop) -> Form:
    """A result and words for each item of a unit's checklist at one stop."""
    known = {entry.item_id: entry for entry in stop.entries.filter(item__part=part)}
    fields: list[Field] = []
    initial: dict[str, Any] = {}
    for item in part.items.all():
        entry = known.get(item.pk)
        if entry and entry.case_id:
            continue
        fields += [
            Field(
                key=f"found_{item.pk}",
                label=item.words,
                kind="choice",
                choices=tuple(JointEntry.Found.choices),
            ),
            Field(key=f"words_{item.pk}", label=f"{item.words}：说明", max_length=500),
        ]
        if entry:
            initial |= {f"found_{item.pk}": entry.found, f"words_{item.pk}": entry.words}
    return form_of(fields, request.POST or None, initial=initial)


def entry_rows(part: JointPart, form: Form) -> list[tuple[str, list[Any]]]:
    """The same form as a table."""
    return [
        (item.words, [form[f"found_{item.pk}"], form[f"words_{item.pk}"]])
        for item in part.items.all()
        if f"found_{item.pk}" in form.fields
    ]
