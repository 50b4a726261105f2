"""The plays of the demo's devices: what they measure is possible, and raises the alarms they are played for."""

from __future__ import annotations

import numpy as np
import pytest

from chengyun.city.sensing.limits import limits_of
from chengyun.city.sensing.specs import RANKS, AlarmRule, DeviceKind
from chengyun.demo.build.devices import (
    BATCHES,
    CABINETS,
    IN_TOWNS,
    LAMP,
    LIFELINES,
    SPEAKERS,
)
from chengyun.demo.devices import lamps
from chengyun.demo.devices.plays import PLAYS, measured
from chengyun.kernel import registry
from chengyun.science.conditions import OWN, points_of
from chengyun.science.episodes import Watch, rounds

SPEAKING = [batch for _, batch in SPEAKERS]
KINDS = {each.kind for each in (*BATCHES, CABINETS, LAMP, *IN_TOWNS, *LIFELINES, *SPEAKING)}
DEVICES = {
    f"{batch.letters}-{n + 1:03d}": batch.kind
    for batch in (*BATCHES, CABINETS, LAMP, *LIFELINES)
    for n in range(batch.count)
}
ROUNDS, EVERY, SECOND = 120, 20, 1_000_000
ALARMS = {
    "dry": {},
    "cloudburst": {
        ("JS-003", "ponding_depth"): "red",
        ("JS-011", "ponding_depth"): "red",
        ("JS-020", "ponding_depth"): "orange",
        ("GW-003", "pipe_filled"): "orange",
        ("GW-009", "pipe_filled"): "yellow",
        ("BZ-004", "sump_level"): "orange",
        ("BZ-004", "pump_faulty"): "yellow",
        ("BZ-009", "pumps_idle"): "yellow",
    },
    "gas_leak": {
        ("RQ-007", "methane_lel"): "red",
        ("RK-002", "methane_vol"): "yellow",
        ("DY-003", "gas_low_falls"): "yellow",
        ("TY-003", "gas_station_alarm"): "orange",
    },
    "dark_street": {
        ("KG-005", "street_dark"): "red",
        ("KG-005", "lamp_leakage"): "orange",
        ("DD-013", "lamp_out"): "blue",
        ("DD-014", "lamp_out"): "blue",
        ("DD-015", "lamp_out"): "blue",
        ("DD-040", "lamp_out"): "blue",
    },
}
every_play = pytest.mark.parametrize("play", PLAYS)


def test_the_city_has_devices_of_every_kind() -> None:
    assert {kind.key for kind in registry.all_of(DeviceKind)} == KINDS


@every_play
def test_what_is_measured_lies_in_the_range_of_its_point(play: str) -> None:
    for code, key in DEVICES.items():
        kind = registry.get(DeviceKind, key)
        for n in range(ROUNDS + 1):
            for name, value in measured(code, key, play, n / ROUNDS).items():
                point = kind.point(name)
                assert point is not None and point.low <= value <= point.high, (code, name, value)


Source = tuple[str, str]
"""A device and a rule."""


def raised(play: str) -> tuple[dict[Source, str], set[Source]]:
    """What raises an alarm in a play, with the worst level of it; and what still stands when the play is over."""
    speaking = {code: kind for code, kind in DEVICES.items() if kind in PLAYS[play].kinds}
    pairs = [
        (code, rule)
        for code, kind in speaking.items()
        for rule in registry.all_of(AlarmRule)
        if rule.kind == kind
    ]
    watch, every = Watch(limits_of([rule for _, rule in pairs])), np.arange(len(pairs))
    worst = np.zeros(len(pairs), int)
    for n in range(ROUNDS + 1):
        told = {code: measured(code, kind, play, n / ROUNDS) for code, kind in speaking.items()}
        entries = [
            (row, told[code][point], place)
            for row, (code, rule) in enumerate(pairs)
            for place, point in _looked_at(rule)
            if point in told[code]
        ]
        rows, values, places = (np.array(column) for column in zip(*entries, strict=True))
        at = np.full(len(rows), n * EVERY * SECOND)
        for part in rounds(rows):
            watch.step(rows[part], at[part], values[part].astype(float), places[part])
        worst = np.maximum(worst, watch.level(every))
    sources = [(code, rule.key) for code, rule in pairs]
    alarms: dict[Source, str] = {
        sources[row]: RANKS[int(worst[row]) - 1] for row in np.flatnonzero(worst)
    }
    return alarms, {sources[row] for row in np.flatnonzero(watch.level(every))}


def _looked_at(rule: AlarmRule) -> list[tuple[int, str]]:
    """The points of its own device a rule looks at, with their places, those of its condition first."""
    others = enumerate(points_of(rule.when) if rule.when else ())
    return [*((place, point) for place, (kind, point) in others if not kind), (OWN, rule.point)]


@every_play
def test_a_play_raises_the_alarms_it_is_played_for(play: str) -> None:
    alarms, standing = raised(play)
    assert alarms == ALARMS[play]
    assert standing == {source for source in alarms if source[0] == lamps.SINGLE}
