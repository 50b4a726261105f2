"""That somebody had the whole file of a case before them."""

from __future__ import annotations

from django.db import transaction

from chengyun.city.cases.models import Case
from chengyun.city.people.models import User
from chengyun.city.people.services.users import hold
from chengyun.kernel.actions import record
from chengyun.kernel.permissions import require


@transaction.atomic
def note_dossier(case: Case, form: str, *, clear: bool, by: User) -> None:
    """Record who called up a case file, as what, and whether it named the reporter.

    It stands in the person's history, not in the case's: reading does not get in the way of who acts on the case.
    """
    require(by, "case.view")
    hold(by)
    facts = {"case": case.code, "form": form, "clear": clear}
    record("dossier.view", by, by=by, area=case.area, facts=facts)
