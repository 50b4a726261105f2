"""Dispatch without a person, where the city has switched it on and a rule is trusted with it."""

from __future__ import annotations

from chengyun.city.cases.models import DISTRICT, Case
from chengyun.city.cases.proposals import proposal_to, question_of
from chengyun.city.cases.services.acting import act
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Conflict
from chengyun.kernel.params import settings_of

VERB = "dispatch"


def dispatch_by_rule(pk: int) -> bool:
    """Dispatch a case as its rule says; False when nobody but a person may, or somebody was faster."""
    case = Case.objects.select_related("case_class", "unit").get(pk=pk)
    if not settings_of(case.area[:DISTRICT])["dispatch.automatic"]:
        return False
    if flow_of(case.edition_id).step(VERB, case.state) is None:
        return False
    found = proposal_to(question_of(case))
    rule = found.rule if found else None
    if found is None or rule is None or not rule.row.automatic:
        return False
    named = {"number": rule.number, "name": rule.row.name, "edition": rule.edition.number}
    facts = {"unit": found.unit.code, "note": f"按{rule.title}自动派遣（{rule.edition}）。"}
    try:
        act(case, VERB, facts, by=None, version=case.version, told={"rule": named})
    except Conflict:
        return False
    return True
