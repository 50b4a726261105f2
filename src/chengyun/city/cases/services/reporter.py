"""Who reported a case: erasing it when that person asks for it, and noting who was told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction

from chengyun.city.cases.callers import PHONE, phone_of
from chengyun.city.cases.models import Case, ReporterView
from chengyun.city.cases.services import inquiries
from chengyun.city.cases.services.naming import search_text
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict
from chengyun.kernel.history import ERASED
from chengyun.kernel.notify.services import forget_address
from chengyun.kernel.permissions import require
from chengyun.kernel.personal import erase_personal

NAMES = ("reporter_name", PHONE, "parties")
WORDS = ("description", "answers", "answer")
NOTED_EVERY = timedelta(hours=1)
"""Whoever looks again within this time is not noted again."""


@transaction.atomic
def erase_reporter(case: Case, *, words: bool, by: User | None) -> Case:
    """Erase name and telephone of whoever reported; with ``words`` also what they wrote, which may name them.

    The case goes on as it stands. Raises Conflict when nothing is left to erase.
    """
    keys = (*NAMES, *WORDS) if words else NAMES
    phone = phone_of(case.pk)
    erase_personal(case, may="case.reporter.erase", by=by, keys=keys)
    inquiries.forget(case)
    if phone:
        forget_address(f"tel:{phone}")
    if words:
        _forget_words(case)
    return case


def _forget_words(case: Case) -> None:
    search = search_text(case.code, "", case.address, case.case_class)
    mine = Case.objects.filter(pk=case.pk, version=case.version)
    data = {key: value for key, value in case.data.items() if key != "answers"}
    if not mine.update(description=ERASED, search=search, data=data, version=case.version + 1):
        raise Conflict(f"{case.code} 刚被别人办过，请看新的情况再办。")
    case.description, case.search, case.data = ERASED, search, data
    case.version += 1


def note_view(case: Case, *, by: User) -> bool:
    """This person is told in clear who reported the case; whether that was noted, or had been within the hour.

    The case stays as it is: neither its version nor its history knows of it.
    """
    require(by, "case.reporter.view", area=case.area, unit=case.unit_id)
    last = ReporterView.objects.filter(case=case, user=by).first()
    if last and last.at > clock.now() - NOTED_EVERY:
        return False
    try:
        _note(case, last, by)
    except (Conflict, IntegrityError):
        return False  # the same person in another window was just noted
    return True


def note_views(cases: Iterable[Case], *, by: User) -> None:
    """The same for several cases at once: those noted within the hour are left alone."""
    known = list(cases)
    lately = ReporterView.objects.filter(
        case__in=known, user=by, at__gt=clock.now() - NOTED_EVERY
    ).values_list("case_id", flat=True)
    noted = set(lately)
    for case in known:
        if case.pk not in noted:
            note_view(case, by=by)


@transaction.atomic
def _note(case: Case, last: ReporterView | None, by: User) -> None:
    now = clock.now()
    view = last or ReporterView(user=by)
    view.case = case
    if last is None:
        view.at = now
        view.save(force_insert=True)
    elif not ReporterView.objects.filter(pk=view.pk, at=view.at).update(at=now):
        raise Conflict(f"{case.code} 的上报人信息刚刚看过。")
    record("case.reporter.view", view, by=by, area=case.area, new=last is None)
