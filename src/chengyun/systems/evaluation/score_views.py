"""A score sheet as people read it: groups in their rank, each number with what it was made of and its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chengyun.city.indicators.specs import Group, Indicator
from chengyun.city.people.models import User
from chengyun.kernel import registry
from chengyun.kernel.models.history import Seal
from chengyun.kernel.ui.words import NOTHING
from chengyun.science.periods import Period, parse
from chengyun.science.schemes import from_body, plain
from chengyun.science.scoring import Item, Scheme
from chengyun.systems.evaluation import scheme_words as words
from chengyun.systems.evaluation.models import ScoreEntry, ScoreSheet
from chengyun.systems.evaluation.rankings import Asked
from chengyun.systems.evaluation.scores import Content, may_appeal

KINDS = {"score": "评分", "veto": "否决", "correction": "申诉更正"}
STATES = {
    ScoreEntry.WAITING: ("待审核", "amber"),
    ScoreEntry.APPROVED: ("已通过", "eco"),
    ScoreEntry.REFUSED: ("已退回", "red"),
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """An item of a group: its points, the figure they come from, where that opens, and how it came about."""

    points: str
    figure: str
    url: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One group of a sheet."""

    group: str
    place: str
    name: str
    kind: str
    total: str
    grade: dict[str, str] | None
    note: str
    cells: tuple[Cell, ...]
    mine: bool


def lines_of(sheet: ScoreSheet, user: User) -> list[Line]:
    content, rules = sheet.content, from_body(sheet.content["scheme"])
    figures = {row["group"]: row["figures"] for row in content["groups"]}
    opens = user.may("indicator.view")
    return [
        _line(sheet, rules, row, figures[row["group"]], user, opens) for row in content["results"]
    ]


def _line(
    sheet: ScoreSheet,
    rules: Scheme,
    row: Mapping[str, Any],
    figures: Mapping[str, Any],
    user: User,
    opens: bool,
) -> Line:
    group, kind = row["group"], rules.class_of(row["group"])
    return Line(
        group=group,
        place=row["place"] or NOTHING,
        name=row["name"],
        kind=kind.label if kind else "",
        total=row["total"] or NOTHING,
        grade=words.badge(row["grade"]) if row["grade"] else None,
        note=_note(sheet.content, rules, row),
        cells=tuple(
            Cell(
                points=row["items"][item.key]["points"] or NOTHING,
                figure=_figure(item, figures.get(item.key), row["items"][item.key]),
                url=_url(sheet, item, group) if opens and item.key in figures else "",
                why=words.WHY.get(row["items"][item.key]["why"], ""),
            )
            for item in rules.items
        ),
        mine=bool(sheet.published_at) and may_appeal(user, sheet.scheme, group),
    )


def _note(content: Content, rules: Scheme, row: Mapping[str, Any]) -> str:
    """Why a total is not simply what the points come to."""
    labels = {each.key: each.label for each in rules.vetoes}
    met = [v for v in content["vetoes"] if v["group"] == row["group"]]
    told = [f"否决：{labels.get(v['item'], v['item'])}，否决前 {row['before']}" for v in met]
    whole = [e for e in content["excluded"] if e["group"] == row["group"] and not e["item"]]
    return "；".join([*told, *(f"不参加：{each['reason']}" for each in whole)])


def _figure(item: Item, told: list[Any] | None, result: Mapping[str, Any]) -> str:
    """The figure with its whole numbers; of what a person gave the score in its own marks."""
    if result["why"] == "given":
        return f"{result['score']} / {plain(item.full)} 分"
    if told is None or result["why"] == "excluded":
        return ""
    part, whole, value = told
    if whole is None:
        return f"{part} {words.unit_of(item)}"
    if value is None:
        return f"{part}/{whole}"
    unit = words.unit_of(item)
    of = f"{whole} 件" if unit == "小时" else f"{part}/{whole}"
    return f"{value}{unit} {of}"


def _url(sheet: ScoreSheet, item: Item, group: str) -> str:
    if not registry.has(Indicator, item.indicator):
        return ""
    indicator = registry.get(Indicator, item.indicator)
    asked = Asked(parse(sheet.period), registry.get(Group, sheet.scheme.by), indicator)
    return asked.figure(indicator, group=group)


def seal_of(sheet: ScoreSheet) -> Seal | None:
    """Up to which seal of the history the facts went."""
    return Seal.objects.filter(pk=sheet.position).first()


def spoken(sheet: ScoreSheet) -> list[dict[str, str]]:
    """What people said that is in a sheet: scores, vetoes and exclusions, with reason and who."""
    content = sheet.content
    names = {row["group"]: row["name"] for row in content["groups"]}
    labels = {each["key"]: each["label"] for each in content["scheme"]["items"]}
    labels |= {each["key"]: each["label"] for each in content["scheme"]["vetoes"]}
    told = [
        {
            "kind": KINDS[each["kind"]],
            "name": names.get(each["group"], each["group"]),
            "item": labels.get(each["item"], each["item"]),
            "score": each.get("score", ""),
            "reason": each["reason"],
            "who": f"{each['by']} 录，{each['approved']} 审"
            if each["kind"] != "correction"
            else f"{each['by']} 申诉，{each['approved']} 答复",
        }
        for each in [*content["given"], *content["vetoes"]]
    ]
    return told + [
        {
            "kind": "不计入",
            "name": names.get(each["group"], each["group"]) if each["group"] else "全部",
            "item": labels.get(each["item"], each["item"]) if each["item"] else "全部考核项",
            "score": "",
            "reason": each["reason"],
            "who": "",
        }
        for each in content["excluded"]
    ]


def period_of(sheet: ScoreSheet) -> Period:
    return parse(sheet.period)
