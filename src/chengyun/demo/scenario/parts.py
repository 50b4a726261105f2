"""The assets along the streets: 5,000 of 20 kinds, in rows as a city sets them."""

import random
from dataclasses import dataclass

from chengyun.demo.geometry.streets import LANE, MAIN, ROADS, SIDE, Road
from chengyun.demo.scenario.planned import PlannedAsset
from chengyun.demo.spots import Spot, Streets, inward, spot_at

BROKEN, LOST = 0.022, 0.004


@dataclass(frozen=True, kw_only=True)
class Row:
    """How assets of a type stand: every ``step`` metres along roads of these kinds, ``count`` in all."""

    type: str
    count: int
    step: float
    where: str
    kinds: tuple[str, ...]
    owner: str
    keeper: str
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()


COVER = (
    ("形状", ("圆形", "圆形", "方形")),
    ("材质", ("球墨铸铁", "球墨铸铁", "复合材料")),
    ("规格", ("700", "700", "600")),
)
LAMP = (("功率", ("120", "150", "180")), ("光源", ("LED", "LED", "高压钠灯")))
ALL, BIG = (MAIN, SIDE, LANE), (MAIN, SIDE)
ROWS = (
    Row(
        type="lamp",
        count=1080,
        step=36,
        where="kerb",
        kinds=BIG,
        owner="lighting",
        keeper="lighting",
        attributes=LAMP,
    ),
    Row(
        type="street_tree",
        count=760,
        step=48,
        where="kerb",
        kinds=ALL,
        owner="parks",
        keeper="parks",
        attributes=(("树种", ("法桐", "国槐", "白蜡", "栾树")), ("胸径", ("14", "18", "22", "27"))),
    ),
    Row(
        type="rain_grate",
        count=620,
        step=66,
        where="kerb",
        kinds=ALL,
        owner="drainage",
        keeper="drainage",
    ),
    Row(
        type="rain_cover",
        count=520,
        step=78,
        where="carriageway",
        kinds=ALL,
        owner="drainage",
        keeper="drainage",
        attributes=COVER,
    ),
    Row(
        type="sewage_cover",
        count=400,
        step=94,
        where="carriageway",
        kinds=ALL,
        owner="drainage",
        keeper="drainage",
        attributes=COVER,
    ),
    Row(
        type="bin",
        count=300,
        step=120,
        where="pavement",
        kinds=BIG,
        owner="sanitation_1",
        keeper="sanitation_1",
        attributes=(("分类", ("两分类", "四分类")), ("容积", ("60", "100"))),
    ),
    Row(
        type="water_cover",
        count=190,
        step=170,
        where="carriageway",
        kinds=BIG,
        owner="water",
        keeper="water",
        attributes=COVER,
    ),
    Row(
        type="telecom_cover",
        count=150,
        step=220,
        where="pavement",
        kinds=BIG,
        owner="telecom",
        keeper="telecom",
        attributes=COVER,
    ),
    Row(
        type="power_cover",
        count=130,
        step=240,
        where="pavement",
        kinds=BIG,
        owner="power",
        keeper="power",
        attributes=COVER,
    ),
    Row(
        type="heat_cover",
        count=120,
        step=260,
        where="carriageway",
        kinds=BIG,
        owner="heating",
        keeper="heating",
        attributes=COVER,
    ),
    Row(
        type="road_plate",
        count=120,
        step=270,
        where="kerb",
        kinds=BIG,
        owner="traffic",
        keeper="traffic",
    ),
    Row(
        type="traffic_sign",
        count=110,
        step=280,
        where="kerb",
        kinds=(MAIN,),
        owner="traffic",
        keeper="traffic",
        attributes=(("标志内容", ("限速 60", "禁止停车", "注意行人", "分向行驶")),),
    ),
    Row(
        type="gas_cover",
        count=90,
        step=330,
        where="pavement",
        kinds=BIG,
        owner="gas",
        keeper="gas",
        attributes=COVER,
    ),
    Row(
        type="bench", count=90, step=330, where="pavement", kinds=BIG, owner="parks", keeper="parks"
    ),
    Row(
        type="bus_stop",
        count=80,
        step=420,
        where="pavement",
        kinds=(MAIN,),
        owner="bus",
        keeper="bus",
    ),
    Row(
        type="barrier",
        count=80,
        step=400,
        where="carriageway",
        kinds=(MAIN,),
        owner="traffic",
        keeper="traffic",
        attributes=(("长度", ("60", "80", "120")),),
    ),
    Row(
        type="telecom_box",
        count=60,
        step=520,
        where="pavement",
        kinds=BIG,
        owner="telecom",
        keeper="telecom",
    ),
    Row(
        type="green_fence",
        count=50,
        step=560,
        where="pavement",
        kinds=BIG,
        owner="parks",
        keeper="parks",
        attributes=(("长度", ("20", "35", "50")),),
    ),
    Row(
        type="toilet",
        count=30,
        step=900,
        where="pavement",
        kinds=BIG,
        owner="sanitation_1",
        keeper="sanitation_1",
        attributes=(("类别", ("一类", "二类", "三类")), ("厕位数", ("8", "12", "16"))),
    ),
    Row(
        type="power_box",
        count=20,
        step=1200,
        where="pavement",
        kinds=(MAIN,),
        owner="power",
        keeper="power",
    ),
)


def planned_assets(streets: Streets, rng: random.Random) -> tuple[PlannedAsset, ...]:
    """All assets, type by type."""
    return tuple(asset for row in ROWS for asset in along_streets(row, streets, rng))


def along_streets(row: Row, streets: Streets, rng: random.Random) -> list[PlannedAsset]:
    """Walk the roads of these kinds in steps until the wanted number stands."""
    places = [place for road in ROADS if road.kind in row.kinds for place in steps(road, row.step)]
    while len(places) < row.count:
        places += places
    rng.shuffle(places)
    chosen = sorted(places[: row.count], key=lambda place: (place[0].axis, place[0].at, place[1]))
    return [
        asset(row, spot_at(streets, road, along + rng.uniform(-3, 3), row.where, rng), rng)
        for road, along in chosen
    ]


def steps(road: Road, step: float) -> list[tuple[Road, float]]:
    """Places every ``step`` metres, once for each side that belongs to the core."""
    count = int((road.end - road.start - 20) // step)
    sides = 1 if inward(road) else 2
    return [(road, road.start + 10 + step * (n + 0.5)) for n in range(count)] * sides


def asset(row: Row, spot: Spot, rng: random.Random) -> PlannedAsset:
    chance = rng.random()
    state = "丢失" if chance < LOST else "破损" if chance < LOST + BROKEN else "完好"
    extra = [(label, rng.choice(values)) for label, values in row.attributes]
    if row.type == "road_plate":
        extra.append(("路名", spot.road))
    east = spot.lon > 115.997
    keeper = "sanitation_2" if row.keeper == "sanitation_1" and east else row.keeper
    return PlannedAsset(
        type=row.type,
        spot=spot,
        state=state,
        owner=row.owner,
        keeper=keeper,
        name="",
        attributes=tuple(extra),
    )
