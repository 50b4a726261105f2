"""The plan of the generated core: which road runs where, and which street office keeps which part.

Positions are metres in the plan's own coordinates (u east, v north), before the plane is bent.
Names of main roads are facts from public documents of the city; their course here is invented.
"""

from dataclasses import dataclass

WEST, EAST, SOUTH, NORTH = -3600.0, 3600.0, -2800.0, 2800.0
LAKE = (-1900.0, -1000.0, 500.0, 900.0)  # the zone round the lake: no ordinary road enters it
TOWN = (-1200.0, -550.0, -200.0, 450.0)  # the square old town in the lake
TOWN_AXES = (-700.0, -50.0)

MAIN, SIDE, LANE, TRUNK = "main", "side", "lane", "trunk"


@dataclass(frozen=True, kw_only=True)
class Road:
    """A straight road of the plan: along u ("ew") at height ``at``, or along v ("ns")."""

    name: str
    axis: str
    at: float
    kind: str
    start: float
    end: float


def ns(name: str, at: float, kind: str, start: float = SOUTH, end: float = NORTH) -> Road:
    return Road(name=name, axis="ns", at=at, kind=kind, start=start, end=end)


def ew(name: str, at: float, kind: str, start: float = WEST, end: float = EAST) -> Road:
    return Road(name=name, axis="ew", at=at, kind=kind, start=start, end=end)


# fmt: off
ROADS = (
    ns("西二环路", -3600, MAIN),
    ns("弘山路", -3200, SIDE),
    ns("电大路", -2760, SIDE, -2800, 1900),
    ns("明珠街", -2330, SIDE),
    ns("昌润路", -1900, MAIN),
    ns("文轩街", -1550, SIDE, -2800, -1000), ns("文轩北街", -1550, SIDE, 900, 2800),
    ns("铁塔街", -1200, LANE, -2460, -1000), ns("剧院路", -1200, SIDE, 900, 2500),
    ns("卫育南路", -700, MAIN, -2800, -1000), ns("卫育路", -700, MAIN, 900, 2800),
    ns("楼南大街", -700, LANE, -1000, -50), ns("楼北大街", -700, LANE, -50, 900),
    ns("育新街", -200, SIDE, -2800, -1000), ns("育新北街", -200, SIDE, 900, 2800),
    ns("古楼街", 150, LANE, -2120, -1000), ns("红星街", 150, LANE, 900, 2200),
    ns("柳园路", 500, MAIN),
    ns("和平街", 800, LANE, -2460, 2500),
    ns("向阳路", 1150, SIDE, -2800, 900), ns("向阳北街", 1150, LANE, 900, 2200),
    ns("光岳路", 1500, MAIN),
    ns("学府街", 1800, LANE, -2120, 2500),
    ns("陈口路", 2100, SIDE),
    ns("花园路", 2400, MAIN),
    ns("青周街", 2700, SIDE, -1800, 2800),
    ns("中巨街", 3000, SIDE),
    ns("怡景街", 3300, LANE, -1400, 1900),
    ns("东二环路", 3600, MAIN),
    ew("南二环路", -2800, MAIN),
    ew("财干路", -2460, SIDE),
    ew("站前街", -2120, LANE, -2760, 2100),
    ew("振兴路", -1800, MAIN),
    ew("香江路", -1400, SIDE),
    ew("湖南路", -1000, MAIN),
    ew("湖滨西街", -550, SIDE, -3600, -1900), ew("东关街", -550, SIDE, 500, 3600),
    ew("楼西大街", -50, LANE, -1900, -700), ew("楼东大街", -50, LANE, -700, 500),
    ew("龙湾街", -50, SIDE, -3600, -1900), ew("闸口路", -50, SIDE, 500, 3600),
    ew("望湖街", 450, LANE, -3200, -1900), ew("利民街", 450, LANE, 500, 3300),
    ew("东昌路", 900, MAIN),
    ew("文化路", 1180, LANE, -2330, 2700),
    ew("兴华路", 1450, MAIN),
    ew("利民路", 1900, MAIN),
    ew("板桥街", 2200, SIDE),
    ew("建设路", 2500, MAIN),
    ew("北二环路", 2800, MAIN),
)

# lines along u that are no road but bound communities in the lake zone
LAKE_LINES = (-800.0, 650.0)

Box = tuple[float, float, float, float]

# street office -> parts of the core it keeps, as (west, south, east, north)
OFFICES: dict[str, tuple[Box, ...]] = {
    "371502001": ((-1900, -2800, 500, -1000),),                            # 古楼街道, and the lake zone
    "371502002": ((-1900, 900, 1500, 1900),),                              # 柳园街道
    "371502003": ((500, -2800, 2400, 900), (1500, 900, 2400, 2800)),       # 新区街道
    "371502004": ((-3600, -2800, -1900, 1900),),                           # 湖西街道
    "371502008": ((-3600, 1900, 1500, 2800),),                             # 北城街道
    "371502009": ((2400, -2800, 3600, 2800),),                             # 东城街道
}
# communities with a place of their own in the lake zone, by name
LAKESIDE: dict[str, tuple[Box, ...]] = {
    "古城社区居委会": ((-1550, -800, 150, 650),),
    "湖北社区居委会": ((-1900, 650, 500, 900),),
    "湖南社区居委会": ((-1900, -1000, 500, -800),),
    "湖西社区居委会": ((-1900, -800, -1550, 650),),
    "望湖社区居委会": ((150, -800, 500, 650),),
}
LAKE_OFFICE = "371502001"
# fmt: on
