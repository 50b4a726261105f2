"""The special campaigns of the demo city in words. Everything is invented."""

from dataclasses import dataclass

Goals = tuple[str, int | None, int | None, int | None]
"""Key of the unit, cases to be done, share in time, amount."""


@dataclass(frozen=True, kw_only=True)
class PlannedCampaign:
    """A campaign; ``span`` are its ends as parts of the days that are played, beyond 1 in days to come.

    ``besides`` is a class of which one case is put in by hand and why, ``outside`` why one is taken out.
    """

    name: str
    purpose: str
    basis: str
    classes: tuple[str, ...]
    span: tuple[float, float]
    parts: tuple[Goals, ...]
    areas: tuple[str, ...] = ()
    besides: tuple[str, str] = ("", "")
    outside: str = ""
    measure: str = ""
    measure_unit: str = ""
    begun: bool = True


PLANNED = (
    PlannedCampaign(
        name="占道经营专项整治",
        purpose="集中解决流动摊贩、店外经营、占道摊点和无手续占道施工，还路于行人。",
        basis="市容环境提升年实施方案（模拟）",
        classes=("E0302", "E0401", "E0405", "E0406"),
        span=(1 / 3, 3 / 4),
        parts=(
            ("enforcement_1", 90, 90, None),
            ("enforcement_2", 25, 95, None),
            ("enforcement_3", 20, 80, None),
        ),
        besides=("E0136", "摊位遗留的杂物，同一处的问题"),
        outside="门店自有场地内，不算占道",
    ),
    PlannedCampaign(
        name="小广告和违规招牌清理",
        purpose="清除主次干道、小区出入口的小广告和违规设置的招牌。",
        basis="领导批示（模拟）",
        classes=("E0201", "E0206"),
        span=(4 / 5, 4 / 3),
        parts=(
            ("sanitation_1", 40, 95, 1500),
            ("sanitation_2", None, None, 1200),
            ("enforcement_2", 10, 90, None),
        ),
        besides=("E0405", "店外摆放的广告牌，一并清理"),
        outside="有设置许可，不在清理范围",
        measure="清除小广告",
        measure_unit="处",
    ),
    PlannedCampaign(
        name="露天烧烤集中整治",
        purpose="入春前把露天烧烤引导入店，夜间油烟扰民不再反复。",
        basis="",
        classes=("E0129",),
        span=(11 / 10, 3 / 2),
        parts=(("enforcement_2", 15, 95, None), ("enforcement_3", 10, 95, None)),
        areas=("371502",),
        begun=False,
    ),
)

SUMMARY = """行动期间逐路排查、定点值守，流动摊点引导进疏导点，店外经营先教育后处置。
早市、学校周边和夜市三类路段反复最多，安排了错时巡查。
下一步把反复路段列入常态巡查，每月回头看一次。"""
