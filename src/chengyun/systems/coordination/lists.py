"""The lists of the desk: columns, filters, and how a case's light is made."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from chengyun.city.cases import campaigns
from chengyun.city.cases import queries as cases
from chengyun.city.cases.campaign_figures import NOBODY
from chengyun.city.cases.models import FAR, Case
from chengyun.city.cases.specs import CaseType, Source
from chengyun.city.people.queries import units_serving
from chengyun.city.people.stations import served
from chengyun.city.places.queries import label_of, regions
from chengyun.city.places.specs import Level
from chengyun.kernel import clock, registry
from chengyun.kernel.editions import flow_of
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.recent import recent
from chengyun.kernel.specs import Column, Filter, Workflow
from chengyun.kernel.tables import Links, page_of
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import told
from chengyun.kernel.workflow import marks_of
from chengyun.systems.coordination import queries
from chengyun.systems.coordination.specs import Pile

NEAR = 5
"""The warning comes when a fifth of the limit is left; the stored warning moment says when that is."""
BELOW: dict[int, Level] = {4: "district", 6: "street", 9: "community"}
TONES = ("red", "amber", "accent", "eco", "line")
"""The tones of badges, in the order in which they want to be seen."""
HANDLED, MERGED = ("closed", "cleared"), "merged"
"""States: ended because the matter is done; handled from here on in another case."""
NEWEST = 20_000
KEPT = 5
"""Seconds for which the choices of a filter are not read anew."""
PERIODS = (
    ("1", "今天"),
    ("7", "近 7 天"),
    ("30", "近 30 天"),
    ("90", "近 90 天"),
    ("365", "近一年"),
)


def light(case: Case) -> Light | None:
    """The sign of a case: its running clock, or how it ended."""
    now = clock.now()
    if not case.open:
        timed = case.filed_at or case.state == "cleared"
        return lights.ended(late=case.late) if timed else None
    if case.paused:
        return lights.stopped()
    if case.due_at == FAR:
        return None
    limit = (case.due_at - case.warn_at) * NEAR
    return lights.running(case.due_at - now, limit, title=f"{told(case.due_at, now=now)} 前")


def problem(case: Case) -> tuple[str, str, list[dict[str, str]]]:
    """Class, or the field of an inspection, bold; the marks that stand on it; description soft."""
    name = case.case_class.name if case.case_class else case.data.get("field", "未分类")
    return (name, case.description, badges_of(case)[:3])


def badges_of(case: Case) -> list[dict[str, str]]:
    """The marks people see on a case, those that want something first."""
    marks = sorted(marks_of(case), key=lambda mark: TONES.index(mark.tone))
    return [{"words": mark.label, "tone": mark.tone} for mark in marks]


def stage(case: Case) -> dict[str, Any]:
    """Ordinal and state in words; 0 is what ended without being handled, or goes on in another case."""
    state = flow_of(case.edition_id).state(case.state)
    merged = case.state == MERGED
    gone = merged or (state.final and case.state not in HANDLED)
    return {
        "ordinal": 0 if gone else state.stage,
        "sign": "并" if merged else "×",
        "label": state.label,
    }


def source(case: Case) -> tuple[str, str]:
    """Icon and name."""
    spec = registry.get(Source, case.source)
    return (spec.icon, spec.label)


DESK_COLUMNS = (
    Column(key="light", label="时限", kind="light", value=light, sort="due_at"),
    Column(key="code", label="案号", kind="code", value=lambda case: case.code),
    Column(key="problem", label="问题", kind="strong", value=problem),
    Column(key="address", label="地点", value=lambda case: case.address),
    Column(key="source", label="来源", kind="source", value=source),
    Column(key="unit", label="单位", kind="short", value=lambda case: case.unit and str(case.unit)),
    Column(
        key="grid", label="网格", kind="short", value=lambda case: case.grid[-6:], wide_only=True
    ),
    Column(key="reported", label="上报", kind="time", value=lambda case: case.reported_at),
)
CASE_COLUMNS = (
    Column(key="light", label="时限", kind="light", value=light, sort="due_at"),
    Column(key="code", label="案号", kind="code", value=lambda case: case.code),
    Column(key="stage", label="环节", kind="stage", value=stage),
    Column(key="problem", label="问题", kind="strong", value=problem),
    Column(key="address", label="地点", value=lambda case: case.address),
    Column(key="source", label="来源", kind="source", value=source),
    Column(key="unit", label="单位", kind="short", value=lambda case: case.unit and str(case.unit)),
    Column(
        key="reported", label="上报", kind="time", value=lambda c: c.reported_at, sort="reported_at"
    ),
)


def columns_for(
    user: Any, columns: tuple[Column, ...], pile: Pile | None = None
) -> tuple[Column, ...]:
    """The columns of a list, or of a queue, without the unit where no case has one yet or all are of the same."""
    same = user.scope("case.view").one_unit and not (pile and pile.gathered)
    bare = same or (pile is not None and pile.before_dispatch)
    return tuple(column for column in columns if column.key != "unit") if bare else columns


def majors(user: Any) -> list[tuple[str, str]]:
    """Major classes of parts and events."""
    return _majors(_area(user))


@recent(KEPT)
def _majors(area: str) -> list[tuple[str, str]]:
    found = {c.code[:3]: f"{c.get_kind_display()} · {c.major}" for c in cases.classes_for(area)}
    return sorted(found.items())


def areas(user: Any) -> list[tuple[str, str]]:
    """The districts and streets of where this person works."""
    return _areas(_area(user))


@recent(KEPT)
def _areas(home: str) -> list[tuple[str, str]]:
    level = BELOW.get(len(home))
    return list(regions(within=home, level=level).values_list("code", "name")) if level else []


def communities(user: Any) -> list[tuple[str, str]]:
    """The communities with a station this person sees."""
    scope = user.scope("case.view")
    return [(code, label_of(code)) for code in served() if scope.covers(area=code)]


def units(user: Any) -> list[tuple[str, str]]:
    """The units that work where this person does, street offices included; and no unit yet."""
    return _units(_area(user))


@recent(KEPT)
def _units(area: str) -> list[tuple[str, str]]:
    found = units_serving(area, streets=True)
    return [(NOBODY, "没有责任单位"), *((unit.code, str(unit)) for unit in found)]


def states(user: Any) -> list[tuple[str, str]]:
    """All states of all case types, in the order of their workflows."""
    flows = [registry.get(Workflow, kind.workflow) for kind in registry.all_of(CaseType)]
    return [(state.key, state.label) for flow in flows for state in flow.states]


def _area(user: Any) -> str:
    return user.standing[0].area if user.standing else ""


STATE = Filter(key="state", label="状态", choices=states)
CLASS = Filter(key="class", label="大类", choices=majors)
AREA = Filter(key="area", label="区域", choices=areas)
UNIT = Filter(key="unit", label="单位", choices=units)
SOURCE = Filter(
    key="source",
    label="来源",
    choices=lambda user: [(s.key, s.label) for s in registry.all_of(Source)],
)
TYPE = Filter(
    key="type",
    label="类型",
    choices=lambda user: [(t.key, t.label) for t in registry.all_of(CaseType)],
)
PERIOD = Filter(key="period", label="上报时间", choices=lambda user: list(PERIODS))
SOON = Filter(key="soon", label="只看将超时", kind="check")
LIVE = Filter(key="live", label="只看在办", kind="check")
CAMPAIGN = Filter(key="campaign", label="专项行动", choices=campaigns.titles_for)
ENDED = Filter(
    key="ended",
    label="办结",
    choices=lambda user: [("all", "已办结"), ("in_time", "按期办结"), ("late", "超期办结")],
)
REPORTED = Filter(key="reported", label="上报日期", kind="period")
CLOSED = Filter(key="closed", label="办结日期", kind="period")
COMMUNITY = Filter(key="community", label="社区", choices=communities)
CLOSED_IN = Filter(key="closed_in", label="办结时间", choices=lambda user: list(PERIODS))
ASSET = Filter(key="asset", label="部件标识码", kind="text")
LATE = Filter(key="late", label="只看超时", kind="check")

DESK_FILTERS = (AREA, CLASS, SOURCE, UNIT, SOON)
CASE_FILTERS = (
    STATE,
    CLASS,
    AREA,
    UNIT,
    PERIOD,
    SOURCE,
    TYPE,
    LIVE,
    LATE,
    CAMPAIGN,
    ENDED,
    REPORTED,
    CLOSED,
    CLOSED_IN,
    COMMUNITY,
    ASSET,
    Filter(key="q", label="搜索", kind="text"),
)


def conditions(values: Values) -> dict[str, Any]:
    """What a filter bar is set to, as arguments of ``queries.narrowed``."""
    found: dict[str, Any] = {
        "states": [values["state"]] if "state" in values else (),
        "case_class": values.get("class", ""),
        "area": values.get("area", ""),
        "unit": cases.unit_id(values["unit"]) if values.get("unit", NOBODY) != NOBODY else None,
        "unsent": values.get("unit") == NOBODY,
        "source": values.get("source", ""),
        "case_type": values.get("type", ""),
        "asset": values.get("asset", ""),
        "words": values.get("q", ""),
        "live": "live" in values,
        "late": "late" in values,
        "soon": "soon" in values,
    }
    if "period" in values:
        found["since"] = _begun(values["period"])
    return found


def _begun(days: str) -> datetime:
    """When so many days began, today included."""
    today = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=int(days) - 1)


def _waiting(user: Any, values: Values) -> QuerySet[Case]:
    """The queue asked for, filtered."""
    pile = queries.pile_named(user, values.get("queue", ""))
    rows = queries.waiting(user, pile) if pile else Case.objects.none()
    return cases.narrowed(rows, **conditions(values))


def _all(user: Any, values: Values) -> QuerySet[Case]:
    """All cases, filtered."""
    rows = cases.narrowed(cases.cases_for(user), **conditions(values), newest=_newest(values))
    if "campaign" in values:
        rows = rows.filter(campaigns.counted(campaigns.campaign_for(user, values["campaign"])))
    if "ended" in values:
        rows = campaigns.ended(rows, values["ended"])
    if "closed_in" in values:
        rows = rows.filter(closed_at__gte=_begun(values["closed_in"]))
    if "community" in values:
        rows = rows.filter(cases.within(values["community"]))
    for key, moment in DAYS:
        if key in values:
            rows = rows.filter(_on_day(moment, values[key]))
    return rows


DAYS = (("reported", "reported_at"), ("closed", "closed_at"))


def _on_day(moment: str, text: str) -> Q:
    """What happened on a day; nothing did on what is none."""
    try:
        since = campaigns.first_moment(date.fromisoformat(text))
        return Q(**{f"{moment}__gte": since, f"{moment}__lt": since + timedelta(days=1)})
    except (ValueError, OverflowError):
        return Q(pk__in=())


def _newest(values: Values) -> int:
    """Words alone are looked for in the newest cases that hold them; with other conditions, or exactly, in all."""
    return NEWEST if set(values) == {"q"} else 0


LINKS = Links(
    url=lambda case: page_of("coordination:case", case.code),
    key=lambda case: case.code,
    preview=lambda case: page_of("coordination:preview", case.code),
)
DESK = Listing(
    key="coordination:desk",
    label="工作台",
    may="case.view",
    columns=DESK_COLUMNS,
    filters=DESK_FILTERS,
    keep=("queue",),
    rows=_waiting,
    pick="code",
    whole=cases.in_full,
    order=("due_at", "id"),
    links=LINKS,
    empty="没有符合条件的案件。",
    way="去掉全部条件",
)
CASES = Listing(
    key="coordination:cases",
    label="案件",
    may="case.view",
    columns=CASE_COLUMNS,
    filters=CASE_FILTERS,
    rows=_all,
    whole=cases.in_full,
    order=("-reported_at", "-id"),
    words="q",
    partial=lambda values: bool(_newest(values)) and cases.many_hold(values["q"], NEWEST),
    links=Links(url=LINKS.url, key=LINKS.key),
    empty="没有符合条件的案件。",
    way="去掉全部条件",
)
registry.add(DESK, CASES)
