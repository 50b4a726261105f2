"""From the units SenML knows into those of our points, where both measure the same.

Sources: RFC 8428, 12.1, and RFC 8798, 3 (secondary units). Each unit is a multiple of its quantity's own, some with
another zero. What counts something else than numbers of things (percent of the explosive limit) is nobody's multiple;
percent of a battery are taken for percent.
"""

from __future__ import annotations

import math

Measure = tuple[str, float, float]
"""A quantity, and what a value in the unit has to be multiplied by and added to be in the unit of the quantity."""

KELVIN = 273.15
SENML: dict[str, Measure] = {
    "m": ("length", 1, 0),
    "cm": ("length", 1e-2, 0),
    "mm": ("length", 1e-3, 0),
    "km": ("length", 1e3, 0),
    "K": ("temperature", 1, 0),
    "Cel": ("temperature", 1, KELVIN),
    "Pa": ("pressure", 1, 0),
    "hPa": ("pressure", 1e2, 0),
    "W": ("power", 1, 0),
    "kW": ("power", 1e3, 0),
    "J": ("energy", 1, 0),
    "Wh": ("energy", 3.6e3, 0),
    "kWh": ("energy", 3.6e6, 0),
    "A": ("current", 1, 0),
    "mA": ("current", 1e-3, 0),
    "V": ("voltage", 1, 0),
    "mV": ("voltage", 1e-3, 0),
    "m3": ("volume", 1, 0),
    "l": ("volume", 1e-3, 0),
    "m3/s": ("flow", 1, 0),
    "l/s": ("flow", 1e-3, 0),
    "m/s": ("speed", 1, 0),
    "km/h": ("speed", 1 / 3.6, 0),
    "m/s2": ("acceleration", 1, 0),
    "rad": ("angle", 1, 0),
    "lat": ("angle", math.pi / 180, 0),
    "lon": ("angle", math.pi / 180, 0),
    "/": ("ratio", 1, 0),
    "%": ("ratio", 1e-2, 0),
    "/100": ("ratio", 1e-2, 0),
    "/1000": ("ratio", 1e-3, 0),
    "%EL": ("ratio", 1e-2, 0),
    "ppm": ("ratio", 1e-6, 0),
    "dB": ("sound", 1, 0),
    "Bspl": ("sound", 10, 0),
    "kg/m3": ("density", 1, 0),
    "ug/m3": ("density", 1e-9, 0),
    "count": ("count", 1, 0),
}
OURS: dict[str, Measure] = {
    "米": SENML["m"],
    "厘米": SENML["cm"],
    "毫米": SENML["mm"],
    "公里": SENML["km"],
    "公里/时": SENML["km/h"],
    "℃": SENML["Cel"],
    "kPa": ("pressure", 1e3, 0),
    "MPa": ("pressure", 1e6, 0),
    "W": SENML["W"],
    "kW": SENML["kW"],
    "GJ": ("energy", 1e9, 0),
    "A": SENML["A"],
    "mA": SENML["mA"],
    "伏": SENML["V"],
    "立方米": SENML["m3"],
    "立方米/时": ("flow", 1 / 3.6e3, 0),
    "度": SENML["lat"],
    "%": SENML["%"],
    "分贝": SENML["dB"],
    "厘米/平方秒": ("acceleration", 1e-2, 0),
    "微克/立方米": SENML["ug/m3"],
    "毫克/升": ("density", 1e-3, 0),
    "ppm": SENML["ppm"],
    "微应变": ("ratio", 1e-6, 0),
    "台": SENML["count"],
}
DIGITS = 12
"""A value that was converted keeps so many, which hides what no measurement has."""


class Unfit(Exception):
    """A value in one unit says nothing in the other; the message is half a sentence that says why."""


def converted(value: float, told: str, wanted: str) -> float:
    """A value in another unit. Raises Unfit."""
    if told == wanted:
        return value
    if told not in SENML:
        raise Unfit(f"单位「{told[:20]}」这里不认识")
    if wanted not in OURS or SENML[told][0] != OURS[wanted][0]:
        raise Unfit(f"单位「{told}」换算不成测点的单位「{wanted or '无'}」")
    (_, factor, zero), (_, other, origin) = SENML[told], OURS[wanted]
    return float(f"{(value * factor + zero - origin) / other:.{DIGITS}g}")
