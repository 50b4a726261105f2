"""Gas: methane where it gathers beside the pipes, the pressure inside them, and what the stations report.

100 %LEL, the lower explosive limit of methane, is 5 %VOL: the two rules on methane say the same in either unit.
"""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Level, Point, Rate, Silent
from chengyun.city.specs import IndustryApp

SPACE = DeviceKind(
    key="gas_space",
    label="甲烷监测点",
    points=(
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
    ),
    silent_after=timedelta(hours=1),
    order=11,
)
SPACE_VOL = DeviceKind(
    key="gas_space_vol",
    label="甲烷监测点（%VOL）",
    points=(
        Point(key="vol", label="甲烷浓度", unit="%VOL", low=0, high=100, digits=2, drift="self"),
    ),
    silent_after=timedelta(hours=1),
    order=12,
)
LOW_PRESSURE = DeviceKind(
    key="gas_low",
    label="低压管网压力点",
    points=(
        Point(
            key="pressure",
            label="压力",
            unit="kPa",
            low=0,
            high=20,
            digits=2,
            jump=1,
            drift="peers",
            still=timedelta(hours=12),
        ),
    ),
    silent_after=timedelta(minutes=30),
    order=13,
)
MEDIUM_PRESSURE = DeviceKind(
    key="gas_medium",
    label="中压管网压力点",
    points=(
        Point(
            key="pressure",
            label="压力",
            unit="MPa",
            low=0,
            high=1,
            digits=3,
            jump=0.1,
            drift="peers",
            still=timedelta(hours=12),
        ),
    ),
    silent_after=timedelta(minutes=30),
    order=14,
)
STATION = DeviceKind(
    key="gas_station",
    label="调压站报警主机",
    points=(
        Point(
            key="alarm",
            label="报警状态",
            unit="",
            low=0,
            high=3,
            codes=("正常", "低报", "高报", "切断"),
        ),
    ),
    silent_after=timedelta(minutes=15),
    order=15,
)

