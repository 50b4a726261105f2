"""The lamp posts of the demo: each controller on its post, under the cabinet that feeds it; a plan, and past nights."""

from __future__ import annotations

import random
from datetime import date, timedelta

from chengyun.city.assets.drafts import Draft
from chengyun.city.assets.services.register import add_asset
from chengyun.city.people.models import Unit
from chengyun.city.sensing.models import Device
from chengyun.city.sensing.services.switching import NewPlan, bind_part, note, set_plan
from chengyun.demo.devices.lamps import SINGLE
from chengyun.demo.spots import Spot

NIGHTS = 14
LOOKS, IDLE = 80, 60
"""So often the lamps were looked at while they ought to burn and while they ought not."""
FAILING = {"lamp": 0.04, "lamp_cabinet": 0.01}
"""How many of those that are sound fail for a while in a night."""


class LampPosts:
    """Cabinets come before the lamps they feed."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.cabinet: Device | None = None
        self.fed = 0

    def meets(self, device: Device, spot: Spot) -> None:
        """The next device: a cabinet is remembered, a lamp gets its post."""
        if device.kind == "lamp_cabinet":
            self.cabinet, self.fed = device, 0
        elif device.kind == "lamp" and self.cabinet is not None:
            self.fed += 1
            pole = f"{self.cabinet.code}-{self.fed:02d}"
            post = Draft(
                type="lamp",
                lon=spot.lon,
                lat=spot.lat,
                address=spot.address,
                owner_id=self.unit.pk,
                keeper_id=self.unit.pk,
                attributes={"pole": pole, "circuit": self.cabinet.code},
                source="演示数据（模拟）",
            )
            bind_part(device, add_asset(post, by=None), self.cabinet, by=None)


def add_plan(area: str) -> None:
    """The plan of the city."""
    new = NewPlan(
        area=area,
        on_minutes=10,
        off_minutes=-15,
        half="even",
        half_from="23:30",
        half_to="05:00",
        reason="冬季计划（模拟）",
    )
    set_plan(new, by=None)


def add_nights(tonight: date, seed: int) -> None:
    """What the lamps did in the nights before tonight, as the looks of the platform would have counted it."""
    rng = random.Random(seed + 3)  # noqa: S311
    kinds = ("lamp", "lamp_cabinet")
    lamps = list(Device.objects.filter(kind__in=kinds, simulated=True).order_by("id"))
    for back in range(NIGHTS, 0, -1):
        night, missed = tonight - timedelta(days=back), dict[int, list[Device]]()
        for lamp in lamps:
            fails = LOOKS if lamp.code == SINGLE else 0
            fails = fails or (
                rng.randint(1, LOOKS // 4) if rng.random() < FAILING[lamp.kind] else 0
            )
            missed.setdefault(fails, []).append(lamp)
        for times, some in missed.items():
            note(night, some, ought=True, burns=False, times=times)
            note(night, some, ought=True, burns=True, times=LOOKS - times)
        note(night, lamps, ought=False, burns=False, times=IDLE)
