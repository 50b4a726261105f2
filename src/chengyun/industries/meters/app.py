"""Meters: what water, heat and gas meters have counted, read from afar by CJ/T 188."""

from datetime import timedelta

from chengyun.city.sensing.specs import DeviceKind, HeardAs, Point
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
WATER_METER = DeviceKind(
    key="water_meter",
    label="水表",
    points=(VOLUME,),
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
        Point(
            key="flow",
            label="流量",
            unit="立方米/时",
            low=0,
            high=10_000,
            digits=2,
            heard_as=(HeardAs("flow-m3/h"), HeardAs("flow-L/h", 0.001)),
        ),
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

APP = IndustryApp(
    key="meters",
    label="水热气表",
    order=5,
    device_kinds=(WATER_METER, HEAT_METER, GAS_METER),
    rules=(),
)
