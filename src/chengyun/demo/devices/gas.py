"""What the devices of the gas network measure: quiet, and while a pipe leaks into the space beside it."""

from __future__ import annotations

from chengyun.demo.devices.course import Values, course, own

LEAKING = {"RQ-007": 58.0}
LEAKING_VOL = {"RK-002": 1.1}
"""The spaces the gas gathers in, and how much of it, in %LEL and %VOL."""
FALLING = {"DY-003": 1.3}
"""Where the pressure falls, and to what, in kPa."""
DRIFTED = {"RQ-021": 5.0}
"""Where the zero point of the sensor has moved away, and by how much, in %LEL."""
RUN_DOWN = {"RQ-012": 14.0}
"""Which battery is nearly empty, and what is left of it, in percent."""
WARNING = "TY-003"
"""The station whose alarm goes off: low, then high."""
HIGH_ALARM = 0.6
COMES, STANDS, GOES = 0.15, 0.40, 0.70


def measured(device: str, kind: str, play: str, share: float) -> Values:
    """What a device measures after a ``share`` (0 to 1) of a play."""
    gas = course(share, COMES, STANDS, GOES) if play == "gas_leak" else 0.0
    if kind == "gas_space":
        quiet = 3 * own(device) + DRIFTED.get(device, 0.0)
        lel = round(quiet + max(0.0, LEAKING.get(device, quiet) - quiet) * gas, 1)
        return {"lel": lel} | ({"battery": RUN_DOWN[device]} if device in RUN_DOWN else {})
    if kind == "gas_space_vol":
        quiet = 0.1 * own(device)
        return {"vol": round(quiet + max(0.0, LEAKING_VOL.get(device, quiet) - quiet) * gas, 2)}
    if kind == "gas_low":
        usual = 2.1 + 0.2 * own(device)
        return {"pressure": round(usual - (usual - FALLING.get(device, usual)) * gas, 2)}
    if kind == "gas_medium":
        return {"pressure": round(0.28 + 0.04 * own(device), 3)}
    alarm = (1 if gas < HIGH_ALARM else 2) if device == WARNING and gas > 0 else 0
    return {"alarm": alarm}
