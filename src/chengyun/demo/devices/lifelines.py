"""What the devices of septic tanks, water mains, heating and bridges measure: a quiet day."""

from __future__ import annotations

from chengyun.demo.devices.course import Values, own

QUIET: dict[str, dict[str, tuple[float, float]]] = {
    "septic_tank": {"filled": (40, 30), "lel": (1, 4), "sulphide": (0.5, 3)},
    "supply_main": {"pressure": (0.28, 0.06), "flow": (120, 80)},
    "leak_noise": {"noise": (18, 12)},
    "supply_quality": {"chlorine": (0.2, 0.3), "turbidity": (0.2, 0.3)},
    "heat_station": {
        "supply": (48, 6),
        "return": (38, 4),
        "supply_pressure": (0.5, 0.1),
        "return_pressure": (0.3, 0.1),
        "flow": (150, 100),
        "makeup": (0.5, 0.5),
    },
    "heat_room": {"temperature": (20, 3)},
    "bridge_strain": {"strain": (60, 120), "share": (15, 25)},
    "bridge_deflection": {"deflection": (4, 8), "share": (15, 25)},
    "bridge_tilt": {"tilt": (0.01, 0.05)},
    "bridge_vibration": {"rms": (3, 6)},
    "bridge_crack": {"width": (0.05, 0.1)},
}
"""Of each point what all devices measure, and how much more the last of them."""


def measured(device: str, kind: str, play: str, share: float) -> Values:
    """What a device measures, at all times of every play."""
    return {
        point: round(least + more * own(device), 3) for point, (least, more) in QUIET[kind].items()
    }
