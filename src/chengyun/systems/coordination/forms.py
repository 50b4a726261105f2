"""The forms of the desk: a new case, and the facts of a step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest

from chengyun.city.cases import choices, fieldwork, similarity
from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import Case, Petition
from chengyun.city.cases.questions import standard_answers
from chengyun.city.cases.specs import CaseType, Source
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, units_serving
from chengyun.kernel import registry
from chengyun.kernel.editions import flow_of
from chengyun.kernel.files import store_photo
from chengyun.kernel.forms import either, form_of
from chengyun.kernel.specs import Field, Step
from chengyun.systems.coordination import queries
from chengyun.systems.coordination.questions import AGAIN

Choices = list[tuple[str, str]]

PHRASE = "phrase"
WORDS = ("result", "reason", "reply", "note")
"""The words of a step for which standard answers are offered; the first one it has."""

FIRST_SOURCE = {
    "inspector": "inspector",
    "evaluator": "inspection",
    "leader": "leader",
    "community": "community",
    "steward": "steward",
}

SOURCE = Field(key="source", label="来源", kind="unit", required=True)
CLASS = Field(key="class", label="类别", kind="unit", hint="不确定可以先不选，立案时再定。")
DESCRIPTION = Field(
    key="description", label="问题描述", kind="long", required=True, max_length=4000
)
POINT = Field(
    key="point", label="位置", kind="point", required=True, hint="在地图上点一下，或填经纬度。"
)
ADDRESS = Field(key="address", label="地点", max_length=120, hint="不填就按最近的道路写。")
PHOTOS = Field(key="photos", label="照片", kind="photos")
REPORTER = (
    Field(key="reporter_name", label="上报人", max_length=40),
    Field(key="reporter_phone", label="电话", max_length=20),
)
CLEARANCE = (
    Field(key="unit", label="责任单位", kind="unit", hint="和期限一起填，就直接交办。"),
    Field(key="due", label="销号期限", kind="date"),
)

ON_THE_SPOT = (
    Field(key="on_the_spot", label="现场已经办好（简易案件）", kind="bool"),
    Field(
        key="after", label="处置后照片", kind="photos", hint="简易案件要有处置前和处置后的照片。"
    ),
)

PEOPLE = (
    Field(
        key="form",
        label="信访形式",
        kind="choice",
        required=True,
        choices=tuple(Petition.Form.choices),
    ),
    Field(key="people", label="来了几人", kind="int", required=True, minimum=1, maximum=100_000),
    Field(key="again", label="以前为同一件事来过（重复信访）", kind="bool"),
    Field(
        key="parties",
        label="当事各方",
        kind="long",
        max_length=500,
        hint="信访人代表、被反映的单位或个人；当作个人信息保存。",
    ),
)

CLASSIFIED = (SOURCE, CLASS, DESCRIPTION, POINT, ADDRESS, *REPORTER, PHOTOS, *ON_THE_SPOT)
PLAIN = (SOURCE, DESCRIPTION, POINT, ADDRESS, *CLEARANCE, PHOTOS)
FIELDS = {
    "standard": CLASSIFIED,
    "ledger": PLAIN,
    "petition": (*PEOPLE, DESCRIPTION, POINT, ADDRESS, *REPORTER, PHOTOS),
}
"""What is asked of a new case of each type."""


def new_case_form(request: HttpRequest, user: User, kind: CaseType) -> forms.Form:
    """The form of a new case of one type; an inspector's own source comes first."""
    area = user.standing[0].area
    sources = [(s.key, s.label) for s in registry.all_of(Source)]
    form = form_of(
        FIELDS[kind.key],
        request.POST or None,
        request.FILES or None,
        initial={"source": FIRST_SOURCE.get(user.post_key, "hotline"), "people": 1},
        choices={
            "source": sources,
            "class": class_choices(area),
            "unit": [(unit.code, str(unit)) for unit in units_serving(area)],
        },
    )
    if kind.classified:
        form.fields["class"].widget.attrs |= AGAIN | _found_by_initials(area)
    return form


def class_choices(area: str) -> Choices:
    """Every class an area files under: 雨水井盖 (P0103)."""
    found = cases.classes_for(area)
    return [(c.code, f"{c.name}　{c.major}　{c.code}") for c in found]


def _found_by_initials(area: str) -> dict[str, str]:
    """Letters find a class in its list, where the page has scripts."""
    return {"data-also": json.dumps({c.code: c.initials for c in cases.classes_for(area)})}


