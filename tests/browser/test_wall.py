"""The wall in front of somebody: it changes by itself, and sounds only for a red alarm nobody has answered."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from chengyun.city.people.factories import Cast
from chengyun.city.places.factories import CENTRE
from chengyun.city.sensing.factories import change, make_alarm, make_device
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.services.alarms import act
from chengyun.city.sensing.services.readings import remember
from chengyun.kernel import clock
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LON = CENTRE[0]


def test_an_alarm_comes_is_confirmed_and_gets_its_case(city: Cast, window: Windows) -> None:
    device = make_device()
    with window() as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        expect(page.get_by_text("没有未关闭的报警")).to_be_visible()
        alarm = make_alarm(device)
        expect(page.locator(".al-red.un")).to_contain_text("湖南路立交桥下积水点")
        page.get_by_role("link", name="积水深度").click()
        page.get_by_role("button", name="确认报警").click()
        duty.is_told(f"{alarm.code} 已确认")
        page.get_by_role("button", name="开案处置").click()
        duty.is_told(f"{alarm.code} 处置中，案号")
        change(device, 0)
        page.reload()
        page.get_by_role("button", name="关闭报警").click()
        duty.is_told(f"{alarm.code} 已关闭")
        duty.opens("/monitoring/")
        expect(page.get_by_text("没有未关闭的报警")).to_be_visible()


def test_it_sounds_for_an_unanswered_red_alarm_alone(city: Cast, window: Windows) -> None:
    alarm = make_alarm(make_device(), level=3)
    with window() as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        sound = page.get_by_role("button", name="声音")
        sound.click()
        expect(sound).to_have_text("声音 开")
        page.wait_for_timeout(4500)
        assert sound.get_attribute("data-rang") is None
        change(alarm.series.device, 4)
        expect(sound).to_have_attribute("data-rang", "1")
        alarm.refresh_from_db()
        act(alarm, "confirm", {}, by=city.duty)
        expect(page.locator("#wall[data-unanswered='0']")).to_be_visible()
        rang = sound.get_attribute("data-rang")
        page.wait_for_timeout(4500)
        expect(sound).to_have_attribute("data-rang", rang or "")
        sound.click()
        expect(sound).to_have_text("声音 关")


def test_without_a_server_the_wall_says_that_it_is_old(city: Cast, window: Windows) -> None:
    make_alarm(make_device())
    with window() as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        old = page.get_by_text("画面停在那一刻")
        expect(old).to_be_hidden()
        page.context.set_offline(True)
        expect(old).to_be_visible()
        expect(page.locator("[data-toast]")).to_have_count(0)
        page.context.set_offline(False)
        expect(old).to_be_hidden()
        duty.complaints.clear()  # the browser has told of every request without an answer


def hear(device: Device, **values: float) -> None:
    """A device tells its points now."""
    now = clock.now()
    keys = {each.point: each.pk for each in Series.objects.filter(device=device)}
    remember([(keys[point], now, value, 0, now) for point, value in values.items()])


def test_a_row_leads_to_its_place_on_the_map(city: Cast, window: Windows) -> None:
    make_alarm(make_device("JS-001", name="一号点"), level=3)
    truck = make_device("13800000001", kind="vehicle", name="洒水车")
    hear(truck, lon=truck.lon or 0, lat=truck.lat or 0, direction=0)
    with window() as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        expect(page.locator("#dm-told")).to_have_text("图上 2 台，报警 1，离线 0。")
        page.get_by_role("button", name="在图上看一号点").click()
        expect(page.locator(".dm-ring[data-code='JS-001']")).to_be_visible()
        expect(page.locator(".al.on")).to_contain_text("一号点")
        expect(page.locator("[data-sign='red']")).to_be_hidden()
        make_alarm(make_device("JS-002", name="二号点", lon=LON - 0.004))
        expect(page.locator("#dm-told")).to_have_text("图上 3 台，报警 2，离线 0。")
        expect(page.locator("[data-sign='red']")).to_be_visible()
        expect(page.locator(".al.on")).to_contain_text("一号点")
        mark = page.locator("[data-mark]").get_attribute("data-mark") or ""
        hear(truck, lon=(truck.lon or 0) + 0.001, lat=truck.lat or 0)
        expect(page.locator(f"[data-mark='{mark}']")).to_have_count(0)
        canvas = page.locator(".aw-map canvas")
        expect(page.locator(".aw-map [data-zoom='16']")).to_be_visible()
        canvas.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("一号点")


def test_a_browser_without_maps_has_the_list(city: Cast, window: Windows) -> None:
    make_alarm(make_device())
    with window() as duty:
        page = duty.page
        page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        expect(page.locator("#dm-told")).to_contain_text("画不了地图")
        expect(page.locator(".al-red.un")).to_contain_text("湖南路立交桥下积水点")
        expect(page.locator(".al-find")).to_be_hidden()


def test_a_city_without_devices_has_an_empty_map(city: Cast, window: Windows) -> None:
    with window() as duty:
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        expect(duty.page.locator("#dm-told")).to_have_text("还没有登记设备。")


def test_the_screen_of_the_duty_room_grows_loud_and_calm_again(city: Cast, window: Windows) -> None:
    device = make_device()
    hear(device, depth=1.0)
    with window({"width": 1920, "height": 1080}) as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        page.get_by_role("link", name="全屏值守").click()
        expect(page.get_by_text("没有未关闭的报警")).to_be_visible()
        expect(page.locator("#sc-seen")).to_contain_text("截至")
        alarm = make_alarm(device)
        expect(page.locator(".sa-red.un")).to_contain_text("湖南路立交桥下积水点")
        expect(page.locator("#dm-told")).to_contain_text("报警 1")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        act(alarm, "confirm", {}, by=city.duty)
        expect(page.locator(".sa-red:not(.un)")).to_be_visible()
        change(device, 0)
        alarm.refresh_from_db()
        act(alarm, "close", {}, by=city.duty)
        expect(page.get_by_text("没有未关闭的报警")).to_be_visible()


def test_a_screen_shows_no_login_page_and_says_that_it_is_cut_off(
    city: Cast, window: Windows
) -> None:
    with window({"width": 1920, "height": 1080}) as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/screen/")
        expect(page.locator("#sc-seen")).to_contain_text("截至")
        session = page.context.cookies()
        page.context.clear_cookies()
        expect(page.get_by_role("alert")).to_contain_text("登录到期了")
        expect(page.get_by_role("link", name="重新登录")).to_be_visible()
        page.context.add_cookies([{**each} for each in session])  # type: ignore[typeddict-item]
        expect(page.get_by_role("alert")).to_be_hidden()
        duty.complaints.clear()


def test_a_screen_comes_back_by_itself_after_the_network_was_gone(
    city: Cast, window: Windows
) -> None:
    with window({"width": 1920, "height": 1080}) as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/screen/")
        expect(page.locator("#sc-seen")).to_contain_text("截至")
        page.context.set_offline(True)
        expect(page.get_by_role("alert")).to_contain_text("没有连上服务器")
        page.context.set_offline(False)
        expect(page.get_by_role("alert")).to_be_hidden()
        duty.complaints.clear()


def test_a_screen_is_dim_by_night(city: Cast, window: Windows) -> None:
    with window({"width": 1920, "height": 1080}) as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        for hour, night in ((12, 0), (23, 1), (5, 1), (6, 0)):
            page.clock.set_fixed_time(datetime(2026, 7, 1, hour, tzinfo=ZoneInfo("Asia/Shanghai")))
            duty.opens("/monitoring/screen/")
            expect(page.locator("#sc-time")).to_have_text(f"{hour:02}:00")
            expect(page.locator("html[data-night]")).to_have_count(night)
