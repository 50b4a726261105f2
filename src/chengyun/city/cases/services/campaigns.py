"""专项行动: drafted, changed, begun, closed with its report; cases put in or taken out by hand, amounts counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases.campaign_figures import as_json, figures_of
from chengyun.city.cases.models import (
    Campaign,
    CampaignAmount,
    CampaignCase,
    CampaignUnit,
    Case,
)
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import names_of
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.history import overtaken
from chengyun.kernel.installation import installation
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

State = Campaign.State
CHANGE = "campaign.change"
LONGEST = {"name": 60, "purpose": 500, "basis": 300, "measure": 30, "measure_unit": 6}
NEEDED = {"name": "请写名称。", "purpose": "请写明要解决什么问题。"}
REASON_AT_MOST, SUMMARY_AT_MOST = 300, 4000
LARGEST = 2**31 - 1
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
LONGEST_DAYS = 3 * 366
"""A campaign is for a while; three years are no campaign any more."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A unit that takes part, and its goals; ``share`` in whole percent."""

    unit: Unit
    cases: int | None = None
    share: int | None = None
    amount: int | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a campaign is to be. No areas means the whole area of whoever organises it, no classes all of them."""

    name: str
    purpose: str
    starts: date
    ends: date
    basis: str = ""
    areas: Sequence[str] = ()
    classes: Sequence[str] = ()
    only_units: bool = False
    leader: User | None = None
    measure: str = ""
    measure_unit: str = ""
    parts: Sequence[Part] = ()


@transaction.atomic
def draft_campaign(plan: Plan, area: str, *, by: User | None) -> Campaign:
    """Begin to plan one; nobody else sees it until it runs."""
    if not names_of([area]):
        raise wrong("area", f"没有区域「{area}」。")
    require(by, CHANGE, area=area)
    checked = _checked(plan, area)
    year, city = localdate(clock.now()).year, installation()
    campaign = Campaign(
        code=f"ZX{year}-{take(f'campaign:{year}'):03d}",
        area=area,
        simulated=bool(city and city.demo),
        **checked,
    )
    campaign.save(force_insert=True)
    _put_units(campaign, plan)
    record("campaign.draft", campaign, by=by, area=area, facts=_told(campaign, plan), new=True)
    return campaign


@transaction.atomic
def change_campaign(campaign: Campaign, plan: Plan, *, by: User | None, version: int) -> None:
    """Plan it otherwise, as long as it is not closed. What was counted follows at once."""
    require(by, CHANGE, area=campaign.area)
    _move(campaign, (State.DRAFT, State.RUNNING), _checked(plan, campaign.area), "修改", version)
    _put_units(campaign, plan)
    record("campaign.change", campaign, by=by, facts=_told(campaign, plan))


@transaction.atomic
def begin_campaign(campaign: Campaign, *, by: User | None, version: int) -> None:
    """From now on everybody it goes through sees it, and the units know what they are to reach."""
    require(by, CHANGE, area=campaign.area)
    if not campaign.units.exists():
        raise Conflict("还没有参加单位，请先修改方案，选上参加单位。", version=campaign.version)
    begun = {"state": State.RUNNING, "begun_at": clock.now()}
    _move(campaign, (State.DRAFT,), begun, "开始", version)
    record("campaign.begin", campaign, by=by, facts={"name": campaign.name})


@transaction.atomic
def close_campaign(campaign: Campaign, summary: str, *, by: User | None, version: int) -> None:
    """End it with words and with the figures of this moment, which stay."""
    require(by, CHANGE, area=campaign.area)
    words = _said(
        "summary", summary, SUMMARY_AT_MOST, "请写总结：做了什么，效果怎样，还有什么问题。"
    )
    figures = figures_of(campaign, reads.all_cases_of(campaign), reads.parts_of(campaign))
    closed = {
        "state": State.CLOSED,
        "closed_at": clock.now(),
        "summary": words,
        "report": as_json(figures),
    }
    _move(campaign, (State.RUNNING,), closed, "结束", version)
    total = asdict(figures.total)
    record("campaign.close", campaign, by=by, facts={"name": campaign.name, "figures": total})


@transaction.atomic
def put_case(
    campaign: Campaign, case: Case, reason: str, *, counts: bool, by: User | None
) -> CampaignCase:
    """Let a case count, or not count, whatever the rule says; the last word on a case holds."""
    require(by, CHANGE, area=campaign.area)
    _keep_open(campaign)
    words = _said("reason", reason, REASON_AT_MOST, "请写明为什么。")
    row, _ = CampaignCase.objects.update_or_create(
        campaign=campaign,
        case=case,
        defaults={"counts": counts, "reason": words, "by": by, "at": clock.now()},
    )
    named = {"code": case.code, "name": case.short_code}
    verb = "campaign.put_in" if counts else "campaign.take_out"
    record(verb, campaign, by=by, facts={"case": named, "reason": words})
    return row


@transaction.atomic
def count_amount(
    campaign: Campaign, unit: Unit, day: date, amount: int, words: str = "", *, by: User | None
) -> CampaignAmount:
    """What a unit did on a day, in the measure of the campaign; its own people say so, or whoever organises it."""
    _may_count(campaign, unit, by)
    _keep_open(campaign)
    if campaign.state != State.RUNNING or not campaign.measure:
        raise Conflict("这次专项行动现在没有要填报的数量。", version=campaign.version)
    if not campaign.units.filter(unit=unit).exists():
        raise wrong("unit", f"{unit}没有参加这次专项行动。")
    if not campaign.starts <= day <= min(campaign.ends, localdate(clock.now())):
        raise wrong("day", "日期要在专项行动期间，不能晚于今天。")
    if not 0 < amount <= LARGEST:
        raise wrong("amount", "数量要大于 0。")
    said = words.strip()
    if len(said) > REASON_AT_MOST:
        raise wrong("words", f"最多 {REASON_AT_MOST} 字，现在有 {len(said)} 字。")
    row = CampaignAmount(
        campaign=campaign, unit=unit, day=day, amount=amount, words=said, by=by, at=clock.now()
    )
    row.save(force_insert=True)
    facts = {"unit": {"code": unit.code, "name": str(unit)}, "amount": amount, "note": said}
    record("campaign.count", campaign, by=by, facts=facts | {"day": day})
    return row


def must_organise(campaign: Campaign, *, by: User | None) -> None:
    """Refuse whoever may not change this campaign."""
    require(by, CHANGE, area=campaign.area)


def _may_count(campaign: Campaign, unit: Unit, by: User | None) -> None:
    organises = by is None or by.scope(CHANGE).covers(area=campaign.area)
    if not organises:
        require(by, "case.handle", unit=unit.pk)


def _keep_open(campaign: Campaign) -> None:
    """Nobody closes it while something is written beside it; the row is held until the end of the transaction."""
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not held.open:
        raise Conflict(f"「{held.name}」已经结束，不能再改。", version=held.version)


def _move(
    campaign: Campaign, sources: Sequence[str], columns: dict[str, Any], doing: str, version: int
) -> None:
    """A conditional update: whoever saw an older state is told who was faster."""
    rows = Campaign.objects.filter(pk=campaign.pk, version=version, state__in=sources)
    if not rows.update(version=version + 1, **columns):
        now = Campaign.objects.get(pk=campaign.pk)
        if now.version == version:
            label = now.get_state_display()
            raise Conflict(f"「{now.name}」现在是「{label}」，不能{doing}。", version=version)
        raise Conflict(overtaken(now, doing, now.get_state_display()), version=now.version)
    for name, value in {**columns, "version": version + 1}.items():
        setattr(campaign, name, value)


def _put_units(campaign: Campaign, plan: Plan) -> None:
    """Its units in place of those it had."""
    CampaignUnit.objects.filter(campaign=campaign).delete()
    CampaignUnit.objects.bulk_create(
        CampaignUnit(
            campaign=campaign,
            unit=part.unit,
            goal_cases=part.cases,
            goal_share=part.share,
            goal_amount=part.amount,
        )
        for part in plan.parts
    )


def _checked(plan: Plan, area: str) -> dict[str, Any]:
    """The columns of a plan; Invalid with a sentence where something is wrong with it."""
    found: dict[str, Any] = {name: _short(name, getattr(plan, name)) for name in LONGEST}
    if bool(found["measure"]) != bool(found["measure_unit"]):
        raise wrong("measure_unit", "另计的数量要写明是什么和按什么数，例如「小广告」「处」。")
    if plan.starts < EARLIEST or plan.ends > LATEST:
        raise wrong("starts", "日期要在 2000 年到 2099 年之间。")
    if plan.ends < plan.starts:
        raise wrong("ends", "结束日期早于开始日期。")
    if (plan.ends - plan.starts).days > LONGEST_DAYS:
        raise wrong("ends", "最长三年，请分成几次。")
    _check_areas(plan.areas, area)
    _check_classes(plan.classes, area)
    _check_parts(plan.parts, area, measured=bool(found["measure"]))
    return found | {
        "starts": plan.starts,
        "ends": plan.ends,
        "areas": sorted({*plan.areas}) or [area],
        "classes": list(dict.fromkeys(plan.classes)),
        "only_units": plan.only_units,
        "leader": plan.leader,
    }


def _check_areas(areas: Sequence[str], home: str) -> None:
    known = names_of(list(areas))
    for code in areas:
        if not code.startswith(home) or code not in known:
            raise wrong("areas", f"「{known.get(code, code)}」不在组织专项行动的区域里。")


def _check_classes(codes: Sequence[str], area: str) -> None:
    known = reads.class_titles(area) if codes else {}
    for code in codes:
        if code not in known:
            raise wrong("classes", f"目录里没有类别「{code}」。")


def _check_parts(parts: Sequence[Part], area: str, *, measured: bool) -> None:
    units = [part.unit.pk for part in parts]
    if len(units) != len({*units}):
        raise wrong("parts", "同一个单位只能参加一次。")
    fitting = set(reads.units_to_ask(area).filter(pk__in=units).values_list("pk", flat=True))
    for part in parts:
        if part.unit.pk not in fitting:
            raise wrong("parts", f"{part.unit}不在这个区域办案，不能参加。")
        if part.share is not None and not 1 <= part.share <= 100:
            raise wrong("parts", f"{part.unit}的按期率目标要在 1 到 100 之间。")
        if any(goal is not None and not 1 <= goal <= LARGEST for goal in (part.cases, part.amount)):
            raise wrong("parts", f"{part.unit}的数量目标要大于 0。")
        if part.amount is not None and not measured:
            raise wrong("parts", f"{part.unit}有另计的数量目标，请先写明数的是什么。")


def _told(campaign: Campaign, plan: Plan) -> dict[str, Any]:
    """The plan as its history keeps it."""
    return {
        "name": campaign.name,
        "purpose": campaign.purpose,
        "period": [plan.starts, plan.ends],
        "areas": campaign.areas,
        "classes": campaign.classes,
        "only_units": plan.only_units,
        "leader": plan.leader.username if plan.leader else "",
        "goals": {part.unit.code: [part.cases, part.share, part.amount] for part in plan.parts},
    }


def _short(name: str, text: str) -> str:
    return _said(name, text, LONGEST[name], NEEDED.get(name, ""))


def _said(field: str, text: str, most: int, missing: str) -> str:
    """A text without its edges; ``missing`` is the sentence for an empty one, "" where it may be empty."""
    text = text.strip()
    if missing and not text:
        raise wrong(field, missing)
    if len(text) > most:
        raise wrong(field, f"最多 {most} 字，现在有 {len(text)} 字。")
    return text
