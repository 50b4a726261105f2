"""Requests that wait for a yes, kept by the verbs that ask, grant and refuse."""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import localdate

from chengyun.city.cases import queries
from chengyun.city.cases.models import CaseRequest
from chengyun.city.cases.services import clocks
from chengyun.city.cases.services.deeds import Deed
from chengyun.city.cases.services.facts import as_day
from chengyun.kernel import clock

LONGEST = timedelta(days=366)

ASKS = {
    "ask_extension": "extension",
    "ask_suspend": "suspend",
    "ask_return": "return",
    "ask_void": "void",
    "ask_appeal": "appeal",
}
ANSWERS = {
    "grant_extension": ("extension", True),
    "refuse_extension": ("extension", False),
    "grant_suspend": ("suspend", True),
    "refuse_suspend": ("suspend", False),
    "return": ("return", True),
    "refuse_return": ("return", False),
    "grant_void": ("void", True),
    "refuse_void": ("void", False),
    "grant_appeal": ("appeal", True),
    "refuse_appeal": ("appeal", False),
}


def check_until(deed: Deed) -> None:
    """挂账 ends on a day to come, within a year."""
    day, today = as_day(deed.facts["until"], "until"), localdate(clock.now())
    if day <= today:
        raise deed.refuse("until", "挂账要到今天以后的一天。")
    if day > today + LONGEST:
        raise deed.refuse("until", "挂账最长一年，请写一年以内的日期。")


def check_still_ahead(deed: Deed) -> None:
    """What was asked may have been overtaken by its own date."""
    found = queries.waiting_request(deed.case, "suspend")
    if found and found.until and found.until <= localdate(clock.now()):
        raise deed.refuse("note", "申请的挂账日期已经到了，请驳回，由单位重新申请。")


def check_other_unit(deed: Deed) -> None:
    """After 不归我管 another unit must be chosen."""
    unit = deed.effects.columns.get("unit")
    last = queries.last_return(deed.case) if "wrong_unit" in deed.case.marks else None
    if last and unit and last.unit_id == unit.pk:
        raise deed.refuse("unit", f"{unit}说过不归它管，请另选责任单位。")


def check_moved_on(deed: Deed) -> None:
    """改派 goes to another unit than the one that has the case."""
    unit = deed.effects.columns.get("unit")
    if unit and unit.pk == deed.case.unit_id:
        raise deed.refuse("unit", f"案件现在就在{unit}，请另选责任单位。")


def check_another_person(deed: Deed) -> None:
    """另派 goes to another inspector than the one it lies with."""
    person = deed.effects.columns["assignee"]
    if person.pk == deed.case.assignee_id:
        raise deed.refuse("inspector", f"现在就在{person}手上，请另选监督员。")


def check_other_class(deed: Deed) -> None:
    """After 类别不对 another class must be chosen."""
    found = deed.effects.columns.get("case_class")
    last = queries.last_return(deed.case) if "wrong_class" in deed.case.marks else None
    if last and found and last.case_class_id == found.pk:
        raise deed.refuse("class", f"因「{found.name}」类别不对被退回，请另选类别。")


def keep(deed: Deed) -> None:
    """The row of what was asked, answered or set aside by this verb."""
    if deed.verb in ASKS:
        _asked(deed, ASKS[deed.verb]).save(force_insert=True)
    elif deed.verb in ANSWERS:
        kind, approved = ANSWERS[deed.verb]
        _answer(deed, kind, approved=approved)
    elif deed.verb == "review_appeal":
        waiting = queries.waiting(deed.case).filter(kind="appeal")
        due = clocks.due_after(deed.case, "approve")
        waiting.update(reviewed_at=clock.now(), due_at=due)
    elif deed.verb == "suspend":
        _put_aside(deed)
    _let_go(deed)


def _asked(deed: Deed, kind: str) -> CaseRequest:
    case = deed.case
    approved = CaseRequest.objects.filter(case=case, kind=kind, approved=True).count()
    return CaseRequest(
        case=case,
        kind=kind,
        round=approved + 1,
        reason=deed.said("reason"),
        cause=deed.said("cause"),
        unit=case.unit,
        case_class=case.case_class,
        until=as_day(deed.facts["until"], "until") if deed.facts.get("until") else None,
        asked_by=deed.by,
        asked_at=clock.now(),
        due_at=clocks.due_after(case, "approve"),
    )


def _answer(deed: Deed, kind: str, *, approved: bool) -> None:
    words = deed.said("note") or deed.said("reason")
    queries.waiting(deed.case).filter(kind=kind).update(
        approved=approved, note=words, decided_by=deed.by, decided_at=clock.now()
    )


def _put_aside(deed: Deed) -> None:
    """挂账 by the desk itself is asked and granted at once."""
    row = _asked(deed, "suspend")
    row.decided_by, row.decided_at, row.approved = deed.by, row.asked_at, True
    row.save(force_insert=True)


def _let_go(deed: Deed) -> None:
    """Requests the case has gone past without an answer, and a 挂账 that is over."""
    case, now = deed.case, clock.now()
    fallen = {*deed.marks} - {*case.marks}
    gone = [kind for kind, marks in queries.WAITING.items() if {*marks} & fallen]
    still = [kind for kind in gone if not {*queries.WAITING[kind]} & {*case.marks}]
    if still:
        queries.waiting(case).filter(kind__in=still).update(decided_at=now)
    if deed.source == "suspended" and case.state != "suspended":
        rows = CaseRequest.objects.filter(case=case, kind="suspend", approved=True, ended_at=None)
        rows.update(ended_at=now)
