from chengyun.city.sensing.models.commands import Command, Control
from chengyun.city.sensing.models.devices import (
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
from chengyun.city.sensing.models.lights import LampNight, SwitchingPlan
from chengyun.city.sensing.models.weather import WeatherWarning

__all__ = [
    "Alarm",
    "Alert",
    "AlertUnit",
    "Command",
    "Control",
    "Device",
    "Gateway",
    "LampNight",
    "Link",
    "OwnLimits",
    "Series",
    "Silence",
    "SwitchingPlan",
    "Unread",
    "UsualHours",
    "WeatherWarning",
]
