"""共建协议: registered, changed, ended; tasks are given to either side, joint reviews are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.cases.agreements import AGREE, end_of, next_review, own_units, sides
from chengyun.city.cases.meetings import Venue
from chengyun.city.cases.models import Agreement, Meeting, Promise
from chengyun.city.cases.services import meetings
from chengyun.city.cases.services.meetings import Called
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import label_of, names_of
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.history import overtaken
from chengyun.kernel.installation import installation
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

State = Agreement.State
REVIEW = Meeting.REVIEW
AT_MOST = {"title": 80, "partners": 200, "about": 1000, "words": 1000}
MISSING = {
    "title": "请写协议的名称。",
    "partners": "请写和哪里共建。",
    "about": "请写明约定了什么。",
    "words": "请写明为什么终止。",
}
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
MONTHS_AT_MOST = 60


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is agreed: with whom, about what, from when to when, and how often both sides look at it together.

    ``review_on`` is the last day for the next joint review; left out it follows from ``review_months``.
    """

    title: str
    partners: str
    about: str
    signed_on: date
    unit: Unit
    units: Sequence[Unit] = ()
    ends_on: date | None = None
    review_months: int | None = None
    review_on: date | None = None


@transaction.atomic
def register(terms: Terms, area: str, *, by: User | None) -> Agreement:
    """Enter an agreement of an area; the sides on the platform are told."""
    if not names_of([area]):
        raise wrong("area", f"没有区域「{area}」。")
    require(by, AGREE, area=area)
    year, city = localdate(clock.now()).year, installation()
    row = Agreement(
        code=f"GJ{year}-{take(f'agreement:{year}'):03d}",
        area=area,
        by=by,
        simulated=bool(city and city.demo),
        **_checked(terms, area),
    )
    row.save(force_insert=True)
    row.units.set(terms.units)
    record("agreement.register", row, by=by, area=area, facts=_told(row, terms), new=True)
    return row


@transaction.atomic
def change(row: Agreement, terms: Terms, *, by: User | None, version: int) -> None:
    """Other terms, as long as it runs."""
    require(by, AGREE, area=row.area)
    _move(row, version, **_checked(terms, row.area))
    row.units.set(terms.units)
    record("agreement.change", row, by=by, facts=_told(row, terms))


@transaction.atomic
def end(row: Agreement, words: str, *, by: User | None, version: int) -> None:
    """It holds no more; what was promised in it stays to be done or is withdrawn one by one."""
    require(by, AGREE, area=row.area)
    said = _said("words", words)
    _move(row, version, state=State.ENDED, words=said, ended_at=clock.now())
    record("agreement.end", row, by=by, facts={"reason": said})


@transaction.atomic
def give_task(row: Agreement, unit: Unit, what: str, due: date, *, by: User | None) -> Promise:
    """A task of the agreement for one of its sides; it is told."""
    require(by, AGREE, area=row.area)
    _must_run(row)
    return meetings.undertake(None, row, unit, what, due, by=by)


@transaction.atomic
def call_review(row: Agreement, called: Called, *, by: User | None) -> Meeting:
    """Ask both sides to a joint review; once its minutes are written the next one is due."""
    require(by, AGREE, area=row.area)
    _must_run(row)
    place = Venue(area=row.area, label=label_of(row.area))
    return meetings.arrange(place, called, by=by, agreement=row)


def _must_run(row: Agreement) -> None:
    if not row.running:
        raise Conflict(f"「{row.title}」已经终止，请看新的情况再办。")


def _move(row: Agreement, version: int, **columns: Any) -> None:
    """A conditional update: whoever comes second is told who was faster."""
    mine = Agreement.objects.filter(pk=row.pk, state=State.RUNNING, version=version)
    if not mine.update(version=version + 1, **columns):
        row.refresh_from_db()
        raise Conflict(overtaken(row, "修改", row.get_state_display()), version=row.version)
    row.refresh_from_db()


def _checked(terms: Terms, area: str) -> dict[str, Any]:
    """The columns of an agreement."""
    _check_days(terms)
    _check_units(terms, area)
    months = terms.review_months
    if months is not None and not 1 <= months <= MONTHS_AT_MOST:
        raise wrong("review_months", f"会商的间隔在 1 到 {MONTHS_AT_MOST} 个月之间。")
    asked = end_of(terms.review_on) if terms.review_on else None
    return {
        **{name: _said(name, getattr(terms, name)) for name in ("title", "partners", "about")},
        "signed_on": terms.signed_on,
        "ends_on": terms.ends_on,
        "unit": terms.unit,
        "review_months": months,
        "due_at": asked or next_review(max(terms.signed_on, localdate(clock.now())), months),
    }


def _check_days(terms: Terms) -> None:
    if not EARLIEST <= terms.signed_on <= LATEST:
        raise wrong("signed_on", "签订日期在 2000 年到 2099 年之间。")
    if terms.ends_on and not terms.signed_on <= terms.ends_on <= LATEST:
        raise wrong("ends_on", "到期日不早于签订日期，也不晚于 2099 年。")
    if terms.review_on and not terms.signed_on <= terms.review_on <= LATEST:
        raise wrong("review_on", "会商的日期不早于签订日期，也不晚于 2099 年。")


def _check_units(terms: Terms, area: str) -> None:
    if not own_units(area).filter(pk=terms.unit.pk).exists():
        raise wrong("unit", f"{terms.unit}不管这里，请另选牵头单位。")
    wanted = [unit.pk for unit in terms.units]
    fitting = set(sides(area).filter(pk__in=wanted).values_list("pk", flat=True))
    for unit in terms.units:
        if unit.pk not in fitting:
            raise wrong("units", f"{unit}已撤销，或者不是别处的单位，不能作共建的对方。")


def _told(row: Agreement, terms: Terms) -> dict[str, Any]:
    """The terms as the history keeps them."""
    return {
        "name": row.title,
        "partners": row.partners,
        "period": [row.signed_on, row.ends_on],
        "unit": {"code": row.unit.code, "name": str(row.unit)},
        "units": [str(unit) for unit in terms.units],
        "due": row.due_at,
    }


def _said(field: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong(field, MISSING[field])
    if len(text) > AT_MOST[field]:
        raise wrong(field, f"最多 {AT_MOST[field]} 字，现在有 {len(text)} 字。")
    return text
