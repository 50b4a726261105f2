"""The services of the demo city in words: bodies, who reported where, what they did. Everything is invented."""

from dataclasses import dataclass
from decimal import Decimal

BODIES = (
    ("unit", "市供水服务中心党支部", "0635-9900010", "查漏、换水龙头、讲节约用水"),
    ("unit", "区图书馆党支部", "0635-9900011", "送书进社区、晚间陪读"),
    ("association", "家电维修行业协会", "0635-9900012", "免费修小家电、查线路"),
    ("social_work", "暖邻社会工作服务中心", "0635-9900013", "看望独居老人、调解邻里纠纷"),
)
"""Kind, name, office telephone, what they offer."""
ENLISTED = (
    (0, 0, ""),
    (0, 1, ""),
    (1, 0, ""),
    (1, 2, "邵文静"),
    (2, 0, ""),
    (2, 1, ""),
    (3, 0, ""),
    (3, 3, ""),
)
"""Number of the body, of the station, and the person, "" where the body itself reported."""


@dataclass(frozen=True, kw_only=True)
class PlannedItem:
    """What is done so many days before now (after it, when negative) by whoever is that row of ``ENLISTED``.

    ``answer`` is what a resident says, or the community where ``seen``; ``back`` what was missing before. Nobody has
    taken up an ``open`` one.
    """

    ago: int
    enlisted: int
    title: str
    venue: str
    people: int = 0
    hours: Decimal = Decimal(0)
    result: str = ""
    answer: str = ""
    seen: bool = False
    back: str = ""
    declined: str = ""
    open: bool = False


ITEMS = (
    PlannedItem(
        ago=24, enlisted=0, title="给老楼换漏水的阀门", venue="古城社区 3 号楼", people=4, hours=Decimal("2.5"),
        result="换了 6 个阀门、2 个水龙头，贴了节水提示。", answer="不漏了，师傅还把楼道擦干净了。",
    ),
    PlannedItem(
        ago=18, enlisted=4, title="免费修小家电", venue="古城社区居委会门口", people=6, hours=Decimal(3),
        result="修了 21 件，主要是电饭锅和风扇，3 件没有配件修不了。", answer="电饭锅修好了，谢谢。",
    ),
    PlannedItem(
        ago=15, enlisted=6, title="看望独居老人", venue="古城社区 1 至 5 号楼", people=3, hours=Decimal(2),
        result="看了 9 户，给 2 户装了扶手。", answer="扶手装好了，很牢。", back="5 号楼还没有来过。",
    ),
    PlannedItem(
        ago=12, enlisted=5, title="查楼道里的电线", venue="湖北社区 8 号楼", people=2, hours=Decimal("1.5"),
        result="查了 3 个单元，私拉的两处已经请物业拆掉。", answer="站里去看过，已经拆掉。", seen=True,
    ),
    PlannedItem(
        ago=9, enlisted=2, title="周末送书进社区", venue="古城社区活动室",
        declined="那天馆里有活动，人手排不开。",
    ),
    PlannedItem(
        ago=4, enlisted=3, title="晚间陪孩子读书", venue="铁塔社区活动室", people=1, hours=Decimal(2),
        result="陪 11 个孩子读了两本书。",
    ),
    PlannedItem(ago=2, enlisted=1, title="查湖北社区的暗漏", venue="湖北社区西院"),
    PlannedItem(ago=-3, enlisted=7, title="调解车棚充电的纠纷", venue="站前社区车棚", open=True),
)  # fmt: skip
