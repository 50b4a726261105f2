"""The devices of the demo: water on roads and in pipes, gas beside its pipes, lamps along streets, a few others."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chengyun.city.people.models import Unit, User
from chengyun.city.sensing.fence_shapes import along_roads
from chengyun.city.sensing.models import Device, Fence
from chengyun.city.sensing.services.devices import NewDevice, add_device
from chengyun.city.sensing.services.fences import NewFence, draw_fence
from chengyun.demo.build.lamps import LampPosts
from chengyun.demo.devices import controller, dust, meters, river, truck
from chengyun.demo.geometry.streets import LANE, ROADS, Road
from chengyun.demo.spots import Spot, Streets, spot_at, town_spot

LAMPS = 3
"""Lamps with a controller of their own that one cabinet feeds."""
APART = 45.0
"""Metres from a cabinet to the first of them, and from one to the next."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """So many devices of a kind at crossings; ``letters`` begin their codes, ``what`` ends their names."""

    kind: str
    letters: str
    what: str
    unit: str
    count: int
    where: str = "kerb"


BATCHES = (
    Batch(kind="ponding", letters="JS", what="积水点", unit="drainage", count=34),
    Batch(kind="rain", letters="YL", what="雨量站", unit="drainage", count=8, where="site"),
    Batch(kind="pipe_level", letters="GW", what="雨水井", unit="drainage", count=24),
    Batch(kind="pump_station", letters="BZ", what="泵站", unit="drainage", count=22, where="site"),
    Batch(kind="flood_gate", letters="ZM", what="闸门", unit="drainage", count=6, where="site"),
    Batch(kind="gas_space", letters="RQ", what="燃气相邻井", unit="gas", count=30),
    Batch(kind="gas_space_vol", letters="RK", what="燃气阀井", unit="gas", count=6),
    Batch(kind="gas_low", letters="DY", what="低压压力点", unit="gas", count=12, where="site"),
    Batch(kind="gas_medium", letters="ZY", what="中压压力点", unit="gas", count=8),
    Batch(kind="gas_station", letters="TY", what="调压站", unit="gas", count=10, where="site"),
)
CABINETS = Batch(
    kind="lamp_cabinet",
    letters="KG",
    what="路灯控制柜",
    unit="lighting",
    count=20,
    where="pavement",
)
LAMP = Batch(kind="lamp", letters="DD", what="灯", unit="lighting", count=CABINETS.count * LAMPS)
IN_TOWNS = (
    Batch(kind="gas_space", letters="XQ", what="燃气相邻井", unit="", count=1),
    Batch(kind="lamp_cabinet", letters="XD", what="路灯控制柜", unit="", count=1),
)
"""One of each in every county seat, kept by the bureau of the district."""
LIFELINES = (
    Batch(
        kind="septic_tank", letters="HF", what="化粪池", unit="sanitation_1", count=2, where="site"
    ),
    Batch(kind="supply_main", letters="GS", what="供水管", unit="water", count=3),
    Batch(kind="leak_noise", letters="LS", what="供水阀井", unit="water", count=1),
    Batch(kind="supply_quality", letters="SZ", what="水质点", unit="water", count=1, where="site"),
    Batch(kind="heat_station", letters="HR", what="换热站", unit="heating", count=2, where="site"),
    Batch(kind="heat_room", letters="SW", what="住宅室温", unit="heating", count=3, where="site"),
    Batch(kind="bridge_strain", letters="QB", what="桥应变", unit="works", count=1),
    Batch(kind="bridge_deflection", letters="QN", what="桥挠度", unit="works", count=1),
    Batch(kind="bridge_tilt", letters="QJ", what="桥倾角", unit="works", count=1),
    Batch(kind="bridge_vibration", letters="QZ", what="桥振动", unit="works", count=1),
    Batch(kind="bridge_crack", letters="QL", what="桥裂缝", unit="works", count=1),
)
"""A few of each."""


SPEAKERS = (
    (
        truck.PHONE,
        Batch(kind="vehicle", letters="", what="渣土车 鲁P00001", unit="sanitation_1", count=1),
    ),
    (
        dust.MONITOR.number,
        Batch(kind="dust", letters="", what="工地扬尘", unit="sanitation_1", count=1),
    ),
    (
        river.STATION.address,
        Batch(kind="river", letters="", what="水位站", unit="drainage", count=1, where="site"),
    ),
    (
        meters.WATER_METER.number,
        Batch(kind="water_meter", letters="", what="水表", unit="water", count=1, where="site"),
    ),
    (
        meters.HEAT_METER.number,
        Batch(kind="heat_meter", letters="", what="换热站", unit="heating", count=1, where="site"),
    ),
    (
        meters.GAS_METER.number,
        Batch(kind="gas_meter", letters="", what="燃气表", unit="gas", count=1, where="site"),
    ),
    (
        controller.GATE,
        Batch(
            kind="flood_gate",
            letters="",
            what="可控闸门",
            unit="drainage",
            count=1,
            where="site",
        ),
    ),
    (
        controller.STATION,
        Batch(
            kind="pump_station",
            letters="",
            what="可控泵站",
            unit="drainage",
            count=1,
            where="site",
        ),
    ),
)
"""Those that speak a protocol of their own, each with the number it calls itself by."""


@dataclass(frozen=True)
class Crossing:
    """Where a street meets another."""

    road: Road
    along: float
    other: str

    @property
    def name(self) -> str:
        return f"{self.road.name}{self.other}口"


def add_devices(streets: Streets, units: Mapping[str, Unit], seed: int) -> None:
    """Register them; they are silent until something plays them, see ``chengyun simulate``."""
    rng = random.Random(seed + 2)  # noqa: S311
    counts, lamps = Counter[str](), LampPosts(units["lighting"])
    for batch, name, spot, unit in _placed(streets, rng):
        counts[batch.letters] += 1
        code = f"{batch.letters}-{counts[batch.letters]:03d}"
        lamps.meets(_add(code, batch, name, spot, units[unit]), spot)
    crossings = list(_crossings(streets))
    for code, batch in SPEAKERS:
        at = rng.choice(crossings)
        spot = spot_at(streets, at.road, at.along, batch.where, rng)
        name = batch.what if batch.kind == "vehicle" else f"{at.name}{batch.what}"
        _add(code, batch, name, spot, units[batch.unit])


def give_route(by: User) -> None:
    """The truck has to go along the roads it was allowed."""
    way = along_roads(truck.ROUTE)
    new = NewFence(
        name="城西工地到城北消纳场",
        duty=Fence.Duty.FOLLOW,
        shape=way,
        margin=truck.MARGIN,
        devices=[Device.objects.get(code=truck.PHONE)],
        reason="核准的渣土运输线路",
    )
    draw_fence(new, by=by)


def _add(code: str, batch: Batch, name: str, spot: Spot, unit: Unit) -> Device:
    new = NewDevice(
        code=code,
        kind=batch.kind,
        name=name,
        lon=spot.lon,
        lat=spot.lat,
        address=spot.address,
        unit=unit,
        simulated=True,
    )
    return add_device(new, by=None)


def _placed(streets: Streets, rng: random.Random) -> Iterator[tuple[Batch, str, Spot, str]]:
    """Each device with its name, its place and the key of its unit."""
    crossings = list(_crossings(streets))
    yield from _at_crossings(BATCHES, streets, crossings, rng)
    for at in rng.sample(crossings, CABINETS.count):
        spot = spot_at(streets, at.road, at.along, CABINETS.where, rng)
        yield CABINETS, f"{at.name}{CABINETS.what}", spot, CABINETS.unit
        for n in range(LAMPS):
            spot = spot_at(streets, at.road, _beside(at, n), LAMP.where, rng)
            yield LAMP, f"{at.name} {n + 1} 号{LAMP.what}", spot, LAMP.unit
    for district in sorted(streets.town_roads):
        for batch in IN_TOWNS:
            spot = town_spot(streets, district, rng)
            yield batch, f"{spot.road}{batch.what}", spot, district
    yield from _at_crossings(LIFELINES, streets, crossings, rng)


def _at_crossings(
    batches: Sequence[Batch], streets: Streets, crossings: Sequence[Crossing], rng: random.Random
) -> Iterator[tuple[Batch, str, Spot, str]]:
    """Each device of these batches at a crossing of its own."""
    for batch in batches:
        for at in rng.sample(crossings, batch.count):
            spot = spot_at(streets, at.road, at.along, batch.where, rng)
            yield batch, f"{at.name}{batch.what}", spot, batch.unit


def _beside(at: Crossing, n: int) -> float:
    """Where along its street the ``n``-th lamp stands: away from the nearer end of it."""
    middle = (at.road.start + at.road.end) / 2
    return at.along + APART * (n + 1) * (1 if at.along < middle else -1)


def _crossings(streets: Streets) -> Iterator[Crossing]:
    """Every crossing of two streets of the core, once."""
    for road in ROADS:
        if road.kind == LANE or road.axis != "ns":
            continue
        for along, other in streets.crossings[road.axis, road.at]:
            if road.start <= along <= road.end:
                yield Crossing(road, along, other)
