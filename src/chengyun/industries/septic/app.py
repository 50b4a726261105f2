"""Septic tanks: how full they are, and the gases that gather in them, which burn and poison.

100 %LEL, the lower explosive limit of methane, is 5 %VOL.
"""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Level, Point, Rate, Silent
from chengyun.city.specs import IndustryApp

TANK = DeviceKind(
    key="septic_tank",
    label="化粪池监测点",
    points=(
        Point(key="filled", label="液位占池深", unit="%", low=0, high=120, jump=40),
        Point(
            key="lel",
            label="甲烷浓度",
            unit="%LEL",
            low=0,
            high=100,
            digits=1,
            jump=30,
            drift="self",
        ),
        Point(
            key="sulphide", label="硫化氢浓度", unit="ppm", low=0, high=500, digits=1, drift="self"
        ),
    ),
    silent_after=timedelta(hours=6),
    order=51,
)

FILLED = AlarmRule(
    key="septic_filled",
    label="化粪池液位",
    kind="septic_tank",
    point="filled",
    levels=(
        Level(rank="blue", sets=80, clears=70),
        Level(rank="yellow", sets=90, clears=80),
        Level(rank="orange", sets=100, clears=95),
    ),
    hold=timedelta(minutes=10),
    calm=timedelta(minutes=30),
    class_code="P0303",
    source="没有标准限值；100 % 即将外溢，80、90 % 是演示默认值，由城市自定",
)
RISES = AlarmRule(
    key="septic_rises",
    label="化粪池液位急涨",
    kind="septic_tank",
    point="filled",
    looks_at=Rate(per=timedelta(hours=1), gap=timedelta(hours=6)),
    levels=(Level(rank="yellow", sets=10, clears=5),),
    calm=timedelta(hours=1),
    class_code="P0303",
    source="没有标准限值，急涨多为出水口堵塞：每小时 10 % 是演示默认值，由城市自定",
)
METHANE = AlarmRule(
    key="septic_methane",
    label="化粪池甲烷",
    kind="septic_tank",
    point="lel",
    levels=(
        Level(rank="blue", sets=10, clears=8),
        Level(rank="orange", sets=25, clears=20),
        Level(rank="red", sets=50, clears=40),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=10),
    class_code="P0303",
    source=(
        "25、50 %LEL：GB/T 50493 一、二级报警的上限（未核对原文）；"
        "标准没有给化粪池定限值，10 %LEL 由城市自定"
    ),
)
# A person in the tank is whom the limit is for; sealed tanks hold more than that now and then, so it begins with blue.
SULPHIDE = AlarmRule(
    key="septic_sulphide",
    label="化粪池硫化氢",
    kind="septic_tank",
    point="sulphide",
    levels=(
        Level(rank="blue", sets=7, clears=5),
        Level(rank="yellow", sets=20, clears=15),
        Level(rank="orange", sets=50, clears=40),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=10),
    class_code="P0303",
    source=(
        "7 ppm：工作场所 10 mg/m³（GBZ 2.1，未核对原文）按 20 ℃ 时 1 ppm 约 1.4 mg/m³ 换算；"
        "20、50 ppm 由城市自定"
    ),
)
SILENT = AlarmRule(
    key="septic_silent",
    label="化粪池监测点失联",
    kind="septic_tank",
    point="filled",
    looks_at=Silent(),
    levels=(Level(rank="blue", sets=720, clears=1), Level(rank="yellow", sets=1440, clears=1)),
    class_code="P0303",
    source="没有标准限值；12 小时、24 小时由城市自定，按监测点的上报间隔调整",
)

APP = IndustryApp(
    key="septic",
    label="化粪池",
    order=6,
    device_kinds=(TANK,),
    rules=(FILLED, RISES, METHANE, SULPHIDE, SILENT),
)
