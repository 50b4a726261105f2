"""Verbs on bulletins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take
from chengyun.kernel.specs import Step
from chengyun.kernel.workflow import Effects
from chengyun.science.weeks import Week, week_named, week_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.notice import as_json
from chengyun.systems.evaluation.queries import bulletin_of_week, composed, findings_in, newest_seal
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
        raise Conflict(
            f"{bulletin.code} 刚被别人办过，请看新的情况再办。", version=bulletin.version
        )
    move = workflow.plan(bulletin, verb, by=by, facts=facts)
    require(by, move.step.may, area=bulletin.area)
    wanted = (*move.step.needs, *move.step.asks)
    given = {key: str(facts[key]).replace("\0", "") for key in wanted if facts.get(key)}
    effects = EFFECTS[verb](bulletin)
    effects.facts |= given
    workflow.take(bulletin, move, effects, by=by)
    return bulletin


def may_take(user: User, bulletin: Bulletin, step: Step) -> bool:
    """Whether a step may be taken on the bulletins of this area."""
    return user.scope(step.may).covers(area=bulletin.area)


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
