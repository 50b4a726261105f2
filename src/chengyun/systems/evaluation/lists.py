"""The declared lists of findings and of bulletins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate

from chengyun.city.cases.services.clocks import end_of
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.queries import STATES, findings_for
from chengyun.city.inspections.specs import WEEKLY, Checklist
from chengyun.city.people.models import Unit
from chengyun.kernel import clock, registry
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.ui.lights import Light, running
from chengyun.kernel.ui.words import day, told
from chengyun.science.weeks import Week, week_named, week_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.workflow import APPROVED, BULLETIN, ISSUED

Options = list[tuple[str, str]]
WEEKS_OFFERED = 12
TONES = {APPROVED: "accent", ISSUED: "eco"}


def light_of(finding: Finding) -> Light:
    """How the correction of a finding stands, measured against the day its unit was given."""
    case, title = finding.case, f"整改期限 {until(finding)}"
    if finding.is_voided:
        return Light(state="paused", words="已作废", title=title)
    if not case.open or finding.is_rectified:
        done = "已销号" if not case.open else "已改，待复核"
        late = finding.is_mended_late
        words = f"超期，{done}" if late else done
        return Light(state="missed" if late else "kept", words=words, title=title)
    end = end_of(finding.due)
    allowed = max(end - finding.found_at, timedelta(minutes=1))
    return running(end - clock.now(), allowed, title=title)


def until(finding: Finding) -> str:
    """The last day of the correction."""
    return f"{day(finding.due, year=False)} 止"


def facts_of(finding: Finding) -> list[tuple[str, str]]:
    """What was found, where, by whom, and who clears it by when."""
    when = told(finding.found_at, now=clock.now())
    who = str(finding.inspector) if finding.inspector else "系统"
    counted = week_words(week_named(_bulletin(finding))) if finding.bulletin else ""
    return [
        ("领域", _field(finding)),
        ("问题", finding.description),
        ("地点", finding.place),
        ("责任单位", str(finding.unit)),
        ("整改期限", until(finding)),
        ("发现", f"{when} {who}"),
        ("通报", counted or "还没有归入通报"),
    ]


def week_words(week: Week) -> str:
    return f"{week.end.year}年{week.end.month}月{week.ordinal_in_words}"


def badge_of(bulletin: Bulletin) -> dict[str, str]:
    words = BULLETIN.state(bulletin.state).label
    return {"words": words, "tone": TONES.get(bulletin.state, "amber")}


def field_options(user: Any) -> Options:
    return [(field.key, field.label) for field in registry.get(Checklist, WEEKLY).fields]


def unit_options(user: Any) -> Options:
    """Units that have findings the person may see."""
    mine = findings_for(user).order_by().values("unit").distinct()
    return [(unit.code, str(unit)) for unit in Unit.objects.filter(pk__in=mine)]


def week_options(user: Any) -> Options:
    """The last weeks with their days, newest first."""
    newest = this_week()
    weeks = [newest.back(n) for n in range(WEEKS_OFFERED)]
    return [(week.key, f"{week_words(week)}（{_days(week)}）") for week in weeks]


def _days(week: Week) -> str:
    return f"{week.start:%m-%d} 至 {week.end:%m-%d}"


def this_week() -> Week:
    return week_of(localdate(clock.now()))


def state_options(user: Any) -> Options:
    return list(STATES)


FINDING_COLUMNS = (
    Column(key="light", label="整改", value=light_of, kind="light"),
    Column(key="problem", label="问题", value=lambda f: (_field(f), f.description), kind="strong"),
    Column(key="place", label="地点", value=lambda f: f.place),
    Column(key="unit", label="责任单位", value=lambda f: str(f.unit)),
    Column(key="due", label="整改期限", kind="short", value=until),
    Column(key="case", label="案号", value=lambda f: f.case.code, kind="code"),
    Column(key="bulletin", label="通报", value=lambda f: _bulletin(f), wide_only=True),
    Column(key="found_at", label="发现时间", value=lambda f: f.found_at, kind="time"),
)
FINDING_FILTERS = (
    Filter(key="state", label="整改情况", choices=state_options),
    Filter(key="field", label="领域", choices=field_options),
    Filter(key="unit", label="责任单位", choices=unit_options),
    Filter(key="week", label="周次", choices=week_options),
)
BULLETIN_STATES = [("open", "待印发"), ("issued", "已印发")]
BULLETIN_FILTERS = (Filter(key="state", label="状态", choices=lambda user: BULLETIN_STATES),)
BULLETIN_COLUMNS = (
    Column(key="state", label="状态", value=lambda line: badge_of(line.bulletin), kind="badge"),
    Column(
        key="week", label="周次", value=lambda line: week_words(line.bulletin.period), kind="strong"
    ),
    Column(key="number", label="文号", value=lambda line: line.bulletin.number),
    Column(key="total", label="问题（处）", value=lambda line: line.tally.total, kind="number"),
    Column(key="cleared", label="已销号", value=lambda line: line.tally.cleared, kind="number"),
    Column(key="open", label="未销号", value=lambda line: line.tally.open, kind="number"),
    Column(key="late", label="超期未改", value=lambda line: line.tally.late, kind="number"),
    Column(
        key="mended_late",
        label="超期已改",
        value=lambda line: line.tally.mended_late,
        kind="number",
    ),
    Column(key="issued", label="印发时间", value=lambda line: line.bulletin.issued_at, kind="time"),
)


def _field(finding: Finding) -> str:
    return registry.get(Checklist, finding.checklist).label_of(finding.field)


def _bulletin(finding: Finding) -> str:
    return finding.bulletin.partition("-")[2]
