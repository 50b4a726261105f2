"""The wall before a gateway: readings come in by their own protocols, and the page moves with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from chengyun.city.people.factories import Cast
from chengyun.city.places.factories import CENTRE
from chengyun.city.sensing.factories import make_device
from chengyun.kernel import clock
from tests.browser.conftest import Windows
from tests.gateway import Gateway, line, running
from tests.test_lines import PHONE, asked, identified, jt808_frame, position

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TRUCK = PHONE.lstrip("0")
LON, LAT = CENTRE


@pytest.fixture
def gateway(city: Cast, tmp_path: Path, settings: Settings) -> Iterator[Gateway]:
    make_device("JS-001", name="湖南路积水点")
    make_device(TRUCK, kind="vehicle", name="洒水车一号")
    with running(tmp_path / "home", city.sender) as made:
        settings.READINGS = made.archive.root
        yield made


def test_water_rises_and_the_map_and_the_list_say_so(
    city: Cast, window: Windows, gateway: Gateway
) -> None:
    now = clock.now()
    with window() as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        expect(page.locator("#dm-told")).to_have_text("图上 2 台，报警 0，离线 2。")
        rising = [line(40.0, now - timedelta(minutes=n)) for n in (3, 2, 1, 0)]
        assert gateway.send(b"\n".join(rising))[0] == 200
        expect(page.locator("#dm-told")).to_have_text("图上 2 台，报警 1，离线 1。")
        expect(page.locator("[data-sign='red']")).to_be_visible()
        expect(page.locator(".al-red.un .al-val b")).to_have_text("40")
        page.get_by_role("button", name="在图上看湖南路积水点").click()
        expect(page.locator(".dm-ring[data-code='JS-001']")).to_be_visible()


def test_a_truck_moves_on_the_map_and_leaves_its_track(
    city: Cast, window: Windows, gateway: Gateway
) -> None:
    now = clock.now()
    with window() as duty, gateway.line("jt808") as terminal:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens(f"/monitoring/devices/{TRUCK}/")
        page.get_by_role("link", name="在报警墙上看").click()
        marked = page.locator(f".dm-ring[data-code='{TRUCK}']")
        expect(marked).to_be_visible()
        identified(terminal)
        for n in range(1, 11):
            here = position(now - timedelta(seconds=100 - 10 * n), lon=LON - 0.001 * n, lat=LAT)
            assert asked(terminal, jt808_frame(0x0200, here, serial=n))["result"] == 0
        expect(page.locator("[data-sign='moving']")).to_be_visible()
        expect(marked).to_have_attribute("data-at", f"{LON - 0.01:.2f},{LAT:.2f}")
        duty.opens(f"/monitoring/devices/{TRUCK}/")
        track = page.locator("#track")
        expect(track).to_contain_text("0.8 公里")
        expect(track).to_contain_text("10 个")
        expect(track.locator("canvas")).to_be_visible()
