"""Keeping what the city adds in words: questions of a class, standard answers of a step."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from chengyun.city.cases import questions
from chengyun.city.cases.models import CaseClass, ClassQuestion, StandardAnswer
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require

KEY = re.compile(r"[a-z][a-z0-9_]{0,19}")


@transaction.atomic
def add_question(
    case_class: CaseClass,
    *,
    key: str,
    label: str,
    kind: str,
    by: User | None,
    choices: Iterable[str] = (),
    required: bool = False,
    condition_key: str = "",
    condition_equals: str = "",
) -> ClassQuestion:
    """A question asked from now on; its condition names an earlier question of the class and one of its answers."""
    require(by, "catalogue.change", area=city_area())
    row = ClassQuestion(
        class_code=case_class.code,
        key=key.strip(),
        label=label.strip()[:60],
        kind=kind,
        choices=[choice.strip()[:60] for choice in choices if choice.strip()],
        required=required,
        condition_key=condition_key.strip(),
        condition_equals=condition_equals.strip(),
    )
    _check(row)
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{case_class.name}已经有代号为「{row.key}」的问题。") from error
    record(
        "catalogue.ask", row, by=by, facts={"class": case_class.code, "label": row.label}, new=True
    )
    questions.questions_of.forget()
    return row


def _check(row: ClassQuestion) -> None:
    if not KEY.fullmatch(row.key):
        raise wrong("key", "代号用小写字母、数字和下划线，以字母开头，最多 20 位。")
    if not row.label:
        raise wrong("label", "请写明问什么。")
    if row.kind not in ClassQuestion.Kind.values:
        raise wrong("kind", "请从列表中选怎么回答。")
    if (row.kind == ClassQuestion.Kind.CHOICE) != bool(row.choices):
        raise wrong("choices", "只有单选要写选项，一行一个。")
    _check_condition(row)


def _check_condition(row: ClassQuestion) -> None:
    if not row.condition_key:
        return
    earlier = {q.key: q for q in questions.questions_of(row.class_code)}
    found = earlier.get(row.condition_key)
    if found is None:
        raise wrong("condition_key", f"这个类别没有代号为「{row.condition_key}」的问题。")
    allowed = questions.choices_of(found)
    if not row.condition_equals or (allowed and row.condition_equals not in allowed):
        raise wrong("condition_equals", f"写明「{found.label}」答什么时才问这一句。")


@transaction.atomic
def end_question(row: ClassQuestion, *, by: User | None) -> None:
    """A question is not asked any more, nor are those that depend on it; what was answered stays."""
    require(by, "catalogue.change", area=city_area())
    today = localdate(clock.now())
    if not ClassQuestion.objects.filter(pk=row.pk, valid_to=None).update(valid_to=today):
        raise Conflict("这个问题已经停用了。")
    record("catalogue.unask", row, by=by, facts={"class": row.class_code, "label": row.label})
    questions.questions_of.forget()


@transaction.atomic
def add_answer(text: str, *, verb: str, class_code: str, by: User | None) -> StandardAnswer:
    """A sentence offered from now on."""
    require(by, "catalogue.change", area=city_area())
    if not text.strip():
        raise wrong("text", "请写这句常用语。")
    row = StandardAnswer(text=text.strip()[:200], verb=verb, class_code=class_code.strip())
    row.save(force_insert=True)
    record("catalogue.say", row, by=by, facts={"text": row.text, "verb": verb}, new=True)
    questions.all_standard_answers.forget()
    return row


@transaction.atomic
def end_answer(row: StandardAnswer, *, by: User | None) -> None:
    """A sentence is not offered any more."""
    require(by, "catalogue.change", area=city_area())
    today = localdate(clock.now())
    if not StandardAnswer.objects.filter(pk=row.pk, valid_to=None).update(valid_to=today):
        raise Conflict("这句常用语已经停用了。")
    record("catalogue.unsay", row, by=by, facts={"text": row.text})
    questions.all_standard_answers.forget()
