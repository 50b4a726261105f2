"""What the city adds in words: which questions a class asks, decided here and nowhere else, and which sentences a step
offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from chengyun.city.cases.models import ClassQuestion, StandardAnswer
from chengyun.kernel.errors import FieldError, Invalid, Missing
from chengyun.kernel.recent import recent

LONGEST = 200
YES_NO = ("是", "否")


@recent(5)
def questions_of(class_code: str) -> list[ClassQuestion]:
    """The questions of a class and of its major class, in the order they are asked."""
    codes = (class_code, class_code[:3])
    return list(ClassQuestion.objects.filter(class_code__in=codes, valid_to=None))


def questions_by_class(codes: Iterable[str]) -> dict[str, list[ClassQuestion]]:
    """``questions_of`` many classes at once."""
    made_for: dict[str, list[ClassQuestion]] = defaultdict(list)
    for question in ClassQuestion.objects.filter(valid_to=None):
        made_for[question.class_code].append(question)
    return {
        code: sorted(made_for[code] + made_for[code[:3]], key=lambda question: question.pk)
        for code in codes
    }


def asked(class_code: str, given: Mapping[str, Any]) -> list[ClassQuestion]:
    """The questions that are asked after these answers: those whose condition is met by one that is asked itself."""
    found: list[ClassQuestion] = []
    for question in questions_of(class_code) if class_code else []:
        met = any(
            other.key == question.condition_key
            and said(given, other.key) == question.condition_equals
            for other in found
        )
        if met or not question.condition_key:
            found.append(question)
    return found


def said(given: Mapping[str, Any], key: str) -> str:
    """One answer in words."""
    value = given.get(key)
    if isinstance(value, bool):
        return YES_NO[0] if value else YES_NO[1]
    return "" if value is None else str(value).strip()


def choices_of(question: ClassQuestion) -> tuple[str, ...]:
    """What may be answered; () where anything may."""
    return YES_NO if question.kind == "bool" else tuple(question.choices)


def answered(class_code: str, given: Mapping[str, Any]) -> list[dict[str, str]]:
    """The answers as a case keeps them. Raises Invalid for each that is missing or does not fit."""
    known = {question.key for question in questions_of(class_code)} if class_code else set()
    wrong = [
        FieldError(field_of(key), f"这个类别没有「{key[:20]}」这个问题。")
        for key in given
        if key not in known
    ]
    kept = []
    for question in asked(class_code, given):
        value = said(given, question.key)
        if fault := _fault(question, value):
            wrong.append(FieldError(field_of(question.key), fault))
        elif value:
            kept.append({"key": question.key, "label": question.label, "value": value})
    if wrong:
        raise Invalid(wrong[0].message, fields=tuple(wrong))
    return kept


def field_of(key: str) -> str:
    """What a question is called in a form."""
    return f"q_{key}"


def _fault(question: ClassQuestion, value: str) -> str:
    allowed = choices_of(question)
    if not value:
        return f"请回答「{question.label}」。" if question.required else ""
    if allowed and value not in allowed:
        return f"「{question.label}」只能答：{'、'.join(allowed)}。"
    if question.kind == "int" and not (value.isascii() and value.isdigit() and len(value) < 10):
        return f"「{question.label}」要写成整数。"
    if len(value) > LONGEST:
        return f"「{question.label}」最多 {LONGEST} 字。"
    return ""


def standard_answers(verb: str, class_code: str) -> list[str]:
    """The sentences offered for a step of a case of a class, those made for it first."""
    codes = {"", class_code, class_code[:3]}
    rows = [r for r in all_standard_answers() if r.verb in ("", verb) and r.class_code in codes]
    return [row.text for row in sorted(rows, key=lambda r: (not r.class_code, not r.verb, r.pk))]


@recent(30)
def all_standard_answers() -> list[StandardAnswer]:
    """Every sentence in use."""
    return list(StandardAnswer.objects.filter(valid_to=None).order_by("verb", "class_code", "id"))


def standard_answer(pk: int) -> StandardAnswer:
    """One of them; Missing when there is none."""
    found = StandardAnswer.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("没有这句常用语。")
    return found


def class_questions(code: str) -> list[ClassQuestion]:
    """The questions of one class itself, in the order they are asked."""
    return list(ClassQuestion.objects.filter(class_code=code, valid_to=None))


def class_question(code: str, pk: int) -> ClassQuestion:
    """One of them; Missing when there is none."""
    found = ClassQuestion.objects.filter(class_code=code, pk=pk).first()
    if found is None:
        raise Missing("没有这个问题。")
    return found
