"""What the pages show of 信访件: the list, and the part of a case's page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.cases import petitions as reads
from chengyun.city.cases import queries as register
from chengyun.city.cases.models import Case, Petition
from chengyun.city.cases.petition_flow import LEVELS, PETITION
from chengyun.city.cases.services.petitions import TYPE
from chengyun.city.cases.services.reporter import note_view
from chengyun.city.people.models import User
from chengyun.kernel import clock, registry
from chengyun.kernel.history import ERASED, Line
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import lists, panels

FLAGS = (("mass", "群体"), ("repeated", "重复"), ("either", "群体或重复"))


def _rows(user: Any, values: Values) -> QuerySet[Petition]:
    rows = reads.petitions_for(user)
    asked = {"level": values.get("level"), "form": values.get("form")}
    rows = rows.filter(**{key: value for key, value in asked.items() if value})
    if "flag" in values:
        rows = rows.filter(reads.FLAGS[values["flag"]])
    narrowing = {"state", "area", "unit", "period", "live", "late"} & set(values)
    if narrowing:
        conditions = lists.conditions({key: values[key] for key in narrowing})
        rows = rows.filter(case__in=register.narrowed(register.cases_for(user), **conditions))
    return rows


def _came(row: Petition) -> str:
    return f"{row.get_form_display()} {row.people:,} 人"


PETITIONS = Listing(
    key="coordination:petitions",
    label="信访件",
    may=reads.VIEW,
    columns=(
        Column(key="light", label="时限", kind="light", value=lambda row: lists.light(row.case)),
        Column(key="code", label="案号", kind="code", value=lambda row: row.case.code),
        Column(key="stage", label="环节", kind="stage", value=lambda row: lists.stage(row.case)),
        Column(
            key="problem",
            label="反映的事",
            kind="strong",
            value=lambda row: (row.case.description, "", lists.badges_of(row.case)[:3]),
        ),
        Column(key="came", label="形式、人数", kind="short", value=_came),
        Column(key="address", label="地点", value=lambda row: row.case.address),
        Column(
            key="unit",
            label="单位",
            kind="short",
            value=lambda row: row.case.unit and str(row.case.unit),
        ),
        Column(key="reported", label="登记", kind="time", value=lambda row: row.case.reported_at),
    ),
    filters=(
        Filter(
            key="state",
            label="状态",
            choices=lambda user: [(state.key, state.label) for state in PETITION.states],
        ),
        Filter(key="level", label="级别", choices=lambda user: list(LEVELS)),
        Filter(key="flag", label="群体、重复", choices=lambda user: list(FLAGS)),
        Filter(key="form", label="形式", choices=lambda user: list(Petition.Form.choices)),
        lists.AREA,
        lists.UNIT,
        lists.PERIOD,
        lists.LIVE,
        lists.LATE,
    ),
    rows=_rows,
    more=lambda rows: rows.select_related(*reads.WHOLE),
    links=Links(
        url=lambda row: reverse("coordination:case", args=(row.case.code,)),
        key=lambda row: row.case.code,
    ),
    empty="没有符合条件的信访件。",
    way="去掉全部条件",
)
registry.add(PETITIONS)


def beside(user: User, case: Case, lines: list[Line]) -> dict[str, Any]:
    """What the page of a case shows of a petition; nothing for any other case."""
    found = reads.petition_of(case) if case.type == TYPE else None
    return {"petition": facts_of(found, user, lines)} if found else {}


def facts_of(row: Petition, user: User, lines: list[Line]) -> list[tuple[str, Any]]:
    """How it came, how many, its level and plan, the earlier one, the legal moments."""
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("形式", row.get_form_display()),
        ("人数", f"{row.people:,} 人{'（群体信访）' if row.mass else ''}"),
        ("重复", _earlier(row, user)),
        ("级别", dict(LEVELS).get(row.level, "受理时定")),
        ("办理方案", row.plan or "受理时定"),
    ]
    parties = lines[0].personal.get("parties", "") if lines else ""
    if parties:
        facts.append(("当事各方", _shown(parties, row.case, user)))
    if row.admitted_at:
        facts.append(("受理", told(row.admitted_at, now=now)))
    if row.answered_at:
        facts.append(("书面答复", told(row.answered_at, now=now)))
    return facts


def _earlier(row: Petition, user: User) -> Any:
    """Whether it was brought before, and the earlier one for whoever may open it."""
    if not row.repeated:
        return "不是"
    if row.earlier is None or not register.case_seen(user, row.earlier):
        return "是"
    there = reverse("coordination:case", args=(row.earlier.code,))
    return format_html('是，上一件 <a href="{}">{}</a>', there, row.earlier.short_code)


def _shown(parties: str, case: Case, user: User) -> str:
    """Who they are, for whoever may know who reported."""
    if parties == ERASED:
        return parties
    if not panels.sees_reporter(user, case):
        return "已登记，没有权限看"
    note_view(case, by=user)
    return parties
