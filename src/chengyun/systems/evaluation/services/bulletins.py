"""Verbs on bulletins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from chengyun.city.inspections.queries import counted
from chengyun.city.inspections.services import (
    office_of,
    put_into_bulletin,
    take_out_of_bulletin,
)
from chengyun.city.people.models import User
from chengyun.kernel import clock, editions, workflow
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid
from chengyun.kernel.history import overtaken
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take
from chengyun.kernel.specs import Step
from chengyun.kernel.ui.words import day
from chengyun.kernel.workflow import Effects
from chengyun.science.weeks import Week, week_named, week_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.notice import as_json
from chengyun.systems.evaluation.queries import (
    bulletin_of_week,
    composed,
    drafter_of,
    findings_in,
    is_over,
    newest_seal,
)
from chengyun.systems.evaluation.workflow import BULLETIN


@transaction.atomic
def draft_bulletin(week: str, *, by: User | None, area: str = "") -> Bulletin:
    """Begin the bulletin of a week (``2025-12-W2``) of an evaluation office, the person's own unless ``area`` is given.

    A second one for the same week is a Conflict.
    """
    require(by, "inspection.record", area=area)
    period = _period(week)
    area = area or office_of(by)
    if bulletin_of_week(area, period.start):
        raise Conflict(f"{period.month_in_words}{period.ordinal_in_words}的通报已经起草了。")
    edition = editions.current(BULLETIN.key, area)
    city = installation()
    bulletin = Bulletin(
        code=f"{area}-{period.key}",
        area=area,
        workflow=BULLETIN.key,
        edition=edition,
        state=editions.flow_of(edition.pk).start,
        week=period.start,
        simulated=bool(city and city.demo),
    )
    bulletin.save(force_insert=True)
    record("bulletin.draft", bulletin, by=by, area=area, facts={"week": period.key}, new=True)
    return bulletin


@transaction.atomic
def act(
    bulletin: Bulletin,
    verb: str,
    facts: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
) -> Bulletin:
    """Take one step of the bulletin's table. ``version`` is what the caller saw; an older one is a Conflict."""
    if version is not None and version != bulletin.version:
        raise Conflict(_overtaken(bulletin, verb), version=bulletin.version)
    move = workflow.plan(bulletin, verb, by=by, facts=facts)
    require(by, move.step.may, area=bulletin.area)
    if sentence := barred(bulletin, verb, by=by):
        raise Conflict(sentence, version=bulletin.version)
    wanted = (*move.step.needs, *move.step.asks)
    given = {key: str(facts[key]).replace("\0", "") for key in wanted if facts.get(key)}
    effects = EFFECTS[verb](bulletin)
    effects.facts |= given
    workflow.take(bulletin, move, effects, by=by)
    return bulletin


def may_take(user: User, bulletin: Bulletin, step: Step) -> bool:
    """Whether a step may be taken on the bulletins of this area."""
    return user.scope(step.may).covers(area=bulletin.area)


def barred(bulletin: Bulletin, verb: str, *, by: User | None) -> str:
    """Why a step that is open must wait, "" when nothing bars it.

    Its week is not over, or another person must take it.
    """
    if verb == "hand_back":
        return ""
    if not is_over(bulletin.period):
        return _too_early(bulletin.period, LABELS[verb])
    if verb == "approve" and by is not None:
        return _own_work(bulletin, by)
    return ""


def _too_early(week: Week, doing: str) -> str:
    last, first = day(week.end, year=False), day(week.end + timedelta(days=1), year=False)
    return f"这一周到 {last}结束，{first}起才能{doing}。"


def _own_work(bulletin: Bulletin, by: User) -> str:
    if not settings_of(bulletin.area)["bulletin.second_person"] or drafter_of(bulletin) != by.pk:
        return ""
    return "这期通报是你起草的，本市要求由另一人审核通过。"


def _overtaken(bulletin: Bulletin, verb: str) -> str:
    flow = editions.flow_of(bulletin.edition_id)
    return overtaken(bulletin, LABELS.get(verb, "办"), flow.state(bulletin.state).label)


def approve_bulletin(bulletin: Bulletin, *, by: User | None) -> Bulletin:
    """Bind the findings and fix every figure and word."""
    return act(bulletin, "approve", {}, by=by)


def issue_bulletin(bulletin: Bulletin, *, by: User | None) -> Bulletin:
    """Give the approved notice its number, date and seal; nothing in it changes any more."""
    return act(bulletin, "issue", {}, by=by)


def _approve(bulletin: Bulletin) -> Effects:
    bound = put_into_bulletin(findings_in(bulletin), bulletin.code)
    notice = composed(bulletin, counted(bulletin.code))
    return Effects(columns={"content": as_json(notice)}, facts={"findings": bound})


def _hand_back(bulletin: Bulletin) -> Effects:
    freed = take_out_of_bulletin(bulletin.code)
    return Effects(columns={"content": {}}, facts={"findings": freed})


def _issue(bulletin: Bulletin) -> Effects:
    now = clock.now()
    seal = newest_seal()
    columns = {
        "issued_at": now,
        "number": _number(bulletin, localtime(now).year),
        "seal": seal.hash if seal else "",
        "sealed_at": seal.at if seal else None,
    }
    return Effects(columns=columns, facts={"number": columns["number"], "seal": columns["seal"]})


LABELS = {step.verb: step.label for step in BULLETIN.steps}
EFFECTS: dict[str, Callable[[Bulletin], Effects]] = {
    "approve": _approve,
    "hand_back": _hand_back,
    "issue": _issue,
}


def _number(bulletin: Bulletin, year: int) -> str:
    mark = settings_of(bulletin.area)["bulletin.mark"]
    running = take(f"bulletin.{bulletin.area}.{year}")
    return f"{mark}〔{year}〕{'模拟 ' if bulletin.simulated else ''}{running}号"


def _period(week: str) -> Week:
    try:
        period = week_named(week)
    except ValueError as error:
        message = "周次应写成 2025-12-W2，就是 12 月第二周。"
        raise Invalid(message, fields=(FieldError("week", message),)) from error
    if period > week_of(localtime(clock.now()).date()):
        message = "这一周还没有到，不能起草它的通报。"
        raise Invalid(message, fields=(FieldError("week", message),))
    return period
