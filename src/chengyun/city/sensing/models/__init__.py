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
from chengyun.city.sensing.models.fences import (
    Fence,
)
from chengyun.city.sensing.models.outages import (
    Outage,
    OutageDevice,
)

__all__ = [
    "TOLD_CRS",
    "Alarm",
    "Alert",
    "AlertUnit",
    "Device",
    "Fence",
    "Gateway",
    "Link",
    "Outage",
    "OutageDevice",
    "OwnLimits",
    "Series",
    "Silence",
    "Unread",
    "UsualHours",
]
