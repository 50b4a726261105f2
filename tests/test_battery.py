"""A device of any kind tells of its battery at any door, without anybody having registered that it has one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from chengyun.city.sensing.models import Ailment, Device, Series
from chengyun.city.sensing.services.ailments import sweep_batteries
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_battery_is_kept_from_when_it_is_told_of(gateway: Gateway, device: Device) -> None:
    """The first answer says that it is not kept yet; what comes some seconds later is, under either name."""
    assert gateway.send(line(60, BEGIN, point="batteryLevel")) == (
        200,
        {"kept": 0, "waiting": [], "unknown": ["JS-001 batteryLevel"]},
    )
    series = Series.objects.get(device=device, point="battery")
    told = iter(range(1, 1000))

    def kept() -> bool:
        at = BEGIN + timedelta(minutes=next(told))
        return bool(gateway.send(line(12, at, point="batteryLevel"))[1]["kept"])

    assert within(15, kept)
    assert gateway.send(line(11, BEGIN + timedelta(days=1), point="battery"))[1]["kept"] == 1
    assert gateway.stored(series) == Counter({12.0: 1, 11.0: 1})
    assert within(10, lambda: Series.objects.get(pk=series.pk).value == 11)
    sweep_batteries()
    assert Ailment.objects.get().series == series
