"""A weather warning in front of somebody: entered by hand, on the wall at once, gone when it is lifted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localtime
from playwright.sync_api import expect

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import change, make_device
from chengyun.city.sensing.models import WeatherWarning
from chengyun.city.sensing.services.weather import lift
from chengyun.kernel import clock
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_warning_is_entered_stands_on_the_wall_and_goes(city: Cast, window: Windows) -> None:
    device = make_device()
    with window() as duty:
        page = duty.page
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/weather/")
        page.get_by_role("link", name="录入预警").first.click()
        page.get_by_label("种类").select_option("rainstorm")
        page.get_by_label("级别").select_option("orange")
        page.get_by_label("东昌府区").check()
        page.get_by_label("内容").fill("预计未来 6 小时有暴雨。")
        page.get_by_label("发布单位").fill("市气象台")
        until = localtime(clock.now() + timedelta(hours=6))
        page.get_by_label("结束").fill(f"{until:%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="登记预警").click()
        duty.is_told("暴雨橙色预警已登记")
        expect(page.get_by_text("黄色 6 厘米")).to_be_visible()
        alarm = change(device, 2, value=8)
        assert alarm is not None
        duty.opens("/monitoring/")
        standing = page.get_by_label("生效中的气象预警")
        expect(standing).to_contain_text("暴雨橙色预警")
        duty.opens(f"/monitoring/alarms/{alarm.code}/")
        expect(page.get_by_text("暴雨橙色预警期间：黄色 6 厘米")).to_be_visible()
        duty.opens("/monitoring/")
        expect(standing).to_be_visible()
        lift(WeatherWarning.objects.get(), "雨停了", by=None)
        expect(standing).to_have_count(0)
