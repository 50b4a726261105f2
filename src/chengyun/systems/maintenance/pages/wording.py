"""附加问题 and 常用语: what the city adds in words to its classes and to the forms of steps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.cases import queries as cases
from chengyun.city.cases import questions as wording
from chengyun.city.cases.instructions import VERB as INSTRUCT
from chengyun.city.cases.models import ClassQuestion, StandardAnswer
from chengyun.city.cases.services.wording import (
    add_answer,
    add_question,
    end_answer,
    end_question,
)
from chengyun.city.cases.workflow import LEDGER, STANDARD
from chengyun.city.people.queries import person_of
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field

VERBS = {step.verb: step.label for step in (*STANDARD.steps, *LEDGER.steps) if step.may}
VERBS[INSTRUCT] = "签批来件"
QUESTION = (
    Field(key="label", label="问什么", required=True, max_length=60),
    Field(
        key="key",
        label="代号",
        required=True,
        max_length=20,
        hint="小写字母，给接口用，例如 depth。",
    ),
    Field(
        key="kind",
        label="怎么回答",
        kind="choice",
        required=True,
        choices=tuple((kind.value, str(kind.label)) for kind in ClassQuestion.Kind),
    ),
    Field(key="choices", label="选项", kind="long", hint="只有单选要写，一行一个。"),
    Field(key="required", label="必须回答", kind="bool"),
    Field(
        key="condition_key", label="先看哪个问题", max_length=20, hint="填它的代号；空着就总是问。"
    ),
    Field(key="condition_equals", label="它答什么才问", max_length=60),
)
SENTENCE = (
    Field(key="text", label="常用语", kind="long", required=True, max_length=200),
    Field(key="verb", label="哪一步", kind="unit", hint="空着就每一步都有。"),
    Field(
        key="class_code", label="哪个类别", max_length=8, hint="小类或大类代码，例如 P0103、P01。"
    ),
)


@door(may="catalogue.view")
def questions(request: HttpRequest, code: str) -> HttpResponse:
    """The further questions of one class, in the order they are asked."""
    found = cases.class_named(code, "")
    rows = wording.class_questions(code)
    return page(
        request,
        case_class=found,
        rows=[(row, _condition(row, rows)) for row in rows],
        form=form_of(QUESTION),
        may_change=person_of(request).may("catalogue.change"),
    )


def _condition(row: ClassQuestion, rows: list[ClassQuestion]) -> str:
    names = {other.key: other.label for other in rows}
    if not row.condition_key:
        return "总是问"
    return f"「{names.get(row.condition_key, row.condition_key)}」答{row.condition_equals}时"


@require_POST
@door(may="catalogue.change")
def question_add(request: HttpRequest, code: str) -> HttpResponse:
    """One more question, asked from now on."""
    form = form_of(QUESTION, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    told: dict[str, Any] = dict(form.cleaned_data)
    told["choices"] = told["choices"].splitlines()
    row = add_question(cases.class_named(code, ""), by=person_of(request), **told)
    return back(request, _questions(code), f"从现在起上报时会问：{row.label}。")


@require_POST
@door(may="catalogue.change")
def question_end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A question is not asked any more."""
    row = wording.class_question(code, pk)
    end_question(row, by=person_of(request))
    return back(request, _questions(code), f"不再问：{row.label}。已经回答的都还在。")


def _questions(code: str) -> str:
    return reverse("maintenance:questions", args=(code,))


@door(may="catalogue.view")
def phrases(request: HttpRequest) -> HttpResponse:
    """All standard answers, by step."""
    rows = [
        (row, VERBS.get(row.verb, "每一步"), row.class_code or "所有类别")
        for row in wording.all_standard_answers()
    ]
    return page(
        request,
        rows=rows,
        form=form_of(SENTENCE, choices={"verb": sorted(VERBS.items(), key=lambda v: v[1])}),
        may_change=person_of(request).may("catalogue.change"),
    )


@require_POST
@door(may="catalogue.change")
def phrase_add(request: HttpRequest) -> HttpResponse:
    """One more sentence to pick."""
    form = form_of(SENTENCE, request.POST, choices={"verb": list(VERBS.items())})
    if not form.is_valid():
        raise faults_of(form)
    row: StandardAnswer = add_answer(**form.cleaned_data, by=person_of(request))
    return back(request, "maintenance:phrases", f"已加上：{row.text}")


@require_POST
@door(may="catalogue.change")
def phrase_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A sentence is not offered any more."""
    row = wording.standard_answer(pk)
    end_answer(row, by=person_of(request))
    return back(request, "maintenance:phrases", f"已停用：{row.text}")
