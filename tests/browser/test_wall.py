"""The wall in front of somebody: it changes by itself, and sounds only for a red alarm nobody has answered."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import change, make_alarm, make_device
from chengyun.city.sensing.services.alarms import act
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
