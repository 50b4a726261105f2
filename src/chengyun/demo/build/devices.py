"""The devices of the demo: water on the road at crossings, rain over the town."""

import random
from collections.abc import Iterator

from chengyun.city.people.models import Unit
from chengyun.city.sensing.services.devices import NewDevice, add_device
from chengyun.demo.geometry.streets import LANE, ROADS
from chengyun.demo.spots import Spot, Streets, spot_at

PONDING, RAIN = 34, 8


def add_devices(streets: Streets, unit: Unit, seed: int) -> None:
    """Register them; they are silent until something plays them, see ``chengyun simulate``."""
    rng = random.Random(seed + 2)  # noqa: S311
    spots = rng.sample(list(_crossings(streets, rng)), PONDING + RAIN)
    kinds = [("ponding", "JS", "积水点")] * PONDING + [("rain", "YL", "雨量站")] * RAIN
    counts = dict.fromkeys(("JS", "YL"), 0)
    for (kind, letters, what), (name, spot) in zip(kinds, spots, strict=True):
        counts[letters] += 1
        new = NewDevice(
            code=f"{letters}-{counts[letters]:03d}",
            kind=kind,
            name=f"{name}{what}",
            lon=spot.lon,
            lat=spot.lat,
            address=spot.address,
            unit=unit,
            simulated=True,
        )
        add_device(new, by=None)


def _crossings(streets: Streets, rng: random.Random) -> Iterator[tuple[str, Spot]]:
    """Every crossing of two streets of the core, once, with its name."""
    for road in ROADS:
        if road.kind == LANE or road.axis != "ns":
            continue
        for at, other in streets.crossings[road.axis, road.at]:
            yield f"{road.name}{other}口", spot_at(streets, road, at, "kerb", rng)
