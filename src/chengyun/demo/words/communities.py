"""The communities of the demo city in words: stations, visits, meetings, promises. Everything is invented."""

from dataclasses import dataclass

STREET = "371502001"
OFFICERS = (("community", "魏东升"), ("community2", "曹月娥"))
"""Accounts of the officers; the first heads every other station and serves at all."""
CHIEFS = "巷长、楼长"
STATIONS = (
    ("371502001001", "古城社区城管服务站", "古城社区居委会一楼 102 室", "24"),
    ("371502001007", "湖北社区城管服务站", "湖北社区党群服务中心", "15"),
    ("371502001004", "铁塔社区城管服务站", "铁塔社区居委会二楼", "3"),
    ("371502001008", "站前社区城管服务站", "站前社区居委会一楼", "25"),
)
"""Code, name, address, visit days."""
PHONE = "0635-990000"
"""A digit follows: an exchange nobody has."""
LAPSED = "371502001008"
"""Where nobody came on the last visit day."""

SEEN = (
    "和居委会、物业走了两条背街小巷。居民反映早点摊占道，已当场劝导；楼道口堆的旧家具物业三天内清走。",
    "在服务站接待居民 6 人，主要问充电棚和停车。沿街店铺门前五包查了 12 家，都摆得进去。",
    "看了上次说的几处：绿化带黄土裸露还没有补种，其余已经办好。居民代表提到晚上烧烤油烟。",
    "入户听了 4 户意见，说得最多的是广场舞声音大、路灯不亮。和楼长约好晚上再来看一次。",
)
FOUND = (
    ("rubble", "小区围墙外堆了装修垃圾，几天没有人清，请安排清运。"),
    ("shed", "便道上有人私搭棚子放杂物，行人要绕到车行道上走。"),
    ("out_of_shop", "便利店把货架摆到盲道上，说过两次又摆出来。"),
)
"""Topic and words."""


@dataclass(frozen=True, kw_only=True)
class PlannedPromise:
    """Who promises what, for how many days; after how many days they say it is done, and whether that was believed."""

    unit: str
    what: str
    days: int
    done: int = 0
    words: str = ""
    confirmed: bool = True
    into_case: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedMeeting:
    """A meeting so many days before now (after it, when negative) at the station of that number."""

    ago: int
    station: int
    kind: str
    topic: str
    venue: str
    called: tuple[str, ...]
    offices: str = ""
    attendees: str = ""
    minutes: str = ""
    promises: tuple[PlannedPromise, ...] = ()


MEETINGS = (
    PlannedMeeting(
        ago=8,
        station=0,
        kind="四方协商",
        topic="古城南门早市怎么摆",
        venue="古城社区居委会会议室",
        called=("enforcement_1", "sanitation_1"),
        offices="居委会主任、物业经理、居民代表 3 人",
        attendees="（模拟）邵桂芳、丁成林、叶红霞",
        minutes="早市 6:30 到 8:30，只在南门西侧画线的地方摆；散市后半小时清完。居民代表每周五看一次。",
        promises=(
            PlannedPromise(
                unit="enforcement_1",
                what="画早市摊位线，劝导线外摊位进线",
                days=4,
                done=3,
                words="已画线 26 个摊位，线外摊位都劝进来了。",
            ),
            PlannedPromise(
                unit="sanitation_1",
                what="早市散后半小时内清扫保洁，连续一周",
                days=6,
                done=7,
                words="一周都在九点前清完，有两天晚了些。",
            ),
        ),
    ),
    PlannedMeeting(
        ago=6,
        station=1,
        kind="五长一会例会",
        topic="背街小巷的路灯和楼道杂物",
        venue="湖北社区党群服务中心",
        called=("lighting", "works"),
        offices="街长、巷长、楼长 4 人，居委会副主任",
        minutes="路灯不亮的 5 处当场对了位置；楼道杂物由楼长先通知，物业统一清。",
        promises=(
            PlannedPromise(
                unit="lighting",
                what="修好湖北社区背街小巷 5 盏不亮的路灯",
                days=3,
            ),
            PlannedPromise(
                unit="works",
                what="补平巷口坑洼的便道砖",
                days=5,
                done=4,
                words="已补平两处。",
                confirmed=False,
                into_case=True,
            ),
        ),
    ),
    PlannedMeeting(
        ago=2,
        station=2,
        kind="社区议事会",
        topic="铁塔广场夜间噪声",
        venue="铁塔社区居委会二楼",
        called=("enforcement_1",),
        offices="居委会主任、居民代表 5 人",
        minutes="广场舞 20:30 前结束，音量由领队自己管；烧烤店加装油烟净化，执法中队一周后回访。",
        promises=(
            PlannedPromise(
                unit="enforcement_1",
                what="回访铁塔广场周边 4 家烧烤店的油烟净化",
                days=7,
                done=1,
                words="4 家都回访了，3 家已装，1 家已下整改通知。",
            ),
            PlannedPromise(unit="parks", what="补种广场西侧裸露的绿化带", days=14),
        ),
    ),
    PlannedMeeting(
        ago=-3,
        station=0,
        kind="社区议事会",
        topic="非机动车停放和充电棚选址",
        venue="古城社区居委会会议室",
        called=("works", "power"),
    ),
)
