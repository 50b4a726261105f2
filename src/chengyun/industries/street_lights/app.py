"""Street lights: the cabinets that feed a street, the lamps with a controller of their own, and when it stays dark.

A controller holds a plan of its own and says itself when it stays dark (``dark``, and ``lit`` of a cabinet), so that no
alarm waits for ours. The platform knows the plan as well and looks through the night whether each lamp does what is
wanted: a lamp that draws less than 0.05 A, and a cabinet that gives less than 1 A, is taken for dark.
"""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, Burning, DeviceKind, Level, Point
from chengyun.city.specs import IndustryApp

CABINET = DeviceKind(
    key="lamp_cabinet",
    label="路灯控制柜",
    points=(
        Point(key="lit", label="亮灯率", unit="%", low=0, high=100, digits=1),
        Point(key="current", label="总电流", unit="A", low=0, high=400, digits=1),
        Point(key="power", label="有功功率", unit="kW", low=0, high=250, digits=1),
        Point(key="leakage", label="剩余电流", unit="mA", low=0, high=3000),
        Point(key="door", label="柜门", unit="", low=0, high=1, codes=("关", "开")),
        Point(key="on", label="合闸", unit="", low=0, high=1, codes=("分", "合")),
    ),
    silent_after=timedelta(minutes=30),
    order=21,
    part="power_box",
    burns=Burning(point="current", at_least=1.0),
)
LAMP = DeviceKind(
    key="lamp",
    label="单灯控制器",
    points=(
        Point(key="on", label="开关", unit="", low=0, high=1, codes=("关", "开")),
        Point(key="dark", label="应亮不亮", unit="", low=0, high=1, codes=("否", "是")),
        Point(key="current", label="电流", unit="A", low=0, high=10, digits=2),
        Point(key="power", label="功率", unit="W", low=0, high=1000),
    ),
    silent_after=timedelta(hours=2),
    order=22,
    part="lamp",
    burns=Burning(point="current", at_least=0.05),
)

LAMP_OUT = AlarmRule(
    key="lamp_out",
    label="路灯不亮",
    kind="lamp",
    point="dark",
    levels=(Level(rank="blue", sets=1, clears=0.5),),
    hold=timedelta(minutes=10),
    calm=timedelta(minutes=10),
    class_code="P0137",
    source="由单灯控制器按开灯计划和电流自判；持续 10 分钟由城市自定",
)
STREET_DARK = AlarmRule(
    key="street_dark",
    label="亮灯率过低",
    kind="lamp_cabinet",
    point="lit",
    side="below",
    levels=(
        Level(rank="blue", sets=98, clears=98.5),
        Level(rank="yellow", sets=90, clears=92),
        Level(rank="orange", sets=50, clears=60),
        Level(rank="red", sets=10, clears=20),
    ),
    hold=timedelta(minutes=5),
    calm=timedelta(minutes=10),
    class_code="P0137",
    source="98 %：城市照明考核的常用目标（各市 98 % 到 99 %）；90、50、10 % 由城市自定",
)
LEAKAGE = AlarmRule(
    key="lamp_leakage",
    label="路灯回路漏电",
    kind="lamp_cabinet",
    point="leakage",
    levels=(
        Level(rank="yellow", sets=100, clears=80),
        Level(rank="orange", sets=300, clears=240),
        Level(rank="red", sets=500, clears=400),
    ),
    hold=timedelta(seconds=30),
    calm=timedelta(minutes=10),
    class_code="P0137",
    source="300 mA：路灯配电剩余电流报警的常用值（未核对标准）；100、500 mA 由城市自定",
)
DOOR_OPEN = AlarmRule(
    key="lamp_door",
    label="控制柜门未关",
    kind="lamp_cabinet",
    point="door",
    levels=(Level(rank="yellow", sets=1, clears=0.5),),
    hold=timedelta(minutes=15),
    calm=timedelta(minutes=1),
    class_code="P0128",
    source="持续 15 分钟由城市自定，短于此多为检修",
)

APP = IndustryApp(
    key="street_lights",
    label="路灯照明",
    order=3,
    device_kinds=(CABINET, LAMP),
    rules=(LAMP_OUT, STREET_DARK, LEAKAGE, DOOR_OPEN),
)
