"""Schemes a city may begin with: published ones, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from chengyun.city.indicators.specs import Indicator
from chengyun.kernel import registry
from chengyun.science.scoring import Grade, Item, Scheme

D = Decimal
GRADES = tuple(
    Grade(name=name, least=D(least))
    for name, least in (("A", 90), ("B", 75), ("C", 60), ("D", 40), ("E", 0))
)
"""GB/T 30428.4: A green, B blue, C yellow, D red, E black."""
TONES = {"A": "eco", "B": "accent", "C": "amber", "D": "red", "E": "black"}


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A scheme to begin with, for which groups, and whose it is."""

    key: str
    label: str
    by: tuple[str, ...]
    source: str
    rules: Scheme


def _item(key: str, weight: int) -> Item:
    """Full marks times the rate; of a rate that should be low, times what is left of it."""
    indicator = registry.get(Indicator, key)
    return Item(
        key=key, label=indicator.label, weight=D(weight), method="rate", indicator=key,
        better=better_of(indicator),
    )  # fmt: skip


def better_of(indicator: Indicator) -> Literal["high", "low"]:
    """Which way a figure is good; a count nobody calls good or bad is scored as if more were better."""
    return "low" if indicator.better == "low" else "high"


def patterns() -> list[Pattern]:
    """All of them, the empty one first."""
    volume = Item(
        key="dispatch", label="派遣数", weight=D(10), method="bands", indicator="dispatch",
        bands=(
            (D(50), D(100)), (D(100), D(90)), (D(200), D(75)), (D(500), D(60)),
            (D(1000), D(40)), (None, D(0)),
        ),
    )  # fmt: skip
    return [
        Pattern(
            key="empty", label="空白，只有 A 到 E 五级", by=("district", "unit"),
            source="GB/T 30428.4 的评价等级", rules=Scheme(grades=GRADES),
        ),
        Pattern(
            key="jinniu", label="五项比率（成都市金牛区的得分公式）", by=("district", "unit"),
            source="成都市金牛区数字城管体征说明：处置率 30、按期处置率 20、返工率 20、超期待处置率 20、延期率 10",
            rules=Scheme(
                items=(
                    _item("dispose_rate", 30), _item("intime_dispose_rate", 20),
                    _item("rework_rate", 20), _item("overtime_todo_dispose_rate", 20),
                    _item("postpone_rate", 10),
                ),
                grades=GRADES,
            ),
        ),
        Pattern(
            key="department", label="部门综合指标值（立案数分档和三项比率）", by=("unit",),
            source="GB/T 30428.4 部门评价的权重和分档，按公开的联通城管平台；立案数这里用派遣给部门的件数",
            rules=Scheme(
                items=(
                    volume, _item("close_rate", 30), _item("intime_dispose_rate", 30),
                    _item("rework_rate", 30),
                ),
                grades=GRADES,
            ),
        ),
    ]  # fmt: skip


def pattern(key: str) -> Pattern | None:
    return next((each for each in patterns() if each.key == key), None)
