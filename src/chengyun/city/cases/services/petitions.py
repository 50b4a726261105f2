"""信访件: registered with how many came and whether again; level and plan kept; the legal dates watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from chengyun.city.cases.callers import mark_of
from chengyun.city.cases.models import Caller, Case, Petition
from chengyun.city.cases.services.clocks import end_of
from chengyun.city.cases.services.deeds import Deed
from chengyun.city.cases.services.facts import as_day
from chengyun.kernel import clock
from chengyun.kernel.errors import wrong
from chengyun.kernel.params import settings_of

TYPE = "petition"
HANDLED_WITHIN, PROLONGED_BY, RECHECK_WITHIN = (timedelta(days=n) for n in (60, 30, 30))
"""《信访工作条例》: handled within 60 days of 受理, prolonged once by 30; 复查 asked for and done within 30 each."""
MOST_PEOPLE, PARTIES_AT_MOST = 100_000, 500


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What whoever registers a petition knows: how it came, how many came, whom it concerns, whether again."""

    form: str = Petition.Form.VISIT
    people: int = 1
    parties: str = ""
    again: bool = False


def prepared(case: Case, given: Registered, phone: str) -> Petition | None:
    """The row beside a petition that is being made, with the marks it puts on the case; None for any other case.

    Raises Invalid for a form, a number of people or parties that cannot be. To be saved after the case.
    """
    if case.type != TYPE:
        return None
    _check(given)
    earlier = earlier_of(phone)
    mass = given.people >= settings_of(case.district)["petition.mass"]
    repeated = given.again or earlier is not None
    case.marks += [key for key, stands in (("mass", mass), ("repeated", repeated)) if stands]
    row = {"form": given.form, "people": given.people, "mass": mass, "repeated": repeated}
    return Petition(case=case, earlier=earlier, **row)


def _check(given: Registered) -> None:
    if given.form not in Petition.Form.values:
        raise wrong("form", f"信访形式只能是：{'、'.join(Petition.Form.labels)}。")
    if not 1 <= given.people <= MOST_PEOPLE:
        raise wrong("people", f"人数从 1 到 {MOST_PEOPLE:,}。")
    if len(given.parties) > PARTIES_AT_MOST:
        raise wrong("parties", f"当事各方最多 {PARTIES_AT_MOST} 字。")


def earlier_of(phone: str) -> Case | None:
    """The newest petition reported from the same telephone."""
    mark = mark_of(phone)
    if not mark:
        return None
    found = Caller.objects.filter(mark=mark, case__type=TYPE).select_related("case")
    newest = found.order_by("-case__reported_at", "-case_id").first()
    return newest.case if newest else None


def check_due(deed: Deed) -> None:
    """受理: the day lies within the sixty days."""
    _within(deed, localdate(clock.now()) + HANDLED_WITHIN, "自受理之日起 60 日以内")


def check_longer(deed: Deed) -> None:
    """延长: after the day there was, by thirty days at most."""
    before = localdate(deed.case.due_at - timedelta(seconds=1))
    day = as_day(deed.facts.get("due"))
    if day <= before:
        raise deed.refuse("due", f"原来的办结日期是 {before.isoformat()}，延长到这以后的一天。")
    _within(deed, before + PROLONGED_BY, "原来的办结日期后 30 日以内")


def check_recheck(deed: Deed) -> None:
    """复查: asked for within thirty days of the reply, done within thirty."""
    answered = Petition.objects.get(case=deed.case).answered_at
    if answered and clock.now() >= _last(answered):
        raise wrong("reason", "收到书面答复已经超过 30 日，不再受理复查。")
    _within(deed, localdate(clock.now()) + RECHECK_WITHIN, "收到复查请求之日起 30 日以内")


def _last(answered: datetime) -> datetime:
    return end_of(localdate(answered) + RECHECK_WITHIN)


def _within(deed: Deed, last: date, words: str) -> None:
    if not localdate(clock.now()) <= as_day(deed.facts.get("due")) <= last:
        raise deed.refuse("due", f"办结日期应在{words}，最晚 {last.isoformat()}。")


def keep_admitted(deed: Deed) -> None:
    """受理: level, plan, and when."""
    _keep(deed, level=deed.said("petition_level"), plan=deed.said("plan"), admitted_at=clock.now())


def keep_plan(deed: Deed) -> None:
    _keep(deed, plan=deed.said("plan"))


def keep_level(deed: Deed) -> None:
    _keep(deed, level=deed.said("petition_level"))


def keep_answered(deed: Deed) -> None:
    """书面答复: the days of 复查 are counted from here."""
    _keep(deed, answered_at=clock.now())


def _keep(deed: Deed, **columns: object) -> None:
    Petition.objects.filter(case=deed.case).update(**columns)
