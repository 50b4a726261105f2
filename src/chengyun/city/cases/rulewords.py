"""Dispatch rules as people read them: 路灯、景观灯，工作日 08:00–18:00。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chengyun.city.cases import queries
from chengyun.city.cases.rulebook import Rule
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import Unit
from chengyun.city.places.queries import names_of
from chengyun.kernel import registry
from chengyun.kernel.ui.words import day
from chengyun.science.rulebook import Conditions

WEEKDAYS = "一二三四五六日"
MANY = 4
MAJOR = 3
UNMET = {
    "classes": "类别不符",
    "areas": "区域不符",
    "owners": "权属单位不符",
    "keepers": "养护单位不符",
    "roads": "道路不符",
    "sources": "来源不符",
    "weekdays": "星期不符",
    "hours": "时段不符",
    "working": "工作日不符",
    "days": "不在有效期",
}
"""Why a rule did not answer."""

Names = Mapping[str, str]


def units_named(rules: Iterable[Rule]) -> dict[str, str]:
    """Names of the units the conditions speak of, by code; no query when they speak of none."""
    codes = {code for r in rules for code in (*r.conditions.owners, *r.conditions.keepers)}
    if not codes:
        return {}
    return {unit.code: str(unit) for unit in Unit.objects.filter(code__in=codes)}


def class_names(area: str) -> dict[str, str]:
    """Names of classes by code, of major classes by their three characters."""
    found = queries.classes_for(area)
    return {c.code[:MAJOR]: f"{c.major}（{c.get_kind_display()}）" for c in found} | {
        c.code: c.name for c in found
    }


def parts_of(asked: Conditions, units: Names, area: str, matched: str = "") -> list[str]:
    """The conditions, one phrase each; nothing when there are none. ``matched`` stands for the list of classes."""
    classes = [matched] if matched else _listed(asked.classes, class_names(area))
    return [
        *_listed(asked.areas, names_of(asked.areas)),
        *(f"{phrase}旁" for phrase in _listed(asked.roads, {})),
        *(f"权属单位为{phrase}的部件" for phrase in _listed(asked.owners, units)),
        *(f"养护单位为{phrase}的部件" for phrase in _listed(asked.keepers, units)),
        *(classes if asked.classes else []),
        *_listed(asked.sources, {s.key: s.label for s in registry.all_of(Source)}),
        *_times(asked),
    ]


def _listed(codes: Sequence[str], names: Names) -> list[str]:
    if not codes:
        return []
    shown = "、".join(names.get(code, code) for code in codes[:MANY])
    return [f"{shown}等 {len(codes)} 项" if len(codes) > MANY else shown]


def _times(asked: Conditions) -> list[str]:
    """The days and the hours."""
    words = []
    if asked.since or asked.until:
        first = day(asked.since) if asked.since else ""
        last = day(asked.until) if asked.until else ""
        words.append(
            f"{first}起至{last}" if first and last else f"{first}起" if first else f"至{last}"
        )
    if asked.working is not None:
        words.append("工作日" if asked.working else "非工作日")
    if asked.weekdays:
        words.append("星期" + "、".join(WEEKDAYS[n - 1] for n in asked.weekdays))
    if asked.begin:
        words.append(f"{asked.begin}–{asked.end}")
    return [" ".join(words)] if words else []


def said(rule: Rule, matched: str = "", receiver: str = "") -> str:
    """The sentence why: 规则 3「路灯」：路灯、景观灯由照明管理所负责。

    ``matched`` is the class of the case when it is said of one: 路灯由照明管理所负责。 ``receiver`` is then whom it
    comes to, where that is not the unit of the rule.
    """
    units = units_named([rule])
    phrases = parts_of(rule.conditions, units, rule.edition.area, matched)
    what = "，".join(phrases) if phrases else "前面的规则都不管的"
    pause = "，" if len(phrases) > 1 else ""
    basis = f"依据{rule.row.basis}。" if rule.row.basis else ""
    return f"{rule.title}：{what}{pause}由{receiver or rule.receiver}负责。{basis}"
