"""A scheme in words: how each item is scored, what happens without a figure, grades, classes and vetoes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chengyun.city.indicators.specs import Indicator
from chengyun.kernel import registry
from chengyun.kernel.ui.words import NOTHING
from chengyun.science.schemes import plain
from chengyun.science.scoring import Item, Scheme
from chengyun.systems.evaluation.patterns import TONES

METHODS = (
    ("rate", "满分乘比率"),
    ("steps", "达到目标得满分，差多少扣多少"),
    ("bands", "按数值分档给分"),
)
MISSING = (
    ("share", "不计，权重分给别的项"),
    ("full", "给满分"),
    ("await", "由人给分"),
)
WHY = {
    "given": "人工",
    "full": "没有数据，按方案给满分",
    "shared": "没有数据，不计",
    "excluded": "不计入",
    "await": "等人给分",
}


@dataclass(frozen=True, kw_only=True)
class ItemWords:
    """One item as a table shows it."""

    number: int
    item: Item
    weight: str
    full: str
    how: str
    missing: str


def items_of(rules: Scheme) -> list[ItemWords]:
    return [
        ItemWords(
            number=number,
            item=item,
            weight=plain(item.weight),
            full=plain(item.full),
            how=how(item, {each.key: each.label for each in rules.classes}),
            missing="" if item.method == "manual" else dict(MISSING)[item.missing],
        )
        for number, item in enumerate(rules.items)
    ]


def how(item: Item, classes: Mapping[str, str]) -> str:
    """The way of scoring as a sentence."""
    if item.method == "manual":
        return "由人给分，另一个人审核。"
    if item.method == "rate":
        share = item.label if item.better == "high" else f"（100% − {item.label}）"
        return f"满分 × {share}。"
    return _bands(item) if item.method == "bands" else _steps(item, classes)


def unit_of(item: Item) -> str:
    if registry.has(Indicator, item.indicator):
        return registry.get(Indicator, item.indicator).unit
    return ""


def _steps(item: Item, classes: Mapping[str, str]) -> str:
    if item.target is None or item.step is None or item.cut is None:
        return "目标、步长和扣分还没有写全。"
    unit = unit_of(item)
    points = "个百分点" if unit == "%" else unit
    reached, short = ("达到", "低") if item.better == "high" else ("不超过", "高")
    own = "".join(
        f"，{classes.get(key, key)} {plain(target)}{unit}" for key, target in item.targets
    )
    begun = "，不满一步按一步扣" if item.begun else "，不满一步不扣"
    return (
        f"{reached} {plain(item.target)}{unit} 得满分{own}；"
        f"每{short} {plain(item.step)} {points}扣 {plain(item.cut)} 分{begun}，扣完为止。"
    )


def _bands(item: Item) -> str:
    told = [
        f"{'以上' if upto is None else f'到 {plain(upto)}'} 得 {plain(score)}"
        for upto, score in item.bands
    ]
    return f"{item.label}{'，'.join(told)} 分。" if told else "分档还没有写。"


def grades_of(rules: Scheme) -> list[tuple[dict[str, str], str]]:
    """Each grade as a badge with the totals it stands for."""
    upper, found = "", []
    for grade in rules.grades:
        least = plain(grade.least)
        words = f"{least} 分到不满 {upper} 分" if upper else f"{least} 分及以上"
        found.append((badge(grade.name), words))
        upper = least
    return found


def badge(grade: str) -> dict[str, str]:
    return {"words": grade, "tone": TONES.get(grade, "line")}


def classes_of(rules: Scheme, names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (each.label, "、".join(names.get(group, group) for group in each.groups))
        for each in rules.classes
    ]


def vetoes_of(rules: Scheme) -> list[tuple[str, str]]:
    return [
        (each.label, "总分记 0 分" if not each.cap else f"总分最多 {plain(each.cap)} 分")
        for each in rules.vetoes
    ]


def changes_of(old: Scheme, new: Scheme) -> Iterator[str]:
    """What differs between two schemes, one sentence a difference."""
    before, after = ({item.key: item for item in rules.items} for rules in (old, new))
    words = [{each.item.key: each for each in items_of(rules)} for rules in (old, new)]
    for key in dict.fromkeys((*before, *after)):
        if key not in after:
            yield f"去掉「{before[key].label}」（{plain(before[key].weight)}%）。"
        elif key not in before:
            yield f"加上「{after[key].label}」（{plain(after[key].weight)}%）：{words[1][key].how}"
        elif before[key] != after[key]:
            yield f"「{after[key].label}」：{_changed(words[0][key], words[1][key])}。"
    for label, part in (("等级", "grades"), ("分类", "classes"), ("否决项", "vetoes")):
        if getattr(old, part) != getattr(new, part):
            yield f"{label}改了。"


def _changed(old: ItemWords, new: ItemWords) -> str:
    pairs = (
        ("名称", old.item.label, new.item.label),
        ("权重", f"{old.weight}%", f"{new.weight}%"),
        ("满分", old.full, new.full),
        ("计分", old.how, new.how),
        ("没有数据时", old.missing, new.missing),
    )
    told = [f"{label}由 {a.rstrip('。')} 改为 {b.rstrip('。')}" for label, a, b in pairs if a != b]
    return "；".join(told) or "改了"


def labels_of(contents: Sequence[Mapping[str, Any]]) -> list[str]:
    """The items of several computations that a person has yet to score somewhere."""
    return list(
        dict.fromkeys(
            item["label"]
            for content in contents
            for item in content["scheme"]["items"]
            if any(row["items"][item["key"]]["why"] == "await" for row in content["results"])
        )
    )


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A group under two computations."""

    name: str
    places: tuple[str, str]
    totals: tuple[str, str]
    grades: tuple[dict[str, str] | None, dict[str, str] | None]
    change: str
    up: bool | None
    moved: str


def compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Compared]:
    """Two contents side by side, in the rank of the new one."""
    before = {row["group"]: row for row in old["results"]}
    return [
        _compared(before[row["group"]], row) for row in new["results"] if row["group"] in before
    ]


def _compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> Compared:
    a, b = old["total"], new["total"]
    change = None if a is None or b is None else Decimal(b) - Decimal(a)
    return Compared(
        name=new["name"],
        places=(old["place"] or NOTHING, new["place"] or NOTHING),
        totals=(a or NOTHING, b or NOTHING),
        grades=(_badge(old), _badge(new)),
        change=NOTHING if change is None else f"{change:+.2f}" if change else "不变",
        up=change > 0 if change else None,
        moved=_moved(old["place"], new["place"]),
    )


def _badge(row: Mapping[str, Any]) -> dict[str, str] | None:
    return badge(row["grade"]) if row["grade"] else None


def _moved(old: str, new: str) -> str:
    if not old or not new or old == new:
        return ""
    steps = int(old) - int(new)
    return f"升 {steps} 位" if steps > 0 else f"降 {-steps} 位"
