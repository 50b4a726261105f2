"""Erasing who reported a case, when that person asks for it."""

from __future__ import annotations

from django.db import transaction

from chengyun.city.cases.models import Case
from chengyun.city.cases.services.naming import search_text
from chengyun.city.people.models import User
from chengyun.kernel.errors import Conflict
from chengyun.kernel.history import ERASED
from chengyun.kernel.personal import erase_personal

NAMES = ("reporter_name", "reporter_phone")
WORDS = "description"


@transaction.atomic
def erase_reporter(case: Case, *, words: bool, by: User | None) -> Case:
    """Erase name and telephone of whoever reported; with ``words`` also what they wrote, which may name them.

    The case goes on as it stands. Raises Conflict when nothing is left to erase.
    """
    keys = (*NAMES, WORDS) if words else NAMES
    erase_personal(case, may="case.reporter.erase", by=by, keys=keys)
    if words:
        _forget_words(case)
    return case


def _forget_words(case: Case) -> None:
    search = search_text(case.code, "", case.address, case.case_class)
    mine = Case.objects.filter(pk=case.pk, version=case.version)
    if not mine.update(description=ERASED, search=search, version=case.version + 1):
        raise Conflict(f"{case.code} 刚被别人办过，请看新的情况再办。")
    case.description, case.search, case.version = ERASED, search, case.version + 1
