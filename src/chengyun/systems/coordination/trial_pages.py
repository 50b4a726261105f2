"""派遣规则试一试: one imagined case against the rules, and the last cases against a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from chengyun.city.cases import queries as register
from chengyun.city.cases import rulebook, simulation
from chengyun.city.cases.proposals import Question, part_of, proposal_to, situation_of
from chengyun.city.cases.rulewords import UNMET
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.city.places.queries import Place, locate
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid
from chengyun.kernel.pages import door, page
from chengyun.science.rulebook import unmet
from chengyun.systems.coordination import rule_views as views
from chengyun.systems.coordination.rule_forms import try_form

LISTED = 100
PICK = {"pick_lon": "id_point_lon", "pick_lat": "id_point_lat", "zoom": 15}


@door(may=views.VIEW)
def rules_try(request: HttpRequest) -> HttpResponse:
    """One imagined case: who would get it, and why each rule does or does not answer."""
    user = person_of(request)
    area, _ = views.area_asked(user, request.GET.get("area", ""))
    draft = rulebook.draft_of(area) if request.GET.get("set") == "draft" else None
    form = try_form(area, request.GET if "point_lon" in request.GET else None)
    context: dict[str, Any] = {
        "area": area,
        "name": views.area_name(area),
        "draft": draft,
        "form": form,
        "map": PICK,
    }
    if form.is_bound and form.is_valid():
        context |= _tried(user, form, draft)
    return page(request, **context)


def _tried(user: User, form: forms.Form, draft: Any) -> dict[str, Any]:
    place = locate(*form.cleaned_data["point"])
    if place is None or not user.scope(views.VIEW).covers(area=place.area):
        form.add_error("point", "这个位置不在你的范围内，请另选一点。")
        return {}
    try:
        question = _question(form, place)
    except Invalid as refusal:
        form.add_error("class", refusal.message)
        return {}
    rules = rulebook.with_draft(draft) if draft else rulebook.rules_for(place.area)
    given = situation_of(question, part_of(question.asset))
    lines = [
        (line, "、".join(UNMET[key] for key in unmet(rule.conditions, given)))
        for rule, line in zip(rules, views.lines_of(rules), strict=True)
    ]
    return {
        "answer": proposal_to(question, rules),
        "tried": True,
        "lines": lines,
        "road": given.road,
        "working": given.working,
        "place": views.area_name(place.area),
    }


def _question(form: forms.Form, place: Place) -> Question:
    given = form.cleaned_data
    lon, lat = given["point"]
    code = given["class"]
    return Question(
        area=place.area,
        lon=lon,
        lat=lat,
        at=given["at"] or clock.now(),
        case_class=register.class_named(code, place.area) if code else None,
        asset=given["asset"],
        source=given["source"],
        grid=place.grid,
    )


@door(may="dispatch.rule.change")
def rules_simulation(request: HttpRequest) -> HttpResponse:
    """What the draft would have done with the last cases, one by one."""
    user = person_of(request)
    area, _ = views.area_asked(user, request.GET.get("area", ""))
    draft = views.draft_for(user, area)
    if draft is None:
        return redirect(views.url("rules", area))
    found = simulation.simulate(user, draft)
    show = request.GET.get("show", "")
    chosen = [
        t for t in found.trials if show in ("", t.verdict) or (show == "changed" and t.changed)
    ]
    return page(
        request,
        draft=draft,
        area=area,
        name=views.area_name(area),
        found=found,
        tabs=_tabs(found, area, show),
        trials=[(t, simulation.VERDICTS[t.verdict]) for t in chosen[:LISTED]],
        mixed=show in ("", "changed"),
        total=len(chosen),
        listed=LISTED,
    )


def _tabs(found: simulation.Simulation, area: str, show: str) -> list[dict[str, Any]]:
    here = views.url("rules_simulation", area)
    kinds = [("", "全部", len(found.trials)), ("changed", "和现行规则不同", found.changed)]
    kinds += [(key, label, found.count(key)) for key, label in simulation.VERDICTS.items()]
    return [
        {"label": label, "url": f"{here}&show={key}", "current": key == show, "total": total}
        for key, label, total in kinds
    ]
