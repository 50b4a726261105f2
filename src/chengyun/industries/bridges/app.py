"""Bridges: strain, deflection, tilt, vibration and cracks.

Every bridge was reckoned for loads of its own: its monitoring system tells strain and deflection also as a share of
the design value, which is what the limits are held against.
"""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Level, Point, Rate
from chengyun.city.specs import IndustryApp

OFFLINE = timedelta(hours=1)
SHARE = Point(key="share", label="占设计值", unit="%", low=0, high=300, jump=100)
STRAIN = DeviceKind(
    key="bridge_strain",
    label="桥梁应变计",
    points=(
        Point(key="strain", label="应变", unit="微应变", low=-5000, high=5000, digits=1),
        SHARE,
    ),
    silent_after=OFFLINE,
    order=81,
)
DEFLECTION = DeviceKind(
    key="bridge_deflection",
    label="桥梁挠度仪",
    points=(
        Point(key="deflection", label="挠度", unit="毫米", low=-1000, high=1000, digits=1),
        SHARE,
    ),
    silent_after=OFFLINE,
    order=82,
)
TILT = DeviceKind(
    key="bridge_tilt",
    label="桥梁倾角仪",
    points=(Point(key="tilt", label="倾角", unit="度", low=-30, high=30, digits=3),),
    silent_after=OFFLINE,
    order=83,
)
VIBRATION = DeviceKind(
    key="bridge_vibration",
    label="桥梁振动监测点",
    points=(
        Point(
            key="rms",
            label="十分钟加速度均方根",
            unit="厘米/平方秒",
            low=0,
            high=500,
            digits=1,
            still=timedelta(hours=6),
        ),
    ),
    silent_after=OFFLINE,
    order=84,
)
CRACK = DeviceKind(
    key="bridge_crack",
    label="桥梁裂缝计",
    points=(Point(key="width", label="裂缝宽度", unit="毫米", low=0, high=20, digits=2, jump=1),),
    silent_after=timedelta(hours=26),
    order=85,
)

SHARES = (
    Level(rank="blue", sets=60, clears=55),
    Level(rank="yellow", sets=80, clears=75),
    Level(rank="orange", sets=90, clears=85),
    Level(rank="red", sets=100, clears=95),
)
SHARES_FROM = "60、80、90、100 % 是演示默认值，不是标准；设计值由设计单位给出，每座桥自定限值"
STRAINED = AlarmRule(
    key="bridge_strained",
    label="桥梁应变",
    kind="bridge_strain",
    point="share",
    levels=SHARES,
    calm=timedelta(minutes=10),
    class_code="P0209",
    source=SHARES_FROM,
)
BENT = AlarmRule(
    key="bridge_bent",
    label="桥梁挠度",
    kind="bridge_deflection",
    point="share",
    levels=SHARES,
    calm=timedelta(minutes=10),
    class_code="P0209",
    source=SHARES_FROM,
)
TURNS = Rate(per=timedelta(minutes=1), gap=timedelta(minutes=30))
TILTS_FROM = "没有标准限值，突变多为船、车撞击：每分钟 0.05、0.2 度是演示默认值，每座桥自定限值"
TILTS = AlarmRule(
    key="bridge_tilts",
    label="桥梁倾角突变",
    kind="bridge_tilt",
    point="tilt",
    looks_at=TURNS,
    levels=(Level(rank="orange", sets=0.05, clears=0.02), Level(rank="red", sets=0.2, clears=0.1)),
    calm=timedelta(minutes=10),
    class_code="P0209",
    source=TILTS_FROM,
)
TILTS_BACK = AlarmRule(
    key="bridge_tilts_back",
    label="桥梁倾角反向突变",
    kind="bridge_tilt",
    point="tilt",
    side="below",
    looks_at=TURNS,
    levels=(
        Level(rank="orange", sets=-0.05, clears=-0.02),
        Level(rank="red", sets=-0.2, clears=-0.1),
    ),
    calm=timedelta(minutes=10),
    class_code="P0209",
    source=TILTS_FROM,
)
SHAKES = AlarmRule(
    key="bridge_shakes",
    label="桥梁振动",
    kind="bridge_vibration",
    point="rms",
    levels=(Level(rank="yellow", sets=31.5, clears=28), Level(rank="orange", sets=50, clears=45)),
    calm=timedelta(minutes=20),
    class_code="P0209",
    source="31.5、50 厘米/平方秒：桥梁监测常用的两级限值（出处未核对），与颜色的对应由城市自定",
)
CRACKS = AlarmRule(
    key="bridge_cracks",
    label="桥梁裂缝宽度",
    kind="bridge_crack",
    point="width",
    levels=(Level(rank="yellow", sets=0.25, clears=0.22),),
    hold=timedelta(hours=1),
    calm=timedelta(hours=6),
    class_code="P0209",
    source="0.25 毫米：一个公开的裂缝报警模型所用的值，不是标准；随构件和环境而定，每座桥自定限值",
)

APP = IndustryApp(
    key="bridges",
    label="桥梁",
    order=9,
    device_kinds=(STRAIN, DEFLECTION, TILT, VIBRATION, CRACK),
    rules=(STRAINED, BENT, TILTS, TILTS_BACK, SHAKES, CRACKS),
)
