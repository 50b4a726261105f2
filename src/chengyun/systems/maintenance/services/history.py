"""Verbs on the history: looking at personal values, taking a part of it away, checking it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from chengyun.city.people.models import User
from chengyun.city.people.services.users import hold
from chengyun.kernel import audit
from chengyun.kernel.actions import record
from chengyun.kernel.audit import Verdict
from chengyun.kernel.errors import Invalid
from chengyun.kernel.models import Audit
from chengyun.kernel.permissions import require
from chengyun.systems.maintenance.queries import personal_of

VERIFY_AT_MOST = 50_000


@transaction.atomic
def view_personal(row: Audit, *, by: User) -> dict[str, str]:
    """The personal values an audit row refers to; that they were seen is itself in the history."""
    require(by, "audit.view", area=row.area)
    require(by, "personal.view", area=row.area)
    found = personal_of(row)
    if not found:
        raise Invalid("这条记录里没有个人信息。")
    hold(by)
    record("personal.view", by, by=by, area=row.area, facts={"row": row.pk, "keys": list(found)})
    return found


@transaction.atomic
def note_export(filters: Mapping[str, str], rows: int, *, by: User) -> None:
    """That somebody took a part of the history out of the house."""
    require(by, "audit.view")
    hold(by)
    record("audit.export", by, by=by, facts={**filters, "rows": rows})


def verify_history(*, by: User) -> Verdict:
    """Seal what is new and check all of it; a large history is checked by the command."""
    require(by, "audit.view")
    if Audit.objects.count() > VERIFY_AT_MOST:
        raise Invalid(f"记录超过 {VERIFY_AT_MOST:,} 条，请在服务器上运行 chengyun audit verify。")
    audit.seal_new()
    verdict = audit.verify()
    with transaction.atomic():
        hold(by)
        facts = {"rows": verdict.rows, "seals": verdict.seals, "faults": len(verdict.faults)}
        record("audit.verify", by, by=by, facts=facts)
    return verdict
