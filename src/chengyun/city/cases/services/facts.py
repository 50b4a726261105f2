"""What the facts of a step mean for a case: columns it takes over, and what its history says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from chengyun.city.cases import fieldwork, queries
from chengyun.city.cases.models import Case, FilingCondition
from chengyun.city.cases.services.naming import search_text
from chengyun.city.people.models import Unit, User
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.reads import composed
from chengyun.kernel.ui.words import day
from chengyun.kernel.workflow import Effects


def plain(case: Case, key: str, value: Any, effects: Effects) -> None:
    """Words as they were said."""
    effects.facts[key] = str(value)


def _class(case: Case, key: str, value: Any, effects: Effects) -> None:
    found = queries.class_named(str(value), case.area)
    effects.columns["case_class"] = found
    effects.columns["search"] = search_text(case.code, case.description, case.address, found)
    effects.facts["class"] = {"code": found.code, "name": found.name}


def _condition(case: Case, key: str, value: Any, effects: Effects) -> None:
    case_class = effects.columns.get("case_class", case.case_class)
    allowed = queries.conditions_of(case_class, case.area) if case_class else []
    found = next((c for c in allowed if str(c.pk) == str(value)), None)
    if found is None:
        raise Invalid(
            "这个类别没有这一条立案条件。", fields=(FieldError("condition", "请从列表中选。"),)
        )
    effects.columns["condition"] = found
    effects.facts["condition"] = _condition_facts(found)


def _condition_facts(row: FilingCondition) -> dict[str, str]:
    return {
        "text": row.text,
        "limit": str(row.limit),
        "closing": row.closing,
    }


_units = composed(lambda code: Unit.objects.filter(code=code, valid_to=None))
_users = composed(lambda username: User.objects.filter(username=username, is_active=True))


def _unit(case: Case, key: str, value: Any, effects: Effects) -> None:
    found = next(iter(_units(str(value))), None)
    if found is None:
        raise Invalid(
            "没有这个单位，或者它已撤销。", fields=(FieldError("unit", "请从列表中选。"),)
        )
    effects.columns["unit"] = found
    effects.facts["unit"] = {"code": found.code, "name": str(found)}


def _inspector(case: Case, key: str, value: Any, effects: Effects) -> None:
    found = next(iter(_users(str(value))), None)
    if found is None or not fieldwork.works_in_the_field(found, case):
        raise Invalid("没有这名监督员。", fields=(FieldError("inspector", "请从列表中选。"),))
    effects.columns["assignee"] = found


def _day(case: Case, key: str, value: Any, effects: Effects) -> None:
    effects.facts[key] = as_day(value).isoformat()


def _until(case: Case, key: str, value: Any, effects: Effects) -> None:
    found = as_day(value, key)
    effects.facts[key] = {"day": found.isoformat(), "name": f"到{day(found)}"}


def _choice(case: Case, key: str, value: Any, effects: Effects) -> None:
    """A choice is kept with the words people chose."""
    label = dict(flow_of(case.edition_id).fact(key).choices)[str(value)]
    effects.facts[key] = {"key": str(value), "name": label}


def _outsider(case: Case, key: str, value: Any, effects: Effects) -> None:
    """Who was asked, told with the act."""
    effects.facts[key] = {"name": str(value).strip()}


def _answer(case: Case, key: str, value: Any, effects: Effects) -> None:
    """What a citizen wrote may name people: it is kept apart."""
    effects.personal[key] = str(value).strip()


def _nothing(case: Case, key: str, value: Any, effects: Effects) -> None:
    """Facts that another part of the noun keeps: photos, helpers, the parent of a merged case."""


MEANINGS: dict[str, Callable[[Case, str, Any, Effects], None]] = {
    "class": _class,
    "condition": _condition,
    "unit": _unit,
    "inspector": _inspector,
    "due": _day,
    "until": _until,
    "cause": _choice,
    "watch_level": _choice,
    "grade": _choice,
    "petition_level": _choice,
    "photos": _nothing,
    "helpers": _nothing,
    "into": _nothing,
    "outsider": _outsider,
    "answer": _answer,
}


def as_day(value: Any, field: str = "due") -> date:
    """A day, or a refusal that points at its field."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(
            "日期应写成 2026-01-31。", fields=(FieldError(field, "日期应写成 2026-01-31。"),)
        ) from error
