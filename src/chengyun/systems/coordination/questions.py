"""The questions of a class inside the form of a new case: which are asked is decided by the server, each time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from chengyun.city.cases.models import ClassQuestion
from chengyun.city.cases.questions import asked, choices_of, field_of, questions_of, said
from chengyun.kernel.forms import form_of
from chengyun.kernel.specs import Field

SHOWN = "asked_for"
"""The class whose questions stood in the form that was sent."""
PREFIX = field_of("")
AGAIN = {
    "hx-get": "?",
    "hx-target": "#questions",
    "hx-swap": "outerHTML",
    "hx-include": "[name=class],#questions",
    "hx-params": "not csrfmiddlewaretoken",
}
"""Another class, or another answer that decides, asks for the questions again."""


def given(request: HttpRequest) -> dict[str, str]:
    """What was answered so far, by the keys of the questions."""
    data = request.POST if request.method == "POST" else request.GET
    return {key.removeprefix(PREFIX): str(data[key]) for key in data if key.startswith(PREFIX)}


def answers_in(request: HttpRequest) -> dict[str, str]:
    """What was answered to the questions of the class that was chosen; what another class asked is left out."""
    known = {question.key for question in questions_of(str(request.POST.get("class", "")))}
    return {key: value for key, value in given(request).items() if key in known}


def question_form(request: HttpRequest) -> forms.Form:
    """The questions that are asked now, with what was answered; the case itself says which it needs."""
    data = request.POST if request.method == "POST" else request.GET
    code = str(data.get("class", ""))
    answers = given(request)
    found = asked(code, answers)
    deciding = {q.condition_key for q in questions_of(code)} if code else set()
    form = form_of(
        [_field(question) for question in found],
        initial={field_of(q.key): said(answers, q.key) for q in found},
    )
    for question in found:
        field = form.fields[field_of(question.key)]
        if question.key in deciding:
            field.widget.attrs |= AGAIN
    form.fields[SHOWN] = forms.CharField(initial=code, widget=forms.HiddenInput)
    return form


def unasked(request: HttpRequest) -> bool:
    """Whether the form that was sent did not hold the questions of its class: without script they come now."""
    code = request.POST.get("class", "")
    return bool(asked(code, given(request))) and request.POST.get(SHOWN) != code


def _field(question: ClassQuestion) -> Field:
    choices = tuple((choice, choice) for choice in choices_of(question))
    kind: Any = "choice" if choices else "int" if question.kind == "int" else "text"
    return Field(
        key=field_of(question.key),
        label=question.label,
        kind=kind,
        required=question.required,
        choices=choices,
        max_length=200,
    )
