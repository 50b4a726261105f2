"""The forms of 专项行动, and the plan they write down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.http import HttpRequest

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases.models import Campaign, CampaignUnit
from chengyun.city.cases.services.campaigns import Part, Plan
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import label_of, regions
from chengyun.kernel.forms import form_of
from chengyun.kernel.specs import Field
from chengyun.systems.coordination.lists import BELOW

MOST = 2**31 - 1
PLAN = (
    Field(key="name", label="名称", required=True, max_length=60, hint="例如：占道经营专项整治。"),
    Field(key="leader", label="负责人", kind="person"),
    Field(key="purpose", label="要解决什么问题", kind="long", required=True, max_length=500),
    Field(key="basis", label="依据", max_length=300, hint="文件、会议或领导批示。"),
    Field(key="starts", label="开始", kind="date", required=True),
    Field(key="ends", label="结束", kind="date", required=True),
    Field(key="areas", label="区域", kind="units", hint="不选就是全部。"),
    Field(
        key="classes",
        label="案件类别",
        kind="units",
        hint="选大类就是它下面的全部；不选就是全部类别。",
    ),
    Field(key="units", label="参加单位", kind="units", hint="目标在下一步分单位填。"),
    Field(
        key="measure",
        label="另计的数量",
        max_length=30,
        hint="案件以外要数的，由参加单位填报，例如：清理小广告。",
    ),
    Field(key="measure_unit", label="按什么数", max_length=6, hint="处、件、吨、米……"),
    Field(key="only_units", label="只计参加单位办理的案件", kind="bool"),
)
CASE = (
    Field(key="case", label="案号", required=True, max_length=40),
    Field(
        key="counts",
        label="怎样算",
        kind="choice",
        required=True,
        choices=(("1", "计入"), ("0", "不计")),
    ),
    Field(key="reason", label="原因", kind="long", required=True, max_length=300),
)
AMOUNT = (
    Field(key="unit", label="单位", kind="unit", required=True),
    Field(key="day", label="日期", kind="date", required=True),
    Field(key="amount", label="数量", kind="int", required=True, minimum=1, maximum=MOST),
    Field(key="words", label="说明", max_length=300),
)
SUMMARY = (
    Field(
        key="summary",
        label="总结",
        kind="long",
        required=True,
        max_length=4000,
        hint="做了什么，效果怎样，还有什么问题。数字不用抄，会以这一刻为准自动写进总结。",
    ),
)
GOALS = (
    ("cases", "办结（件）", MOST),
    ("share", "按期办结率（%）", 100),
    ("amount", "", MOST),
)


def plan_form(request: HttpRequest, area: str, campaign: Campaign | None = None) -> Form:
    """The plan of a new campaign of an area, or that of one that is there."""
    leaders = reads.leaders_for(area)
    choices = {
        "leader": [(person.username, str(person)) for person in leaders],
        "areas": _areas(area),
        "classes": [
            (code, f"{name}（全部）" if len(code) == reads.MAJOR else name)
            for code, name in reads.class_titles(area).items()
        ],
        "units": [(unit.code, str(unit)) for unit in reads.units_to_ask(area)],
    }
    initial = _written(campaign) if campaign else None
    return form_of(PLAN, request.POST or None, initial=initial, choices=choices)


def _areas(area: str) -> list[tuple[str, str]]:
    level = BELOW.get(len(area))
    rows = regions(within=area, level=level).values_list("code", "name") if level else ()
    return [(area, f"{label_of(area)}全部"), *rows]


def _written(campaign: Campaign) -> dict[str, Any]:
    same = [f.key for f in PLAN if f.key not in ("leader", "units")]
    return {name: getattr(campaign, name) for name in same} | {
        "leader": campaign.leader.username if campaign.leader else "",
        "units": [part.unit.code for part in reads.parts_of(campaign)],
    }


def plan_of(given: Mapping[str, Any], area: str, campaign: Campaign | None = None) -> Plan:
    """What the form says; units that took part before keep their goals."""
    kept = {part.unit_id: part for part in reads.parts_of(campaign)} if campaign else {}
    units = reads.units_to_ask(area).filter(code__in=given["units"])
    leaders = {person.username: person for person in reads.leaders_for(area)}
    same = {key: given[key] for key in given if key not in ("leader", "units")}
    return Plan(
        **same,
        leader=leaders.get(given["leader"]),
        parts=[_part(unit, kept.get(unit.pk)) for unit in units],
    )


def _part(unit: Unit, kept: CampaignUnit | None) -> Part:
    if kept is None:
        return Part(unit=unit)
    return Part(unit=unit, cases=kept.goal_cases, share=kept.goal_share, amount=kept.goal_amount)


def goals_form(request: HttpRequest, campaign: Campaign, parts: list[CampaignUnit]) -> Form:
    """What each unit is to reach; all of it may stay open."""
    fields, initial = [], {}
    for part in parts:
        for goal, label, most in _goals(campaign):
            key = f"{goal}_{part.unit_id}"
            name = f"{part.unit} {label}"
            fields.append(Field(key=key, label=name, kind="int", minimum=1, maximum=most))
            initial[key] = getattr(part, f"goal_{goal}")
    return form_of(fields, request.POST or None, initial=initial)


def _goals(campaign: Campaign) -> list[tuple[str, str, int]]:
    measured = f"{campaign.measure}（{campaign.measure_unit}）" if campaign.measure else ""
    return [(goal, label or measured, most) for goal, label, most in GOALS if label or measured]


def goal_rows(
    campaign: Campaign, form: Form, parts: list[CampaignUnit]
) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """The same form as a table: its heads, and of each unit the fields."""
    goals = _goals(campaign)
    rows = [
        (str(part.unit), [form[f"{goal}_{part.unit_id}"] for goal, _, _ in goals]) for part in parts
    ]
    return [label for _, label, _ in goals], rows


def with_goals(campaign: Campaign, parts: list[CampaignUnit], given: Mapping[str, Any]) -> Plan:
    """The plan as it stands with the goals of the form."""
    same = [f.key for f in PLAN if f.key not in ("leader", "units")]
    return Plan(
        **{name: getattr(campaign, name) for name in same},
        leader=campaign.leader,
        parts=[
            Part(
                unit=part.unit,
                **{goal: given.get(f"{goal}_{part.unit_id}") for goal, _, _ in GOALS},
            )
            for part in parts
        ],
    )


def amount_form(request: HttpRequest, user: User, campaign: Campaign) -> Form | None:
    """For whoever counts for a unit; None for everybody else."""
    units = [(part.unit.code, str(part.unit)) for part in counting(user, campaign)]
    if not units:
        return None
    initial = {"unit": units[0][0]} if len(units) == 1 else {}
    sent = request.POST if request.POST.get("do") == "amount" else None
    return form_of(AMOUNT, sent, initial=initial, choices={"unit": units})


def counting(user: User, campaign: Campaign) -> list[CampaignUnit]:
    """The units this person may count for now."""
    if campaign.state != Campaign.State.RUNNING or not campaign.measure:
        return []
    parts = reads.parts_of(campaign)
    if user.scope("campaign.change").covers(area=campaign.area):
        return parts
    units = user.scope("case.handle").units
    return [part for part in parts if part.unit_id in units]


def case_form(request: HttpRequest, user: User, campaign: Campaign) -> Form | None:
    """For whoever organises it while it is not closed."""
    if not campaign.open or not user.scope("campaign.change").covers(area=campaign.area):
        return None
    sent = request.POST if request.POST.get("do") == "case" else None
    return form_of(CASE, sent)
