"""Heating: what heat stations send out and get back, water the network loses, and how warm it is in rooms."""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Level, Point, Rate, Usual
from chengyun.city.specs import IndustryApp
from chengyun.science.conditions import Beyond

STATION = DeviceKind(
    key="heat_station",
    label="换热站",
    points=(
        Point(key="supply", label="供水温度", unit="℃", low=-20, high=180, digits=1, jump=30),
        Point(key="return", label="回水温度", unit="℃", low=-20, high=180, digits=1, jump=30),
        Point(
            key="supply_pressure",
            label="供水压力",
            unit="MPa",
            low=0,
            high=2.5,
            digits=3,
            jump=0.3,
            still=timedelta(hours=12),
        ),
        Point(key="return_pressure", label="回水压力", unit="MPa", low=0, high=2.5, digits=3),
        Point(key="flow", label="循环流量", unit="立方米/时", low=0, high=10_000, digits=1),
        Point(key="makeup", label="补水流量", unit="立方米/时", low=0, high=1000, digits=2),
    ),
    silent_after=timedelta(minutes=30),
    order=71,
)
ROOM = DeviceKind(
    key="heat_room",
    label="室温采集点",
    points=(
        Point(
            key="temperature",
            label="室温",
            unit="℃",
            low=-20,
            high=50,
            digits=1,
            jump=10,
            drift="peers",
            still=timedelta(hours=48),
        ),
    ),
    silent_after=timedelta(hours=6),
    order=72,
)

WARM = Beyond(point="supply", mark=40, fresh=timedelta(minutes=30))
DROPS = AlarmRule(
    key="heat_drops",
    label="供热压力骤降",
    kind="heat_station",
    point="supply_pressure",
    side="below",
    looks_at=Rate(per=timedelta(minutes=1), gap=timedelta(minutes=15)),
    levels=(
        Level(rank="orange", sets=-0.02, clears=-0.01),
        Level(rank="red", sets=-0.05, clears=-0.02),
    ),
    calm=timedelta(minutes=5),
    class_code="E0504",
    source="没有标准限值，骤降多为爆管或停泵：每分钟 0.02、0.05 MPa 是演示默认值，由城市自定",
)
LOSES = AlarmRule(
    key="heat_loses",
    label="补水比平常多",
    kind="heat_station",
    point="makeup",
    looks_at=Usual(least=0.5),
    levels=(
        Level(rank="blue", sets=50, clears=30),
        Level(rank="yellow", sets=100, clears=70),
        Level(rank="orange", sets=300, clears=200),
    ),
    hold=timedelta(minutes=30),
    calm=timedelta(hours=1),
    class_code="E0504",
    source="没有标准限值，补水增多是管网失水的迹象：50、100、300 % 是演示默认值，由城市自定",
)
STOPPED = AlarmRule(
    key="heat_stopped",
    label="供着热而没有循环",
    kind="heat_station",
    point="flow",
    side="below",
    levels=(Level(rank="orange", sets=1, clears=2),),
    when=WARM,
    hold=timedelta(minutes=5),
    calm=timedelta(minutes=5),
    class_code="E0504",
    source="没有标准限值：供水 40 ℃ 以上而循环流量不到 1 立方米/时是演示默认值，由城市自定",
)
# The catalogue has no class for a cold room: the case is opened for the pipe that ought to warm it.
COLD = AlarmRule(
    key="heat_room_cold",
    label="室温过低",
    kind="heat_room",
    point="temperature",
    side="below",
    levels=(
        Level(rank="blue", sets=18, clears=18.5),
        Level(rank="yellow", sets=16, clears=16.5),
        Level(rank="orange", sets=14, clears=14.5),
    ),
    hold=timedelta(hours=2),
    calm=timedelta(hours=1),
    class_code="E0504",
    source="18 ℃：各地供热条例常用的居民室温下限（未核对本地条文）；16、14 ℃ 由城市自定",
)

APP = IndustryApp(
    key="heating",
    label="供热",
    order=8,
    device_kinds=(STATION, ROOM),
    rules=(DROPS, LOSES, STOPPED, COLD),
)
