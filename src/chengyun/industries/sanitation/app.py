"""Sanitation: where the trucks that sweep, wash and carry are, and dust and noise beside a building site."""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, Count, DeviceKind, HeardAs, Level, Point, Still
from chengyun.city.specs import IndustryApp

VEHICLE = DeviceKind(
    key="vehicle",
    label="作业车辆",
    points=(
        Point(key="lon", label="经度", unit="度", low=73, high=136, digits=6),
        Point(key="lat", label="纬度", unit="度", low=3, high=54, digits=6),
        Point(key="speed", label="车速", unit="公里/时", low=0, high=160, digits=1),
        Point(key="direction", label="方向", unit="度", low=0, high=360),
        Point(key="mileage", label="里程", unit="公里", low=0, high=2_000_000, digits=1),
        Point(
            key="astray",
            label="偏离围栏或线路",
            unit="米",
            low=0,
            high=1_000_000,
            reckoned="astray",
        ),
    ),
    silent_after=timedelta(minutes=15),
    order=31,
)
DUST = DeviceKind(
    key="dust",
    label="扬尘监测点",
    points=(
        Point(
            key="pm10",
            label="PM10",
            unit="微克/立方米",
            low=0,
            high=3000,
            heard_as=(HeardAs("a34002-Rtd"),),
        ),
        Point(
            key="pm25",
            label="PM2.5",
            unit="微克/立方米",
            low=0,
            high=3000,
            heard_as=(HeardAs("a34004-Rtd"),),
        ),
        Point(
            key="noise",
            label="噪声",
            unit="分贝",
            low=0,
            high=160,
            digits=1,
            heard_as=(HeardAs("LA-Rtd"),),
        ),
    ),
    silent_after=timedelta(minutes=30),
    order=32,
)

# The catalogue has no class for a truck on a wrong road; what it may leave there is what people are sent for.
ASTRAY = AlarmRule(
    key="vehicle_astray",
    label="驶离围栏或线路",
    kind="vehicle",
    point="astray",
    levels=(
        Level(rank="yellow", sets=10, clears=5),
        Level(rank="orange", sets=500, clears=400),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=1),
    class_code="E0111",
    source="余量以外 10 米：民用卫星定位的误差；500 米：已不在沿途；都由城市自定",
)
LOUD = AlarmRule(
    key="site_loud",
    label="工地噪声反复超标",
    kind="dust",
    point="noise",
    looks_at=Count(mark=70, within=timedelta(hours=1)),
    levels=(
        Level(rank="blue", sets=20, clears=10),
        Level(rank="yellow", sets=40, clears=30),
    ),
    class_code="E0301",
    source="70 分贝：GB 12523 建筑施工场界昼间限值（等效声级，未核对原文）；一小时 20、40 次由城市自定",
)
STUCK = AlarmRule(
    key="dust_stuck",
    label="扬尘监测点读数不变",
    kind="dust",
    point="pm10",
    looks_at=Still(gap=timedelta(minutes=30)),
    levels=(Level(rank="blue", sets=60, clears=1),),
    class_code="E0304",
    source="读数一点不变多为探头故障或被堵；60 分钟由城市自定",
)

APP = IndustryApp(
    key="sanitation",
    label="环境卫生",
    order=4,
    device_kinds=(VEHICLE, DUST),
    rules=(ASTRAY, LOUD, STUCK),
)