METHANE_LEL = AlarmRule(
    key="methane_lel",
    label="相邻空间甲烷",
    kind="gas_space",
    point="lel",
    levels=(
        Level(rank="blue", sets=10, clears=8),
        Level(rank="yellow", sets=20, clears=16),
        Level(rank="orange", sets=25, clears=20),
        Level(rank="red", sets=50, clears=40),
    ),
    hold=timedelta(seconds=30),
    calm=timedelta(minutes=10),
    class_code="E0502",
    source=(
        "20、25 %LEL：GB 50838 管廊燃气舱报警、切断的上限；25、50 %LEL：GB/T 50493 一、二级报警的上限"
        "（均未核对原文）；标准没有给相邻地下空间定限值，10 %LEL 由城市自定"
    ),
)
METHANE_VOL = AlarmRule(
    key="methane_vol",
    label="相邻空间甲烷",
    kind="gas_space_vol",
    point="vol",
    levels=(
        Level(rank="blue", sets=0.5, clears=0.4),
        Level(rank="yellow", sets=1, clears=0.8),
        Level(rank="orange", sets=1.25, clears=1),
        Level(rank="red", sets=2.5, clears=2),
    ),
    hold=timedelta(seconds=30),
    calm=timedelta(minutes=10),
    class_code="E0502",
    source="由 %LEL 的限值换算：甲烷爆炸下限 5 %VOL 为 100 %LEL",
)
SILENCE = (Level(rank="yellow", sets=60, clears=1), Level(rank="orange", sets=360, clears=1))
SILENT_LEL = AlarmRule(
    key="methane_lel_silent",
    label="甲烷监测点失联",
    kind="gas_space",
    point="lel",
    looks_at=Silent(),
    levels=SILENCE,
    class_code="E0502",
    source="没有标准限值；1 小时、6 小时由城市自定，按监测点的上报间隔调整",
)
SILENT_VOL = AlarmRule(
    key="methane_vol_silent",
    label="甲烷监测点失联",
    kind="gas_space_vol",
    point="vol",
    looks_at=Silent(),
    levels=SILENCE,
    class_code="E0502",
    source="与 %LEL 的监测点相同",
)
PRESSURE_FALLS = AlarmRule(
    key="gas_low_falls",
    label="低压管网压力过低",
    kind="gas_low",
    point="pressure",
    side="below",
    levels=(
        Level(rank="yellow", sets=1.5, clears=1.6),
        Level(rank="orange", sets=1.2, clears=1.3),
        Level(rank="red", sets=0.8, clears=1.0),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=10),
    class_code="E0502",
    source="1.5 kPa：GB 50028 灶前压力下限，天然气额定 2 kPa 的 0.75 倍（未核对原文）；1.2、0.8 由城市自定",
)
PRESSURE_RISES = AlarmRule(
    key="gas_low_rises",
    label="低压管网压力过高",
    kind="gas_low",
    point="pressure",
    levels=(
        Level(rank="yellow", sets=3, clears=2.8),
        Level(rank="orange", sets=4, clears=3.6),
        Level(rank="red", sets=5, clears=4.5),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=10),
    class_code="E0502",
    source="3 kPa：GB 50028 灶前压力上限，天然气额定 2 kPa 的 1.5 倍（未核对原文）；4、5 由城市自定",
)
MEDIUM_FALLS = AlarmRule(
    key="gas_medium_falls",
    label="中压管网压力过低",
    kind="gas_medium",
    point="pressure",
    side="below",
    levels=(
        Level(rank="yellow", sets=0.15, clears=0.16),
        Level(rank="red", sets=0.08, clears=0.1),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=10),
    class_code="E0502",
    source="没有统一限值，随管网运行压力而定：0.15、0.08 MPa 是演示默认值",
)
MEDIUM_RISES = AlarmRule(
    key="gas_medium_rises",
    label="中压管网压力过高",
    kind="gas_medium",
    point="pressure",
    levels=(
        Level(rank="yellow", sets=0.38, clears=0.36),
        Level(rank="red", sets=0.4, clears=0.38),
    ),
    hold=timedelta(minutes=1),
    calm=timedelta(minutes=10),
    class_code="E0502",
    source="0.4 MPa：GB 50028 中压 A 级的上限（未核对原文）；0.38 由城市自定",
)
MEDIUM_DROPS = AlarmRule(
    key="gas_medium_drops",
    label="中压管网压力骤降",
    kind="gas_medium",
    point="pressure",
    looks_at=Rate(per=timedelta(minutes=1), gap=timedelta(minutes=10)),
    side="below",
    levels=(
        Level(rank="orange", sets=-0.02, clears=-0.01),
        Level(rank="red", sets=-0.05, clears=-0.02),
    ),
    calm=timedelta(minutes=5),
    class_code="E0502",
    source="没有标准限值，骤降多为管道被挖断：每分钟 0.02、0.05 MPa 是演示默认值，由城市自定",
)
STATION_ALARM = AlarmRule(
    key="gas_station_alarm",
    label="调压站报警",
    kind="gas_station",
    point="alarm",
    levels=(
        Level(rank="yellow", sets=1, clears=0.5),
        Level(rank="orange", sets=2, clears=1.5),
        Level(rank="red", sets=3, clears=2.5),
    ),
    calm=timedelta(minutes=10),
    class_code="E0502",
    source="站内报警主机自判，其两级报警的设定值见 CJJ/T 146（未核对原文）；与颜色的对应由城市自定",
)

APP = IndustryApp(
    key="gas",
    label="燃气安全",
    order=2,
    device_kinds=(SPACE, SPACE_VOL, LOW_PRESSURE, MEDIUM_PRESSURE, STATION),
    rules=(
        METHANE_LEL,
        METHANE_VOL,
        SILENT_LEL,
        SILENT_VOL,
        PRESSURE_FALLS,
        PRESSURE_RISES,
        MEDIUM_FALLS,
        MEDIUM_RISES,
        MEDIUM_DROPS,
        STATION_ALARM,
    ),
)
