"""The form of one dispatch rule: names or codes as people write them, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q

from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import DispatchRule
from chengyun.city.cases.rulebook import conditions_of
from chengyun.city.cases.rulewords import WEEKDAYS, class_names
from chengyun.city.cases.services.rules import NewRule
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import units_serving
from chengyun.city.places.queries import names_of, regions
from chengyun.kernel import registry
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.forms import form_of
from chengyun.kernel.specs import Field
from chengyun.science.rulebook import Conditions

APART = re.compile(r"[\s、，,；;]+")
WORKING = (("work", "只在工作日"), ("rest", "只在非工作日"))
TIME = {"type": "time"}

FIELDS = (
    Field(key="name", label="规则名", required=True, max_length=40),
    Field(key="unit", label="派给", kind="unit", required=True),
    Field(key="to_team", label="有工作专班的地方派给专班的牵头单位", kind="bool"),
    Field(
        key="classes",
        label="类别",
        hint="小类写名称或代码，大类写 P01、E02；几个之间用顿号。不填就是各类都行。",
    ),
    Field(key="areas", label="区域", hint="区县、街道、社区的名称或代码。不填就是整个范围。"),
    Field(key="roads", label="道路", hint="位置最近的路，例如：柳园路。"),
    Field(key="keepers", label="部件的养护单位", hint="名称、简称或代码。"),
    Field(key="owners", label="部件的权属单位", hint="名称、简称或代码。"),
    Field(key="begin", label="时段从", max_length=5, hint="例如 18:00"),
    Field(key="end", label="时段到", max_length=5, hint="不含这一刻，可以跨过半夜"),
    Field(key="working", label="工作日", kind="choice", choices=WORKING),
    Field(key="since", label="有效期从", kind="date"),
    Field(key="until", label="有效期到", kind="date", hint="含当天"),
    Field(
        key="basis",
        label="依据",
        max_length=120,
        hint="例如：街道职责任务清单第 12 项；写进理由里。",
    ),
    Field(key="automatic", label="打开自动派遣时，这一条可以自动派", kind="bool"),
)
GROUPS = ("sources", "weekdays")


def rule_form(
    area: str, data: Mapping[str, Any] | None = None, row: DispatchRule | None = None
) -> forms.Form:
    """The form of a rule for an area, empty or filled with a rule."""
    units = [(unit.code, str(unit)) for unit in units_serving(area, streets=True)]
    form = form_of(
        FIELDS, data, initial=_initial(row, area) if row else {}, choices={"unit": units}
    )
    for key in ("begin", "end"):
        form.fields[key].widget.attrs |= TIME
        form.fields[key].widget.input_type = "time"
    sources = [(s.key, s.label) for s in registry.all_of(Source)]
    form.fields["sources"] = _several("来源", sources)
    form.fields["weekdays"] = _several("星期", [(str(n + 1), d) for n, d in enumerate(WEEKDAYS)])
    return form


def _several(label: str, choices: Sequence[tuple[str, str]]) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


def _initial(row: DispatchRule, area: str) -> dict[str, Any]:
    asked = conditions_of(row)
    names = class_names(area)
    regions_named = names_of(asked.areas)
    units = dict(
        Unit.objects.filter(code__in=(*asked.owners, *asked.keepers)).values_list("code", "name")
    )
    return {
        "name": row.name,
        "unit": row.unit.code,
        "to_team": row.to_team,
        "classes": _joined(
            code if len(code) <= 3 else names.get(code, code) for code in asked.classes
        ),
        "areas": _joined(regions_named.get(code, code) for code in asked.areas),
        "roads": _joined(asked.roads),
        "keepers": _joined(units.get(code, code) for code in asked.keepers),
        "owners": _joined(units.get(code, code) for code in asked.owners),
        "begin": asked.begin,
        "end": asked.end,
        "working": {None: "", True: "work", False: "rest"}[asked.working],
        "since": asked.since,
        "until": asked.until,
        "sources": list(asked.sources),
        "weekdays": [str(day) for day in asked.weekdays],
        "basis": row.basis,
        "automatic": row.automatic,
    }


def _joined(words: Iterable[str]) -> str:
    return "、".join(words)


def new_rule(form: forms.Form, area: str) -> NewRule:
    """What a valid form says. Raises Invalid with the field for a name nobody knows."""
    given = form.cleaned_data
    unit = units_serving(area, streets=True).filter(code=given["unit"]).first()
    if unit is None:
        raise Invalid("请从列表中选单位。", fields=(FieldError("unit", "请从列表中选。"),))
    return NewRule(
        name=given["name"],
        unit=unit,
        basis=given["basis"],
        automatic=given["automatic"],
        to_team=given["to_team"],
        conditions=Conditions(
            classes=_classes(given["classes"], area),
            areas=_areas(given["areas"], area),
            roads=_words(given["roads"]),
            keepers=_units(given["keepers"], "keepers"),
            owners=_units(given["owners"], "owners"),
            sources=tuple(given["sources"]),
            weekdays=tuple(int(day) for day in given["weekdays"]),
            begin=given["begin"],
            end=given["end"],
            working={"": None, "work": True, "rest": False}[given["working"]],
            since=given["since"],
            until=given["until"],
        ),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in APART.split(text.strip()) if word))


def _classes(text: str, area: str) -> tuple[str, ...]:
    codes: list[str] = []
    found = cases.classes_for(area)
    for word in _words(text):
        code = word.upper()
        named = [c.code for c in found if word in (c.name, c.code)]
        if not named and any(c.code.startswith(code) for c in found):
            named = [code]
        codes += named or _unknown("classes", f"现行目录里没有类别「{word}」。")
    return tuple(dict.fromkeys(codes))


def _areas(text: str, area: str) -> tuple[str, ...]:
    words = _words(text)
    if not words:
        return ()
    rows = regions(within=area).filter(Q(code__in=words) | Q(name__in=words))
    known = list(rows.values_list("code", "name"))
    codes: list[str] = []
    for word in words:
        found = [code for code, name in known if word in (code, name)]
        codes += found or _unknown("areas", f"这里没有区域「{word}」。")
    return tuple(dict.fromkeys(codes))


def _units(text: str, field: str) -> tuple[str, ...]:
    words = _words(text)
    if not words:
        return ()
    named = Q(code__in=words) | Q(name__in=words) | Q(short_name__in=words)
    rows = list(Unit.objects.filter(named, valid_to=None))
    codes: list[str] = []
    for word in words:
        found = [u.code for u in rows if word in (u.code, u.name, u.short_name)]
        codes += found or _unknown(field, f"没有单位「{word}」。")
    return tuple(dict.fromkeys(codes))


def _unknown(field: str, message: str) -> list[str]:
    raise Invalid(message, fields=(FieldError(field, message),))


TRY = (
    Field(key="class", label="类别", kind="unit"),
    Field(key="source", label="来源", kind="unit"),
    Field(key="point", label="位置", kind="point", required=True),
    Field(key="asset", label="部件标识码", max_length=24),
    Field(key="at", label="什么时候", kind="datetime", hint="不填就是现在。"),
)


def try_form(area: str, data: Mapping[str, Any] | None) -> forms.Form:
    """The form of an imagined case."""
    classes = [(c.code, f"{c.name}　{c.major}　{c.code}") for c in cases.classes_for(area)]
    sources = [(s.key, s.label) for s in registry.all_of(Source)]
    return form_of(TRY, data, choices={"class": classes, "source": sources})
