"""The parts of a case's page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import FAR, Case, StageClock
from chengyun.city.cases.specs import Source
from chengyun.city.cases.workflow import CLOCKS
from chengyun.city.people.models import User
from chengyun.city.people.queries import role_labels
from chengyun.city.places.queries import chain_of
from chengyun.kernel import clock, registry
from chengyun.kernel.audit import chained
from chengyun.kernel.editions import flow_of
from chengyun.kernel.files import attachments_of
from chengyun.kernel.history import Line, history_of
from chengyun.kernel.specs import Workflow
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.words import duration, masked_name, masked_phone, told

CAPTIONS = {"before": "处置前", "after": "处置后", "check": "核查", "verify": "核实"}


def stages_of(case: Case, lines: list[Line]) -> list[dict[str, Any]]:
    """The bar of stages: who and when under each that was reached."""
    flow = flow_of(case.edition_id)
    reached = _reached(flow, lines)
    now = flow.state(case.state)
    done = now.final and case.state in ("closed", "cleared")
    return [
        {
            "label": label,
            "done": ordinal < now.stage or done,
            "now": ordinal == now.stage and not now.final,
            "note": reached.get(ordinal, ""),
            "returns": case.reworks if label in ("处置", "整改") else 0,
        }
        for ordinal, label in enumerate(flow.stages, start=1)
    ]


def _reached(flow: Workflow, lines: list[Line]) -> dict[int, str]:
    """Who took the case into each stage last."""
    found: dict[int, str] = {}
    for line in sorted(lines, key=lambda line: line.at):
        target = line.facts.get("to")
        if isinstance(target, str) and target in {s.key for s in flow.states}:
            found[flow.state(target).stage] = f"{told(line.at, now=clock.now())} {line.who}"
    return found


def photos_of(case: Case) -> list[dict[str, Any]]:
    """What was seen before and after; a missing proof says who must bring it."""
    found = [
        {
            "url": reverse("files:attachment", args=(a.pk,)),
            "thumb": reverse("files:small", args=(a.pk,)),
            "caption": CAPTIONS.get(a.role, a.role),
            "role": a.role,
        }
        for a in attachments_of(case)
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
            "mark": "key" if line.facts.get("from") != line.facts.get("to") else "",
        }
        for line in reversed(lines)
    ]


def facts_of(case: Case, user: User, lines: list[Line]) -> list[tuple[str, Any]]:
    """The facts of a case; personal ones are masked unless this person may see them."""
    condition = case.condition
    rows: list[tuple[str, Any]] = [
        ("描述", case.description),
        ("分类", case.case_class.full_name if case.case_class else ""),
    ]
    if condition:
        rows += [
            ("立案条件", f"{condition.text}（{condition.limit}）"),
            ("结案条件", condition.closing),
        ]
    if case.asset:
        rows.append(("部件", case.asset))
    rows += [
        ("来源", registry.get(Source, case.source).label),
        ("网格", " · ".join([*(name for _, name in chain_of(case.area)[1:]), case.grid[-3:]])),
        ("责任单位", str(case.unit) if case.unit else "未派"),
    ]
    return rows + _reporter(lines, clear=_sees_reporter(user, case))


def _sees_reporter(user: User, case: Case) -> bool:
    return user.scope("case.reporter.view").covers(area=case.area, unit=case.unit_id)


def _reporter(lines: list[Line], *, clear: bool) -> list[tuple[str, str]]:
    personal = lines[0].personal if lines else {}
    name, phone = personal.get("reporter_name", ""), personal.get("reporter_phone", "")
    if not name and not phone:
        return []
    shown = (name, phone) if clear else (masked_name(name), masked_phone(phone))
    return [("上报人", "　".join(part for part in shown if part))]


def clocks_of(case: Case) -> list[dict[str, Any]]:
    """Stage, unit, limit, time used and light of every clock of a case."""
    return [_clock(row) for row in cases.clocks_of(case)]


def _clock(row: StageClock) -> dict[str, Any]:
    now = clock.now()
    spent = timedelta(seconds=row.used_seconds)
    if row.ran_since:
        spent += now - row.ran_since
    return {
        "name": CLOCKS.get(row.name, row.name),
        "unit": str(row.unit) if row.unit else "监督指挥中心",
        "limit": str(row.limit or f"{told(row.due_at, now=clock.now())} 前"),
        "used": duration(spent),
        "light": _light(row, now),
        "provisional": row.provisional,
    }


def _light(row: StageClock, now: datetime) -> lights.Light:
    if row.stopped_at:
        return lights.finished(row.stopped_at - row.due_at if row.late else timedelta(0))
    if row.ran_since is None:
        return lights.stopped(now - row.started_at)
    limit = (row.due_at - row.warn_at) * 5 if row.due_at < FAR else timedelta(days=1)
    return lights.running(row.due_at - now, limit)


def proof_of(lines: list[Line]) -> tuple[int, bool]:
    """How many rows the history has, and whether its chain holds."""
    return len(lines), chained([line.row for line in lines])


def lines_of(case: Case) -> list[Line]:
    """The history of a case, oldest first."""
    return history_of(case, role_labels())