def step_form(request: HttpRequest, case: Case, step: Step) -> forms.Form:
    """The facts a step needs and asks, as a form; what the case already knows is filled in."""
    flow = flow_of(case.edition_id)
    fields = [_required(flow.fact(key)) for key in step.needs]
    fields += [_optional(flow.fact(key)) for key in step.asks]
    shown = tuple(_hinted(_chosen(field), case) for field in fields)
    said = _said(case, step, shown)
    data = request.POST if request.method == "POST" else None
    form = form_of(
        said,
        data,
        request.FILES if request.method == "POST" else None,
        initial=_known(request, case, step),
        choices={field.key: _choices(request, case, field) for field in fields},
    )
    if PHRASE in form.fields:
        words = next(key for key in WORDS if key in form.fields)
        form.fields[PHRASE].widget.attrs["data-fills"] = f"id_{words}"
        if words in step.needs:
            either(form, PHRASE, words)
    if "condition" in form.fields:
        _reload_conditions(form)
    if "class" in form.fields:
        form.fields["class"].widget.attrs |= _found_by_initials(case.area)
    return form


def _reload_conditions(form: forms.Form) -> None:
    """Another class has other conditions: choosing one asks for the form again."""
    form.fields["class"].widget.attrs |= {
        "hx-get": "?",
        "hx-target": "#step_form",
        "hx-swap": "outerHTML",
        "hx-include": "closest form",
        "hx-params": "class,note",
    }


def _said(case: Case, step: Step, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields with the standard answers before the words of the step, if there are any."""
    words = next((f for key in WORDS for f in fields if f.key == key), None)
    code = case.case_class.code if case.case_class else ""
    found = standard_answers(step.verb, code) if words else []
    if not found or words is None:
        return fields
    picked = Field(
        key=PHRASE,
        label="常用语",
        kind="choice",
        choices=tuple((text, text) for text in found),
        hint=f"选一句，可以在{words.label}里再改；{words.label}空着就用这一句。",
    )
    place = fields.index(words)
    return (*fields[:place], picked, _optional(words), *fields[place + 1 :])


def facts_of(form: forms.Form, user: User | None) -> dict[str, Any]:
    """The cleaned form as facts; photos are stored and stand as their ids, a picked sentence as what was said.

    ``user`` is None where somebody without an account fills it in.
    """
    facts = dict(form.cleaned_data)
    if picked := facts.pop(PHRASE, ""):
        words = next(key for key in WORDS if key in facts)
        facts[words] = facts[words] or picked
    if "photos" in facts:
        facts["photos"] = [store_photo(p.read(), p.name, by=user).pk for p in facts["photos"]]
    return {key: str(value) if key == "due" and value else value for key, value in facts.items()}


def _required(field: Field) -> Field:
    return _like(field, required=True)


def _optional(field: Field) -> Field:
    return _like(field, required=False)


def _like(field: Field, **changes: Any) -> Field:
    return replace(field, **changes)


def _chosen(field: Field) -> Field:
    """Codes are picked from a list, not typed."""
    return _like(field, kind="unit") if field.kind == "code" else field


def _hinted(field: Field, case: Case) -> Field:
    """Who is sent when nobody is chosen."""
    if field.key != "inspector" or field.required:
        return field
    nearest = fieldwork.field_worker_for(case)
    here = f"不选就交给{nearest}，这里归他管。" if nearest else "这里没有责任监督员，请选一位。"
    return _like(field, hint=here)


def _known(request: HttpRequest, case: Case, step: Step) -> Mapping[str, Any]:
    proposal = queries.proposal_for(case) if "unit" in (*step.needs, *step.asks) else None
    conditions = _conditions(request, case)
    return {
        "condition": conditions[0][0] if len(conditions) == 1 else "",
        "note": request.GET.get("note", ""),
        "class": request.GET.get("class") or (case.case_class.code if case.case_class else ""),
        "unit": case.unit.code if case.unit else proposal.unit.code if proposal else "",
        "into": _like_this(request, case) if "into" in step.needs else "",
    }


def _like_this(request: HttpRequest, case: Case) -> str:
    """The case it would most likely be merged into."""
    if not case.open:
        return ""
    matches = similarity.similar_to(person_of(request), similarity.report_of(case))
    return next((match.case.code for match in matches if match.case.open), "")


def _choices(request: HttpRequest, case: Case, field: Field) -> Choices:
    maker = CHOICES.get(field.key)
    return maker(request, case) if maker else []


def _conditions(request: HttpRequest, case: Case) -> Choices:
    asked = request.POST.get("class") or request.GET.get("class")
    known = {c.code: c for c in cases.classes_for(case.area)}
    chosen = known.get(asked or "") or case.case_class
    if chosen is None:
        return []
    return [(str(c.pk), f"{c.text}　{c.limit}") for c in cases.conditions_of(chosen, case.area)]


CHOICES: dict[str, Callable[[HttpRequest, Case], Choices]] = {
    "class": lambda request, case: class_choices(case.area),
    "condition": _conditions,
    "unit": lambda request, case: choices.units_for_case(case),
    "helpers": lambda request, case: choices.helpers_for_case(case),
    "inspector": lambda request, case: choices.inspectors_for_case(case),
}
