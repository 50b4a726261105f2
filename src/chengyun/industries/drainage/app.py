"""Drainage: water on the road and in the pipes, the pumps and gates that move it, and when somebody must go there."""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, During, HeardAs, Level, Point, Rate
from chengyun.city.specs import IndustryApp
from chengyun.science.conditions import Beyond, Not

WELL = "rain_cover"
"""A gauge hangs in a well of the rainwater pipe, and one for the road stands beside it."""

PONDING = DeviceKind(
    key="ponding",
    label="积水监测点",
    points=(
        Point(key="depth", label="积水深度", unit="厘米", low=0, high=300, jump=30, drift="self"),
    ),
    silent_after=timedelta(minutes=15),
    order=1,
    part=WELL,
)
RAIN = DeviceKind(
    key="rain",
    label="雨量站",
    points=(
        Point(
            key="hour",
            label="一小时雨量",
            unit="毫米",
            low=0,
            high=250,
            digits=1,
            heard_as=(HeardAs("rain_1h"),),
        ),
    ),
    silent_after=timedelta(minutes=15),
    order=2,
)
PIPE = DeviceKind(
    key="pipe_level",
    label="管网液位计",
    points=(
        Point(key="level", label="井内液位", unit="厘米", low=0, high=1500, jump=100),
        Point(key="filled", label="液位占井深", unit="%", low=0, high=120, jump=40),
    ),
    silent_after=timedelta(minutes=30),
    order=3,
    part=WELL,
)
PUMPS = DeviceKind(
    key="pump_station",
    label="排水泵站",
    points=(
        Point(
            key="sump",
            label="集水池液位占最高水位",
            unit="%",
            low=0,
            high=150,
            jump=50,
            still=timedelta(hours=24),
        ),
        Point(key="running", label="运行水泵", unit="台", low=0, high=20),
        Point(key="faulty", label="故障水泵", unit="台", low=0, high=20),
    ),
    silent_after=timedelta(minutes=15),
    order=4,
)
GATE = DeviceKind(
    key="flood_gate",
    label="防汛闸门",
    points=(Point(key="opening", label="闸门开度", unit="%", low=0, high=100),),
    silent_after=timedelta(minutes=30),
    order=5,
)

RIVER = DeviceKind(
    key="river",
    label="河道水位站",
    points=(
        Point(
            key="level",
            label="水位",
            unit="米",
            low=-20,
            high=9000,
            digits=2,
            heard_as=(HeardAs("stage_river"),),
        ),
        Point(
            key="rain",
            label="五分钟雨量",
            unit="毫米",
            low=0,
            high=80,
            digits=1,
            heard_as=(HeardAs("rain_5min"), HeardAs("rain_5min_1h")),
        ),
        Point(key="voltage", label="电压", unit="伏", low=0, high=40, digits=1, battery=(11.5, 12)),
    ),
    silent_after=timedelta(hours=2),
    order=6,
)

