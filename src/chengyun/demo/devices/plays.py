"""What each device of the demo measures in each play."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chengyun.demo.devices import dust, gas, lamps, lifelines, meters, river, truck, weather
from chengyun.demo.devices.course import Values

Measured = Callable[[str, str, str, float], Values]
WATER = ("ponding", "rain", "pipe_level", "pump_station", "flood_gate")
GAS = ("gas_space", "gas_space_vol", "gas_low", "gas_medium", "gas_station")
LAMPS = ("lamp_cabinet", "lamp")
LIFELINES = tuple(lifelines.QUIET)
OF_KIND: dict[str, Measured] = {
    **dict.fromkeys(WATER, weather.measured),
    **dict.fromkeys(GAS, gas.measured),
    **dict.fromkeys(LAMPS, lamps.measured),
    **dict.fromkeys(LIFELINES, lifelines.measured),
}


@dataclass(frozen=True)
class Play:
    """What happens, and the kinds of devices that speak in it."""

    label: str
    kinds: tuple[str, ...]


PLAYS = {
    "dry": Play("平常的一天", (*WATER, *GAS, *LAMPS, *LIFELINES)),
    "cloudburst": Play("暴雨，三处积水", WATER),
    "gas_leak": Play("燃气泄漏", GAS),
    "dark_street": Play("夜里一条街的路灯熄灭", LAMPS),
}


@dataclass(frozen=True)
class Talk:
    """A device that speaks a protocol of its own at a door; ``speak(host, port, moments)`` lets it.

    ``answered``: whether the protocol has answers for it.
    """

    label: str
    protocol: str
    door: str
    speak: Callable[..., int]
    answered: bool = True


TALKS = {
    "truck": Talk("渣土车驶离路线", "JT/T 808", "jt808", truck.speak),
    "dust": Talk("工地扬尘", "HJ 212", "hj212", dust.speak),
    "river": Talk("河水上涨", "SL 651", "sl651", river.speak),
    "meters": Talk("集中器抄表", "CJ/T 188", "cjt188", meters.speak, answered=False),
}


def measured(device: str, kind: str, play: str, share: float) -> Values:
    """What a device measures after a ``share`` (0 to 1) of a play, by the keys of its points."""
    return OF_KIND[kind](device, kind, play, share)
