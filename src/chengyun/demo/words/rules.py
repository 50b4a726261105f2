"""The dispatch rules of the demo city, in the order they are asked."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PlannedRule:
    """A rule in the demo's words: ``unit`` is the key of a body."""

    name: str
    unit: str
    classes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    hours: tuple[str, str] = ("", "")
    basis: str = ""
    automatic: bool = False


CITY_RULES = (
    PlannedRule(name="路面塌陷先到场", unit="works", classes=("E0505", "E0113", "E0309")),
    PlannedRule(
        name="雨污管网和积水",
        unit="drainage",
        classes=("P0102", "P0103", "P0104", "P0118", "E0503", "E0506"),
        basis="排水管理处职责",
        automatic=True,
    ),
    PlannedRule(name="供水", unit="water", classes=("P0101", "P0125", "E0501")),
    PlannedRule(name="供热", unit="heating", classes=("P0110", "E0504")),
    PlannedRule(name="燃气", unit="gas", classes=("P0111", "P0149", "P0157", "E0502")),
    PlannedRule(name="电力", unit="power", classes=("P0105", "P0128", "P0129", "P0130")),
    PlannedRule(
        name="通信线缆", unit="telecom", classes=("P0107", "P0109", "P0127", "P0131", "E0508")
    ),
    PlannedRule(
        name="路灯和景观照明",
        unit="lighting",
        classes=("P0106", "P0137", "P0138", "P0139"),
        basis="照明管理所职责",
        automatic=True,
    ),
    PlannedRule(name="公交站", unit="bus", classes=("P0204",)),
    PlannedRule(name="交通设施", unit="traffic", classes=("P02",)),
    PlannedRule(
        name="行道树和绿地",
        unit="parks",
        classes=("P04", "P0114", "E0117", "E0118", "E0121", "E0122"),
    ),
    PlannedRule(
        name="河湖水面",
        unit="rivers",
        classes=("P05", "E0123", "E0124", "E0125", "E0126"),
        basis="水系管护中心职责",
    ),
    PlannedRule(name="工地和违建", unit="enforcement_3", classes=("E0101", "E03")),
    PlannedRule(name="渣土和遗撒", unit="sanitation_2", classes=("E0111", "E0112", "E0114")),
    PlannedRule(
        name="夜间值班中队",
        unit="enforcement_3",
        classes=("E0128", "E0129", "E0401", "E0405"),
        hours=("20:00", "06:00"),
    ),
    PlannedRule(
        name="户外广告和停车",
        unit="enforcement_2",
        classes=("E0128", "E0129", "E0203", "E0206", "E0406", "E0409"),
    ),
    PlannedRule(name="街面秩序", unit="enforcement_1", classes=("E04", "E0136")),
    PlannedRule(
        name="光岳路以东保洁",
        unit="sanitation_2",
        classes=("E0110", "E0120", "E0137"),
        areas=("371502003", "371502009"),
        basis="环卫二中心职责",
    ),
    PlannedRule(name="清扫保洁", unit="sanitation_1", classes=("E0110", "E0120", "E0137", "E0201")),
)
DISTRICT_RULES = {
    "371581": (
        PlannedRule(
            name="热线件先到执法三中队",
            unit="enforcement_3",
            classes=("E04",),
            sources=("hotline",),
            basis="临清市城管局与支队约定（模拟）",
        ),
    ),
}
