"""Drainage: water on the road, and the limits at which somebody must go there."""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, HeardAs, Level, Point
from chengyun.city.specs import IndustryApp

PONDING = DeviceKind(
    key="ponding",
    label="积水监测点",
    points=(Point(key="depth", label="积水深度", unit="厘米", low=0, high=300),),
    silent_after=timedelta(minutes=15),
    order=1,
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

APP = IndustryApp(
    key="drainage",
    label="排水防涝",
    order=1,
    device_kinds=(PONDING, RAIN),
    rules=(
        AlarmRule(
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
            source="15 厘米：GB 50014 车道积水深度；27 厘米：下穿封闭交通的常用值；10 厘米由城市自定",
        ),
    ),
)
