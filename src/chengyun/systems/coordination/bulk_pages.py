"""The desk with many cases picked: one question that names how many, then one answer for each."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.cases.models import Case
from chengyun.city.people.queries import person_of, units_serving
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.pages import door, page
from chengyun.kernel.specs import Field, Workflow
from chengyun.systems.coordination import bulk as many
from chengyun.systems.coordination import lists, queries
from chengyun.systems.coordination.bulk import Pick

NOTE = Field(key="note", label="说明", kind="long", max_length=500)
UNIT = Field(key="unit", label="责任单位", kind="unit", hint="选了就全部派给它。")


@require_POST
@door(may="case.view")
def bulk(request: HttpRequest) -> HttpResponse:
    """One step for all picked cases: first the question, then what became of each."""
    user = person_of(request)
    picks, verb = _picks(request), request.POST.get("verb", "")
    if request.POST.get("go") != "1":
        return _question(request, user, picks, verb)
    form = form_of((UNIT, NOTE), request.POST, choices={"unit": _units(user)})
    if not form.is_valid():
        raise faults_of(form)
    facts = (
        dict(form.cleaned_data) if "unit" in request.POST else {"note": form.cleaned_data["note"]}
    )
    outcomes = many.take_all(user, picks, verb, facts)
    return page(
        request,
        outcomes=outcomes,
        label=_label(verb),
        done=sum(o.done for o in outcomes),
        refused=sum(not o.done for o in outcomes),
        back=_desk(request),
    )


def _question(request: HttpRequest, user: Any, picks: list[Pick], verb: str) -> HttpResponse:
    """What would be done to which of them, and why not to the others."""
    cases = many.seen(user, picks)
    open_ = [case for case in cases if many.step_open(user, case, verb)]
    steps = [step for case in open_[:1] if (step := many.step_open(user, case, verb))]
    if not steps:
        raise Invalid("选中的案件现在都不能一起办这一步，请刷新后重选，或者打开来一件一件办。")
    fields = (UNIT, NOTE) if "unit" in steps[0].needs else (NOTE,)
    return page(
        request,
        step=steps[0],
        label=steps[0].label,
        rows=[_row(case, with_unit="unit" in steps[0].needs) for case in open_],
        others=[case for case in cases if case not in open_],
        form=_form(fields, user),
        verb=verb,
        back=_desk(request),
        queue=request.POST.get("queue", ""),
    )


def _form(fields: tuple[Field, ...], user: Any) -> Form:
    """The facts they share; no unit means that of each case's own proposal."""
    form = form_of(fields, choices={"unit": _units(user)})
    if "unit" in form.fields:
        none = ("", "各派给自己的建议单位")
        form.fields["unit"].choices = [none, *_units(user)]  # type: ignore[attr-defined]
    return form


def _row(case: Case, *, with_unit: bool) -> dict[str, Any]:
    proposal = queries.proposal_for(case) if with_unit else None
    return {
        "case": case,
        "light": lists.light(case),
        "pick": f"{case.code}:{case.version}",
        "unit": str(proposal.unit) if proposal else "",
    }


def _picks(request: HttpRequest) -> list[Pick]:
    given = list(dict.fromkeys(request.POST.getlist("pick")))
    if not given:
        raise Invalid("还没有选案件。在左边的方框里打勾，或者按空格。")
    if len(given) > many.AT_MOST:
        raise Invalid(f"一次最多 {many.AT_MOST} 件，现在选了 {len(given)} 件。")
    return [_pick(text) for text in given]


def _pick(text: str) -> Pick:
    code, _, version = text.partition(":")
    seen = int(version) if version.isdecimal() and len(version) < 10 else None
    return Pick(code=code[:40], version=seen)


def _units(user: Any) -> list[tuple[str, str]]:
    area = user.standing[0].area if user.standing else ""
    return [(unit.code, str(unit)) for unit in units_serving(area)]


def _label(verb: str) -> str:
    flows = registry.all_of(Workflow)
    return next((s.label for flow in flows for s in flow.steps if s.verb == verb), verb)


def _desk(request: HttpRequest) -> str:
    queue = request.POST.get("queue", "")
    known = queries.pile_named(person_of(request), queue)
    return (
        f"{reverse('coordination:desk')}?queue={known.key}"
        if known
        else reverse("coordination:desk")
    )
