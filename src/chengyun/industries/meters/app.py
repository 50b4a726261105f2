"""Meters: what water, heat and gas meters have counted, read from afar, and flows that are not as usual."""

from datetime import timedelta

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, HeardAs, Level, Point, Usual
from chengyun.city.specs import IndustryApp

SILENT_AFTER = timedelta(hours=26)
"""Meters are read once a day at least."""
CUBIC_METRES = (HeardAs("total-m3"), HeardAs("total-L", 0.001))
GIGAJOULES = (
    HeardAs("total-GJ"),
    HeardAs("total-GJ*100", 100),
    HeardAs("total-MJ", 1e-3),
    HeardAs("total-kWh", 3.6e-3),
    HeardAs("total-MWh", 3.6),
)

VOLUME = Point(
    key="volume",
    label="累积流量",
    unit="立方米",
    low=0,
    high=1_000_000,
    digits=2,
    heard_as=CUBIC_METRES,
)
FLOW = Point(
    key="flow",
    label="流量",
    unit="立方米/时",
    low=0,
    high=10_000,
    digits=2,
    heard_as=(HeardAs("flow-m3/h"), HeardAs("flow-L/h", 0.001)),
)
WATER_METER = DeviceKind(
    key="water_meter",
    label="水表",
    points=(VOLUME, FLOW),
    silent_after=SILENT_AFTER,
    order=41,
)
HEAT_METER = DeviceKind(
    key="heat_meter",
    label="热量表",
    points=(
        Point(
            key="heat",
            label="累积热量",
            unit="GJ",
            low=0,
            high=4_000_000,
            digits=2,
            heard_as=GIGAJOULES,
        ),
        Point(
            key="power",
            label="热功率",
            unit="kW",
            low=0,
            high=1_000_000,
            digits=2,
            heard_as=(HeardAs("power-kW"), HeardAs("power-W", 0.001), HeardAs("power-MW", 1000)),
        ),
        FLOW,
        Point(
            key="volume",
            label="累积流量",
            unit="立方米",
            low=0,
            high=1_000_000,
            digits=2,
            heard_as=(HeardAs("volume-m3"), HeardAs("volume-L", 0.001)),
        ),
        Point(key="supply", label="供水温度", unit="℃", low=-20, high=180, digits=1),
        Point(key="return", label="回水温度", unit="℃", low=-20, high=180, digits=1),
    ),
    silent_after=SILENT_AFTER,
    order=42,
)
GAS_METER = DeviceKind(
    key="gas_meter",
    label="燃气表",
    points=(VOLUME,),
    silent_after=SILENT_AFTER,
    order=43,
)

WATER_FLOW = AlarmRule(
    key="water_flow_unusual",
    label="供水流量比平常高",
    kind="water_meter",
    point="flow",
    levels=(
        Level(rank="blue", sets=50, clears=30),
        Level(rank="yellow", sets=100, clears=70),
        Level(rank="orange", sets=200, clears=150),
    ),
    looks_at=Usual(least=1),
    hold=timedelta(hours=1),
    calm=timedelta(hours=1),
    class_code="E0501",
    source="没有标准限值，分区夜间流量法看的就是与平常的差：50、100、200 % 是演示默认值，由城市自定",
)
HEAT_FLOW = AlarmRule(
    key="heat_flow_unusual",
    label="供热流量比平常高",
    kind="heat_meter",
    point="flow",
    levels=(
        Level(rank="blue", sets=50, clears=30),
        Level(rank="yellow", sets=100, clears=70),
    ),
    looks_at=Usual(least=1),
    hold=timedelta(hours=1),
    calm=timedelta(hours=1),
    class_code="E0504",
    source="没有标准限值，管网失水时流量增大：50、100 % 是演示默认值，由城市自定",
)

APP = IndustryApp(
    key="meters",
    label="水热气表",
    order=5,
    device_kinds=(WATER_METER, HEAT_METER, GAS_METER),
    rules=(WATER_FLOW, HEAT_FLOW),
)
