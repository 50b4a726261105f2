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
