"""The kinds of problems the album shows, each with its scene."""

from collections.abc import Callable
from dataclasses import dataclass

from chengyun.demo.photos import frontage, outdoors, roadway
from chengyun.demo.photos.canvas import CLOUDY, EVENING, NIGHT, SUNNY, Canvas, Light

Scene = Callable[[Canvas, bool], None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of problem: ``draw(canvas, fixed)``; ``night`` scenes are seen in the dark."""

    key: str
    name: str
    draw: Scene
    night: bool = False

    def light(self, variant: int) -> Light:
        return NIGHT if self.night else (SUNNY, CLOUDY, EVENING)[variant % 3]


KINDS = (
    Kind(key="manhole", name="井盖缺失", draw=roadway.manhole_missing),
    Kind(key="manhole_broken", name="井盖破损", draw=roadway.manhole_broken),
    Kind(key="pothole", name="路面坑槽", draw=roadway.pothole),
    Kind(key="lamp", name="路灯不亮", draw=roadway.lamp_dark, night=True),
    Kind(key="litter", name="暴露垃圾", draw=outdoors.litter),
    Kind(key="bins", name="垃圾箱满溢", draw=frontage.bins_full),
    Kind(key="vendor", name="占道经营", draw=frontage.vendor),
    Kind(key="shop", name="店外经营", draw=frontage.shop_out),
    Kind(key="tree", name="树木倒伏", draw=roadway.tree_fallen),
    Kind(key="rail", name="护栏损坏", draw=roadway.rail_broken),
    Kind(key="toilet", name="公厕设施", draw=frontage.toilet),
    Kind(key="adverts", name="非法小广告", draw=frontage.adverts),
    Kind(key="flood", name="道路积水", draw=roadway.flood),
    Kind(key="dust", name="工地扬尘", draw=outdoors.dust),
    Kind(key="shed", name="私搭乱建", draw=frontage.illegal_shed),
    Kind(key="sign", name="标志牌破损", draw=roadway.sign_broken),
    Kind(key="bicycles", name="非机动车乱停放", draw=frontage.bicycles),
    Kind(key="rubble", name="积存渣土", draw=roadway.rubble),
    Kind(key="water", name="水域不洁", draw=outdoors.water_dirty),
    Kind(key="lawn", name="绿地脏乱", draw=outdoors.lawn_dirty),
    Kind(key="plain", name="街面", draw=roadway.plain),
)
