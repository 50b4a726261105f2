"""What cabinets and lamps tell: switched off by day, burning by night, and a street that falls dark."""

from __future__ import annotations

from chengyun.demo.devices.course import Values, own

NIGHT = ("dark_street",)
"""The plays that are at night."""
CABINET = "KG-005"
IN_ITS_STREET = ("DD-013", "DD-014", "DD-015")
"""The cabinet that fails, and the lamps it feeds."""
SINGLE = "DD-040"
"""A lamp that is dark all night, for reasons of its own."""
LEAKS, FAILS, OPENED, MENDED = 0.10, 0.20, 0.60, 0.70
"""When current leaks, the switch falls, the crew opens the door, and the street is lit again."""
LEAKAGE, USUAL_LEAKAGE = 360, 20
AMPS, WATTS, VOLTS = 0.48, 100, 0.22


def measured(device: str, kind: str, play: str, share: float) -> Values:
    """What a device tells after a ``share`` (0 to 1) of a play."""
    if kind == "lamp":
        return _lamp(device, play, share)
    return _cabinet(device, play, share)


def _lamp(device: str, play: str, share: float) -> Values:
    if play not in NIGHT:
        return {"on": 0, "dark": 0, "current": 0, "power": 0}
    dark = device == SINGLE or (device in IN_ITS_STREET and FAILS <= share < MENDED)
    if dark:
        return {"on": 1, "dark": 1, "current": 0, "power": 0}
    watts = WATTS + round(6 * own(device))
    return {"on": 1, "dark": 0, "current": round(AMPS * watts / WATTS, 2), "power": watts}


def _cabinet(device: str, play: str, share: float) -> Values:
    """By day it tells nothing of how many lamps are lit."""
    off: Values = {"current": 0, "power": 0, "leakage": 0, "door": 0}
    if play not in NIGHT:
        return off
    failing = device == CABINET
    if failing and FAILS <= share < MENDED:
        return off | {"lit": 0, "door": int(share >= OPENED)}
    amps = round(40 + 30 * own(device), 1)
    return {
        "lit": round(100 - own(device), 1),
        "current": amps,
        "power": round(amps * VOLTS, 1),
        "leakage": LEAKAGE if failing and LEAKS <= share < FAILS else USUAL_LEAKAGE,
        "door": 0,
    }
