"""Water supply: pressure and flow in the mains, the noise of leaks, and whether the water is fit to drink."""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Level, Point, Rate, Usual
from chengyun.city.specs import IndustryApp
from chengyun.science.conditions import Beyond

MAIN = DeviceKind(
    key="supply_main",
    label="供水管网监测点",
    points=(
        Point(
            key="pressure",
            label="压力",
            unit="MPa",
            low=0,
            high=2,
            digits=3,
            jump=0.2,
            drift="peers",
            still=timedelta(hours=12),
        ),
        Point(key="flow", label="流量", unit="立方米/时", low=0, high=20_000, digits=1),
    ),
    silent_after=timedelta(minutes=30),
    order=61,
)
LEAK = DeviceKind(
    key="leak_noise",
    label="漏水噪声记录仪",
    points=(Point(key="noise", label="漏水噪声", unit="分贝", low=0, high=140),),
    silent_after=timedelta(hours=26),
    order=62,
)
QUALITY = DeviceKind(
    key="supply_quality",
    label="供水水质监测点",
    points=(
        Point(
            key="chlorine",
            label="余氯",
            unit="毫克/升",
            low=0,
            high=10,
            digits=2,
            drift="peers",
            still=timedelta(hours=24),
        ),
        Point(
            key="turbidity", label="浑浊度", unit="NTU", low=0, high=100, digits=2, drift="peers"
        ),
    ),
    silent_after=timedelta(hours=1),
    order=63,
)

LOW = AlarmRule(
    key="supply_low",
    label="供水压力过低",
    kind="supply_main",
    point="pressure",
    side="below",
    levels=(
        Level(rank="blue", sets=0.2, clears=0.22),
        Level(rank="yellow", sets=0.14, clears=0.16),
        Level(rank="orange", sets=0.08, clears=0.1),
    ),
    hold=timedelta(minutes=5),
    calm=timedelta(minutes=10),
    class_code="E0501",
    source="没有统一限值，随服务压力和地面高程而定：0.2、0.14、0.08 MPa 是演示默认值，由城市自定",
)
DROPS = AlarmRule(
    key="supply_drops",
    label="供水压力骤降",
    kind="supply_main",
    point="pressure",
    side="below",
    looks_at=Rate(per=timedelta(minutes=1), gap=timedelta(minutes=15)),
    levels=(
        Level(rank="yellow", sets=-0.02, clears=-0.01),
        Level(rank="orange", sets=-0.05, clears=-0.02),
    ),
    calm=timedelta(minutes=5),
    class_code="E0501",
    source="没有标准限值，骤降多为爆管：每分钟 0.02、0.05 MPa 是演示默认值，由城市自定",
)
BURST = AlarmRule(
    key="supply_burst",
    label="流量大而压力低",
    kind="supply_main",
    point="flow",
    looks_at=Usual(least=1),
    levels=(
        Level(rank="orange", sets=50, clears=30),
        Level(rank="red", sets=100, clears=70),
    ),
    when=Beyond(point="pressure", mark=0.2, side="below", fresh=timedelta(minutes=30)),
    hold=timedelta(minutes=5),
    calm=timedelta(minutes=10),
    class_code="E0501",
    source="没有标准限值，爆管时流量升、压力降：比平常高 50、100 %，0.2 MPa，是演示默认值，由城市自定",
)
NOISE = AlarmRule(
    key="supply_leak_noise",
    label="持续的漏水噪声",
    kind="leak_noise",
    point="noise",
    levels=(Level(rank="blue", sets=45, clears=40), Level(rank="yellow", sets=60, clears=55)),
    hold=timedelta(hours=2),
    calm=timedelta(hours=2),
    class_code="E0501",
    source="没有标准限值，随管材和仪器而定：45、60 分贝，持续 2 小时，是演示默认值，由城市自定",
)
# The catalogue has no class for the quality of water: the case is opened for the pipe through which dirt comes in.
CHLORINE = AlarmRule(
    key="supply_chlorine",
    label="余氯过低",
    kind="supply_quality",
    point="chlorine",
    side="below",
    levels=(Level(rank="yellow", sets=0.05, clears=0.08),),
    hold=timedelta(minutes=15),
    calm=timedelta(minutes=30),
    class_code="E0501",
    source="0.05 毫克/升：GB 5749 管网末梢水游离氯的下限（未核对原文）；出厂水和用一氯胺的另定",
)
TURBIDITY = AlarmRule(
    key="supply_turbidity",
    label="浑浊度过高",
    kind="supply_quality",
    point="turbidity",
    levels=(Level(rank="yellow", sets=1, clears=0.8), Level(rank="orange", sets=3, clears=2.5)),
    hold=timedelta(minutes=15),
    calm=timedelta(minutes=30),
    class_code="E0501",
    source="1 NTU：GB 5749 限值（未核对原文）；3 NTU 由城市自定",
)

APP = IndustryApp(
    key="water_supply",
    label="供水管网",
    order=7,
    device_kinds=(MAIN, LEAK, QUALITY),
    rules=(LOW, DROPS, BURST, NOISE, CHLORINE, TURBIDITY),
)
