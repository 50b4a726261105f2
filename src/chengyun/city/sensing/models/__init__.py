from chengyun.city.sensing.models.ailments import Ailment, DriftSeen
from chengyun.city.sensing.models.commands import Command, Control
from chengyun.city.sensing.models.devices import (
    TOLD_CRS,
    Alarm,
    Alert,
    AlertUnit,
    Device,
    Gateway,
    Link,
    OwnLimits,
    Series,
    Silence,
    Unread,
    UsualHours,
)
from chengyun.city.sensing.models.dialects import Dialect
from chengyun.city.sensing.models.fences import Fence
from chengyun.city.sensing.models.lights import LampNight, SwitchingPlan
from chengyun.city.sensing.models.outages import Outage, OutageDevice
from chengyun.city.sensing.models.weather import WeatherWarning

__all__ = [
    "TOLD_CRS",
    "Ailment",
    "Alarm",
    "Alert",
    "AlertUnit",
    "Command",
    "Control",
    "Device",
    "Dialect",
    "DriftSeen",
    "Fence",
    "Gateway",
    "LampNight",
    "Link",
    "Outage",
    "OutageDevice",
    "OwnLimits",
    "Series",
    "Silence",
    "SwitchingPlan",
    "Unread",
    "UsualHours",
    "WeatherWarning",
]
