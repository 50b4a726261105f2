"""The calls of the demo city in words. Everything is invented."""

from dataclasses import dataclass

STREET = "371502001"
CALLER = ("street-gulou", "邵庆林")

Deeds = tuple[tuple[str, int], ...]
"""What a unit does and how many minutes after the call: receive, arrive."""


@dataclass(frozen=True, kw_only=True)
class PlannedWhistle:
    """A call so many minutes before now: the units, the minutes they have and what they do; when it is over."""

    ago: int
    matter: str
    called: tuple[tuple[str, int, Deeds], ...]
    outcome: str = ""
    over: int = 0
    class_code: str = ""


HOUR, DAY = 60, 24 * 60

PLANNED = (
    PlannedWhistle(
        ago=6 * DAY + 3 * HOUR,
        matter="井盖周边路面下沉，燃气、排水、自来水都说不是自己的井，请到现场认。",
        called=(
            ("works", 30, (("receive", 4), ("arrive", 22))),
            ("drainage", 30, (("receive", 6), ("arrive", 27))),
            ("water", 30, (("receive", 9), ("arrive", 48))),
        ),
        outcome="现场认定是排水检查井，排水管理处围挡，两天内修复；自来水公司配合关阀。",
        over=95,
        class_code="E0505",
    ),
    PlannedWhistle(
        ago=2 * HOUR,
        matter="夜市散场后路口垃圾堆积，占道摊位和油污要一起清，请执法和环卫同时到。",
        called=(
            ("enforcement_1", 40, (("receive", 3), ("arrive", 31))),
            ("sanitation_1", 40, (("receive", 8), ("arrive", 64))),
            ("works", 180, (("receive", 15),)),
        ),
    ),
    PlannedWhistle(
        ago=12,
        matter="行道树枝条压到路灯线，灯杆倾斜，请园林和照明一起来处置。",
        called=(("parks", 45, (("receive", 5),)), ("lighting", 45, ())),
    ),
)
