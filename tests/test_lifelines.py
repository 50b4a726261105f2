"""What devices of septic tanks, water mains, heating and bridges tell raises the alarms it ought to, and no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import DISTRICT
from chengyun.city.sensing.factories import make_device, make_limits
from chengyun.city.sensing.limits import limits_of
from chengyun.city.sensing.own_limits import holding, rule_called
from chengyun.city.sensing.specs import RANKS, AlarmRule
from chengyun.kernel import clock, registry
from chengyun.science.conditions import OWN, points_of
from chengyun.science.episodes import Watch

MINUTE = 60_000_000


def worst(kind: str, told: Mapping[str, Sequence[float]], every: int) -> dict[str, str]:
    """The worst level of each rule on a device that tells these values, one every so many minutes."""
    rules = [
        rule for rule in registry.all_of(AlarmRule) if rule.kind == kind and rule.point in told
    ]
    found: dict[str, str] = {}
    for rule in rules:
        watch, most = Watch(limits_of([rule])), 0
        others = points_of(rule.when) if rule.when else ()
        places = [*((n, point) for n, (_, point) in enumerate(others)), (OWN, rule.point)]
        for n in range(len(told[rule.point])):
            for place, point in places:
                at, value = np.array([n * every * MINUTE]), np.array([float(told[point][n])])
                watch.step(np.array([0]), at, value, np.array([place]))
            most = max(most, int(watch.level(np.array([0]))[0]))
        if most:
            found[rule.key] = RANKS[most - 1]
    return found


@pytest.mark.parametrize(
    ("kind", "told", "every", "alarms"),
    [
        ("septic_tank", {"filled": [40, 55, 72, 86, 93, 93]}, 30,
         {"septic_filled": "yellow", "septic_rises": "yellow"}),
        ("septic_tank", {"filled": [60, 62, 64, 67, 70]}, 60, {}),
        ("septic_tank", {"lel": [5, 30, 30], "sulphide": [2, 9, 9]}, 5,
         {"septic_methane": "orange", "septic_sulphide": "blue"}),
        ("supply_main", {"pressure": [0.30, 0.30, 0.24, 0.24]}, 1, {"supply_drops": "orange"}),
        ("supply_main", {"pressure": [0.30, 0.29, 0.28, 0.27]}, 15, {}),
        ("supply_main", {"pressure": [0.19] * 8}, 1, {"supply_low": "blue"}),
        ("leak_noise", {"noise": [50] * 4}, 60, {"supply_leak_noise": "blue"}),
        ("leak_noise", {"noise": [50, 20, 50, 20]}, 60, {}),
        ("supply_quality", {"chlorine": [0.04] * 4, "turbidity": [1.2] * 4}, 10,
         {"supply_chlorine": "yellow", "supply_turbidity": "yellow"}),
        ("heat_station", {"supply": [50] * 8, "flow": [0.2] * 8}, 1, {"heat_stopped": "orange"}),
        ("heat_station", {"supply": [15] * 8, "flow": [0.2] * 8}, 1, {}),
        ("heat_station", {"supply_pressure": [0.5, 0.5, 0.44]}, 1, {"heat_drops": "red"}),
        ("heat_room", {"temperature": [15.5] * 4}, 60, {"heat_room_cold": "yellow"}),
        ("bridge_strain", {"strain": [400] * 3, "share": [50, 92, 92]}, 1, {"bridge_strained": "orange"}),
        ("bridge_deflection", {"deflection": [40] * 3, "share": [50, 101, 101]}, 1, {"bridge_bent": "red"}),
        ("bridge_tilt", {"tilt": [0.02, 0.02, 0.12]}, 1, {"bridge_tilts": "orange"}),
        ("bridge_tilt", {"tilt": [0.02, 0.02, -0.3]}, 1, {"bridge_tilts_back": "red"}),
        ("bridge_tilt", {"tilt": [0.02, 0.04, 0.06]}, 10, {}),
        ("bridge_vibration", {"rms": [5, 33, 33]}, 10, {"bridge_shakes": "yellow"}),
        ("bridge_crack", {"width": [0.2, 0.26, 0.26, 0.26]}, 60, {"bridge_cracks": "yellow"}),
    ],
)  # fmt: skip
def test_it_alarms(
    kind: str, told: Mapping[str, Sequence[float]], every: int, alarms: dict[str, str]
) -> None:
    assert worst(kind, told, every) == alarms


@pytest.mark.django_db
def test_out_of_the_heating_season_a_cold_room_is_nothing() -> None:
    cast = make_working_city()
    room, summer = make_device("SW-001", kind="heat_room"), ("03-16", "11-14")
    out_of_reach = {"blue": (-15.0, -14.0)}
    with clock.at(datetime(2026, 1, 15, tzinfo=UTC)):
        make_limits(
            None,
            area=DISTRICT,
            rule="heat_room_cold",
            levels=out_of_reach,
            season=summer,
            by=cast.supervisor,
        )
    for month, limits in ((10, [-15]), (12, [18, 16, 14])):
        with clock.at(datetime(2026, month, 1, 4, tzinfo=UTC)):
            holding.forget()
            rule = holding().at(rule_called("heat_room_cold"), room.code, room.area)
        assert [level.sets for level in rule.levels] == limits
