"""The parts of a case's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.cases import queries as cases
from chengyun.city.cases.evidence import Evidence
from chengyun.city.cases.models import FAR, Case, StageClock
from chengyun.city.cases.services.clocks import OF_THE_UNIT, used
from chengyun.city.cases.services.reporter import note_view
from chengyun.city.cases.specs import Source
from chengyun.city.cases.workflow import CLOCKS
from chengyun.city.people.models import User
from chengyun.city.people.queries import role_labels
from chengyun.city.places.queries import chain_of
from chengyun.kernel import clock, registry
from chengyun.kernel.audit import chained
from chengyun.kernel.editions import flow_of
from chengyun.kernel.history import ERASED, Line, history_of
from chengyun.kernel.specs import State, Workflow
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.words import duration, masked_name, masked_phone, told
from chengyun.systems.coordination.lists import HANDLED, MERGED

Written = Callable[[datetime], str]
"""How a moment is written: as a page says it today, or in full, as a document does."""


def stages_of(case: Case, lines: list[Line]) -> list[dict[str, Any]]:
    """The bar of stages: who and when under each that was reached."""
    flow = flow_of(case.edition_id)
    reached = _reached(flow, lines)
    now = flow.state(case.state)
    done = now.final and case.state in HANDLED
    came_to = max(reached, default=0) + 1 if case.state == MERGED else now.stage
    return [
        {
            "label": label,
            "done": ordinal < came_to or done,
            "now": ordinal == now.stage and not now.final and case.state != MERGED,
            "note": reached.get(ordinal, ""),
            "returns": case.reworks if label in ("处置", "整改") else 0,
        }
        for ordinal, label in enumerate(flow.stages, start=1)
    ]


def _reached(flow: Workflow, lines: list[Line]) -> dict[int, str]:
    """Who did each stage last: the first, whoever reported; any other, whoever took it on or ended it."""
    states = {state.key: state for state in flow.states}
    found: dict[int, str] = {}
    for line in sorted(lines, key=lambda line: line.at):
        source, target = (states.get(str(line.facts.get(key))) for key in ("from", "to"))
        if target is None:
            continue
        signed = f"{told(line.at, now=clock.now())} {line.who}"
        if source is None or _done(source, target):
            found[source.stage if source else 1] = signed
        if target.key in HANDLED:
            found[target.stage] = signed
    return found


def _done(source: State, target: State) -> bool:
    """Whether a step from one state to another ends the stage; reporting has ended the first one before."""
    onward = target.stage > source.stage or target.final
    return source.stage > 1 and onward and target.key != MERGED


def hands_of(case: Case) -> str:
    """In whose hands a case lies now: a person, a unit, or the post its state names."""
    holder = flow_of(case.edition_id).state(case.state).holder
    if case.assignee:
        return f"{holder}{case.assignee}"
    return str(case.unit) if case.unit and case.clock in OF_THE_UNIT else holder


def photos_of(case: Case, evidence: list[Evidence]) -> list[dict[str, Any]]:
    """What was seen before and after; a missing proof says who must bring it."""
    found: list[dict[str, Any]] = [
        {
            "url": one.url,
            "thumb": one.small,
            "caption": one.label,
            "role": one.role,
            "place": one.stamp,
            "doubts": one.doubts,
        }
        for one in evidence
        if one.is_photo
    ]
    if case.open and not any(p["role"] == "after" for p in found):
        found.append({"missing": "处置后照片\n由处置人员现场拍摄", "caption": "处置后 · 待拍"})
    return found


def events_of(lines: list[Line]) -> list[dict[str, Any]]:
    """The history as ``ui/timeline.html`` draws it, newest first."""
    return [
        {
            "at": line.at,
            "verb": line.label,
            "object": line.object,
            "who": line.signature,
            "note": line.note,
            "mark": _mark(line),
        }
        for line in reversed(lines)
    ]


def _mark(line: Line) -> str:
    """A red square where a limit was passed, a filled dot where the stage changed."""
    if line.verb == "limit.over":
        return "bad"
    return "key" if line.facts.get("from") != line.facts.get("to") else ""


def _today(at: datetime) -> str:
    """A moment as a page says it, read on the day itself."""
    return told(at, now=clock.now())


def facts_of(
    case: Case, user: User, lines: list[Line], written: Written = _today
) -> list[tuple[str, Any]]:
    """The facts of a case; personal ones are masked unless this person may see them."""
    condition = case.condition
    rows: list[tuple[str, Any]] = [
        ("描述", case.description),
        ("分类", case.case_class.full_name if case.case_class else case.data.get("field", "")),
    ]
    if condition:
        rows += [
            ("立案条件", f"{condition.text}（{condition.limit}）"),
            ("结案条件", condition.closing),
        ]
    rows += [(answer["label"], answer["value"]) for answer in case.answers]
    if case.asset:
        rows.append(("部件", _part(case, user)))
    rows += [
        *_seen(case, written),
        ("来源", _source(case)),
        *_discovered(case, user),
        ("网格", " · ".join([*(name for _, name in chain_of(case.area)[1:]), case.grid[-3:]])),
        ("责任单位", str(case.unit) if case.unit else "未派"),
        *([("监督员", case.assignee.name)] if case.assignee else []),
    ]
    return rows + _reporter(case, user, lines)


def _source(case: Case) -> str:
    """Where it came from, and through which partner."""
    label, partner = registry.get(Source, case.source).label, case.data.get("partner")
    return f"{label}（{partner['name']}）" if partner else label


def _seen(case: Case, written: Written) -> list[tuple[str, Any]]:
    """When the reporter saw it and how exactly the phone knew where, if the phone told."""
    rows: list[tuple[str, Any]] = []
    if at := case.data.get("seen_at"):
        rows.append(("发现", written(datetime.fromisoformat(at))))
    if (metres := case.data.get("accuracy")) is not None:
        rows.append(("定位", f"卫星定位，误差约 {metres} 米"))
    return rows


def _discovered(case: Case, user: User) -> list[tuple[str, str]]:
    """What an algorithm saw before a person confirmed it, and its page for whoever may look at such."""
    code = case.data.get("discovery")
    if not code:
        return []
    there = reverse("coordination:discovery", args=(code,))
    seen = user.may("discovery.view")
    return [("发现线索", format_html('<a href="{}">{}</a>', there, code) if seen else code)]


def _part(case: Case, user: User) -> str:
    """The part, and its page for whoever may look at parts."""
    if not user.may("asset.view"):
        return case.asset
    return format_html('<a href="{}">{}</a>', reverse("data:asset", args=(case.asset,)), case.asset)


def sees_reporter(user: User, case: Case) -> bool:
    """Whether this person may know who reported."""
    return user.scope("case.reporter.view").covers(area=case.area, unit=case.unit_id)


def _reporter(case: Case, user: User, lines: list[Line]) -> list[tuple[str, str]]:
    """Who reported, masked for most; for whom it is clear, that is noted."""
    personal = lines[0].personal if lines else {}
    name, phone = personal.get("reporter_name", ""), personal.get("reporter_phone", "")
    known = {name, phone} - {""}
    if not known:
        return []
    if known == {ERASED}:
        return [("上报人", ERASED)]
    if not sees_reporter(user, case):
        name, phone = masked_name(name), masked_phone(phone) if phone else ""
    else:
        note_view(case, by=user)
    return [("上报人", "　".join(part for part in (name, phone) if part))]


def clocks_of(case: Case, written: Written = _today) -> list[dict[str, Any]]:
    """Stage, whose time it is, limit, time used and light of every clock of a case."""
    flow = flow_of(case.edition_id)
    holders = {s.clock: flow.state(s.target).holder for s in flow.steps if s.clock and s.target}
    holders[flow.start_clock] = flow.state(flow.start).holder
    return [_clock(row, holders, written) for row in cases.clocks_of(case)]


def _clock(row: StageClock, holders: Mapping[str, str], written: Written) -> dict[str, Any]:
    now = clock.now()
    return {
        "name": CLOCKS.get(row.name, row.name),
        "unit": str(row.unit) if row.unit else holders.get(row.name, ""),
        "limit": str(row.limit or f"{written(row.due_at)} 前")
        + (f"，延期 {row.extensions} 次" if row.extensions else ""),
        "used": duration(timedelta(seconds=used(row))),
        "light": _light(row, now),
        "until": f"到{written(row.due_at)}" if row.ran_since and row.due_at < FAR else "",
        "given": str(row.limit or ""),
        "provisional": row.provisional,
    }


def due_of(clocks: list[dict[str, Any]]) -> str:
    """Till when the running clock goes, and the limit that gave it: working hours are fewer than those of the day."""
    row = next((row for row in reversed(clocks) if row["until"]), None)
    if row is None:
        return ""
    return f"{row['until']}（{row['given']}）" if row["given"] else row["until"]


def _light(row: StageClock, now: datetime) -> lights.Light:
    if row.stopped_at:
        return lights.finished(row.stopped_at - row.due_at if row.late else timedelta(0))
    if row.ran_since is None:
        return lights.stopped()
    limit = (row.due_at - row.warn_at) * 5 if row.due_at < FAR else timedelta(days=1)
    return lights.running(row.due_at - now, limit)


def proof_of(lines: list[Line]) -> tuple[int, bool]:
    """How many rows the history has, and whether its chain holds."""
    return len(lines), chained([line.row for line in lines])


def lines_of(case: Case) -> list[Line]:
    """The history of a case, oldest first."""
    return history_of(case, role_labels())
