"""Keeping the catalogue: loading a shipped edition, and what the city changes in it."""

from __future__ import annotations

import csv
from decimal import Decimal
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.cases import queries
from chengyun.city.cases.models import CaseClass, FilingCondition
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require
from chengyun.science.workclock import Limit

SHIPPED = "chengyun.city.cases.catalogue"
KINDS = {"P": CaseClass.Kind.PART, "E": CaseClass.Kind.EVENT}


@transaction.atomic
def load_catalogue(edition: str, *, by: User | None) -> int:
    """Store one shipped edition of classes with its conditions; 0 when it is there already."""
    require(by, "catalogue.change", area=city_area())
    if CaseClass.objects.filter(edition=edition).exists():
        return 0
    classes = [_class(row) for row in _rows("classes.csv", edition)]
    if not classes:
        raise Invalid(f"随程序发布的目录里没有「{edition}」。")
    CaseClass.objects.bulk_create(classes)
    by_code = {c.code: c for c in CaseClass.objects.filter(edition=edition)}
    rows = [r for r in _rows("conditions.csv", edition) if r["code"] in by_code]
    FilingCondition.objects.bulk_create(
        _condition(by_code[row["code"]], row, order) for order, row in enumerate(rows)
    )
    first = next(iter(by_code.values()))
    record("catalogue.load", first, by=by, facts={"edition": edition, "classes": len(classes)})
    queries.classes_in_force.forget()
    return len(classes)


@transaction.atomic
def add_condition(
    case_class: CaseClass, *, area: str, text: str, limit: Limit, closing: str, by: User | None
) -> FilingCondition:
    """A condition of an area's own; its conditions take the place of the catalogue's there."""
    require(by, "catalogue.change", area=area or city_area())
    row = FilingCondition(
        case_class=case_class,
        area=area,
        text=_said(text, "text", "立案条件"),
        limit_value=limit.value,
        limit_unit=limit.unit,
        closing=_said(closing, "closing", "结案条件"),
    )
    row.save(force_insert=True)
    facts = {
        "class": case_class.code,
        "text": row.text,
        "limit": str(limit),
        "closing": row.closing,
    }
    record("catalogue.change", row, by=by, area=area, facts=facts, new=True)
    return row


@transaction.atomic
def end_condition(row: FilingCondition, *, by: User | None) -> None:
    """A condition ends for cases filed from now on; those filed under it keep it."""
    require(by, "catalogue.change", area=row.area or city_area())
    today = localdate(clock.now())
    if not FilingCondition.objects.filter(pk=row.pk, valid_to=None).update(valid_to=today):
        raise Conflict("这一条立案条件已经停用了。")
    record("catalogue.end", row, by=by, area=row.area, facts={"text": row.text})


def _said(value: str, key: str, label: str) -> str:
    if not value.strip():
        raise Invalid(f"请填写{label}。", fields=(FieldError(key, f"请填写{label}。"),))
    return value.strip()[:200]


def _rows(name: str, edition: str) -> list[dict[str, str]]:
    with (files(SHIPPED) / name).open(encoding="utf-8") as source:
        return [row for row in csv.DictReader(source) if row["edition"] == edition]


def _class(row: dict[str, str]) -> CaseClass:
    code = row["code"]
    return CaseClass(
        edition=row["edition"],
        code=code,
        kind=KINDS[code[0]],
        major_code=code[1:3],
        major=row["major"],
        minor_code=code[3:],
        name=row["name"],
        initials=initials(row["name"]),
        certainty=row["certainty"],
    )


def initials(text: str) -> str:
    """Pinyin initials of a name: 雨水井盖 is found by ysjg."""
    from pypinyin import Style, lazy_pinyin  # its tables take 55 MB, which no web process needs

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))[:40].lower()


def _condition(case_class: CaseClass, row: dict[str, Any], order: int) -> FilingCondition:
    return FilingCondition(
        case_class=case_class,
        text=row["condition"],
        limit_value=Decimal(row["limit_value"]),
        limit_unit=row["limit_unit"],
        closing=row["closing"],
        origin="运城市公开标准",
        order=order,
    )