PONDING_DEPTH = AlarmRule(
    key="ponding_depth",
    label="积水深度",
    kind="ponding",
    point="depth",
    levels=(
        Level(rank="yellow", sets=10, clears=7),
        Level(rank="orange", sets=15, clears=12),
        Level(rank="red", sets=27, clears=22),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=5),
    class_code="E0506",
    source="15 厘米：GB 50014 车道积水深度；27 厘米：下穿封闭交通的常用值；10 厘米和暴雨预警期间的由城市自定",
    during=(
        During(
            warning="rainstorm",
            rank="yellow",
            levels=(
                Level(rank="yellow", sets=6, clears=4),
                Level(rank="orange", sets=11, clears=8),
                Level(rank="red", sets=20, clears=16),
            ),
        ),
    ),
)
ROOM_BELOW = Beyond(
    kind="pipe_level", point="filled", mark=60, side="below", fresh=timedelta(minutes=30)
)
INLET_BLOCKED = AlarmRule(
    key="inlet_blocked",
    label="积水而管网不满",
    kind="ponding",
    point="depth",
    levels=(
        Level(rank="yellow", sets=10, clears=7),
        Level(rank="orange", sets=15, clears=12),
    ),
    when=ROOM_BELOW,
    hold=timedelta(minutes=5),
    calm=timedelta(minutes=5),
    class_code="E0503",
    source="没有标准限值，路上有水、井里不满，多为雨水口堵了：10、15 厘米，井深的 60 %，是演示默认值，由城市自定",
)
GATE_SHUT = AlarmRule(
    key="gate_shut",
    label="闸门没有打开",
    kind="flood_gate",
    point="opening",
    side="below",
    levels=(),
    hold=timedelta(minutes=30),
    calm=timedelta(minutes=1),
    class_code="E0506",
    source="开度 50 %、半小时由城市自定：平时可以关着，暴雨橙色以上预警期间要提前开闸",
    during=(
        During(
            warning="rainstorm", rank="orange", levels=(Level(rank="yellow", sets=50, clears=60),)
        ),
    ),
)
PIPE_FILLED = AlarmRule(
    key="pipe_filled",
    label="管网满流",
    kind="pipe_level",
    point="filled",
    levels=(
        Level(rank="blue", sets=60, clears=55),
        Level(rank="yellow", sets=75, clears=70),
        Level(rank="orange", sets=90, clears=85),
        Level(rank="red", sets=100, clears=95),
    ),
    hold=timedelta(minutes=5),
    calm=timedelta(minutes=10),
    class_code="E0503",
    source="没有标准限值；60、75、90、100 % 是演示默认值，100 % 即将漫出井口，由城市自定",
)
SUMP = AlarmRule(
    key="sump_level",
    label="集水池液位",
    kind="pump_station",
    point="sump",
    levels=(
        Level(rank="yellow", sets=90, clears=85),
        Level(rank="orange", sets=100, clears=95),
        Level(rank="red", sets=110, clears=105),
    ),
    hold=timedelta(minutes=2),
    calm=timedelta(minutes=5),
    class_code="E0506",
    source="100 %：泵站设计的最高水位（GB 50014 要求设计给出，未核对条文）；90、110 % 由城市自定",
)
# The catalogue has no class for a pump: the case is opened for what its failure leads to.
FAULTY_PUMP = AlarmRule(
    key="pump_faulty",
    label="水泵故障",
    kind="pump_station",
    point="faulty",
    levels=(
        Level(rank="yellow", sets=1, clears=0.5),
        Level(rank="orange", sets=2, clears=1.5),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=5),
    class_code="E0506",
    source="泵站控制柜自判的故障；一台为黄色、两台起为橙色，由城市自定",
)

RUNS = Beyond(point="running", mark=1, fresh=timedelta(minutes=15))
RAINS = Beyond(point="rain", mark=1, fresh=timedelta(minutes=15))
IDLE_PUMPS = AlarmRule(
    key="pumps_idle",
    label="水位高而水泵没有开",
    kind="pump_station",
    point="sump",
    levels=(
        Level(rank="yellow", sets=80, clears=75),
        Level(rank="orange", sets=90, clears=85),
    ),
    when=Not(RUNS),
    hold=timedelta(minutes=3),
    calm=timedelta(minutes=3),
    class_code="E0506",
    source="没有标准限值，开泵水位由泵站运行规程定：80、90 % 是演示默认值，由城市自定",
)
DRY_PUMPS = AlarmRule(
    key="pumps_dry",
    label="水位低而水泵还在开",
    kind="pump_station",
    point="sump",
    levels=(Level(rank="yellow", sets=15, clears=20),),
    side="below",
    when=RUNS,
    hold=timedelta(minutes=3),
    calm=timedelta(minutes=3),
    class_code="E0506",
    source="没有标准限值，停泵水位由泵站运行规程定：15 % 是演示默认值，由城市自定",
)
RIVER_RISES = AlarmRule(
    key="river_rises",
    label="雨中河水急涨",
    kind="river",
    point="level",
    levels=(
        Level(rank="yellow", sets=0.5, clears=0.2),
        Level(rank="orange", sets=1, clears=0.5),
    ),
    looks_at=Rate(per=timedelta(hours=1), gap=timedelta(minutes=15)),
    when=RAINS,
    hold=timedelta(minutes=5),
    calm=timedelta(minutes=15),
    class_code="E0506",
    source="没有标准限值，随河道而定：每小时 0.5、1 米，五分钟雨量 1 毫米，是演示默认值，由城市自定",
)

APP = IndustryApp(
    key="drainage",
    label="排水防涝",
    order=1,
    device_kinds=(PONDING, RAIN, PIPE, PUMPS, GATE, RIVER),
    rules=(
        PONDING_DEPTH,
        INLET_BLOCKED,
        GATE_SHUT,
        PIPE_FILLED,
        SUMP,
        FAULTY_PUMP,
        IDLE_PUMPS,
        DRY_PUMPS,
        RIVER_RISES,
    ),
)
