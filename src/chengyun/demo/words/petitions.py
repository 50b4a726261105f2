"""The petitions of the demo city. Everything is invented."""

from dataclasses import dataclass

OFFICER = "魏素芳"


@dataclass(frozen=True, kw_only=True)
class PlannedPetition:
    """A petition so many days ago, and how far it has come."""

    days: int
    form: str
    people: int
    words: str
    phone: str
    level: str = ""
    plan: str = ""
    result: str = ""
    reply: str = ""


PLANNED = (
    PlannedPetition(
        days=24,
        form="visit",
        people=3,
        words="沿街烧烤店夜里占道经营、油烟扰民，多次反映没有解决",
        phone="13900000031",
        level="common",
        plan="约谈店主，限期装净化器，每晚巡查到 24 点，一周后回访。",
        result="净化器已装好，检测达标，占道桌椅已撤。",
        reply="油烟净化器已装好并检测达标，占道桌椅已撤，今后每晚巡查。",
    ),
    PlannedPetition(
        days=11,
        form="visit",
        people=12,
        words="老旧小区雨天积水倒灌地下室，要求尽快改造排水管",
        phone="13900000032",
        level="weighty",
        plan="先备沙袋和抽水泵，雨天专人值守；管网改造列入下月计划，方案公示。",
    ),
    PlannedPetition(
        days=2,
        form="letter",
        people=1,
        words="沿街烧烤店又在夜里占道，希望长期管住",
        phone="13900000031",
    ),
)
