"""Lamps on their pages: a plan set and ended, a controller on its post, the rates with what they are made of."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from chengyun.city.assets.factories import make_asset
from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import SwitchingPlan
from chengyun.city.sensing.services.switching import note
from chengyun.kernel import clock
from chengyun.science.switching import night_of

ZONE = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_a_plan_is_set_shown_and_ended(cast: Cast) -> None:
    supervisor = enter(cast.supervisor)
    assert "还没有开关灯计划" in supervisor.get("/monitoring/lights/").content.decode()
    given = {
        "area": DISTRICT,
        "on_minutes": "10",
        "off_minutes": "-15",
        "half": "even",
        "half_from": "23:30",
        "weekdays": list("1234567"),
        "reason": "冬季",
    }
    add = "/monitoring/lights/plans/add/"
    assert "请填写原因" in supervisor.post(add, given | {"reason": ""}).content.decode()
    wrong = supervisor.post(add, given | {"half_from": "半夜"}).content.decode()
    assert "时间要写成 23:30 这样" in wrong
    several = {"device": "X", "half_from": "半夜", "half_to": "25:00", "first_day": "2026-10-01"}
    wrong = supervisor.post(add, given | several | {"weekdays": [], "reason": ""}).content.decode()
    assert wrong.count("时间要写成 23:30 这样") == 2 * wrong.count("没有设备「X」") > 0
    assert "特别的日子要填第一天和最后一天" in wrong and "请填写原因" in wrong
    assert "请从列表中选星期几晚上用" in wrong or "请选择星期几晚上用" in wrong
    assert supervisor.post(add, given).status_code == 303
    row = SwitchingPlan.objects.get()
    page = supervisor.get("/monitoring/lights/").content.decode()
    assert row.code in page and "东昌府区全部" in page
    assert "应亮" in page or "应灭" in page
    here = f"/monitoring/lights/plans/{row.code}/"
    page = supervisor.get(here).content.decode()
    assert "日落后 10 分钟开，日出前 15 分钟关，双号杆 23:30–天明 熄" in page and "往后七夜" in page
    assert "不再用" not in enter(cast.duty).get(here).content.decode()
    assert enter(cast.duty).get(add).status_code == 403
    assert "东昌府区全部？" in supervisor.get(f"{here}end/").content.decode()
    assert supervisor.post(f"{here}end/", {}).status_code == 422
    assert supervisor.post(f"{here}end/", {"reason": "检修完了"}).status_code == 303
    assert "检修完了" in supervisor.get(here).content.decode()
    assert "还没有开关灯计划" in supervisor.get("/monitoring/lights/").content.decode()


def test_a_controller_is_put_on_its_post_and_both_pages_say_so(cast: Cast) -> None:
    device = make_device("DD-001", kind="lamp", name="1 号灯")
    make_device("KG-001", kind="lamp_cabinet", name="一号柜")
    post = make_asset("lamp", attributes={"pole": "东昌路-017"})
    duty, bind = enter(cast.duty), f"/monitoring/devices/{device.code}/bind/"
    assert "还没有挂接" in duty.get(f"/monitoring/devices/{device.code}/").content.decode()
    assert "没有这个部件" in duty.post(bind, {"asset": "123"}).content.decode()
    assert "没有设备" in duty.post(bind, {"feeder": "KG-9"}).content.decode()
    assert duty.post(bind, {"asset": post.code, "feeder": "KG-001"}).status_code == 303
    page = duty.get(f"/monitoring/devices/{device.code}/").content.decode()
    assert post.code in page and "东昌路-017" in page and "一号柜" in page
    page = duty.get(f"/data/assets/{post.code}/").content.decode()
    assert "装在这个部件上的设备" in page and "DD-001" in page
    other = make_asset("rain_cover")
    page = duty.get(f"/data/assets/{other.code}/").content.decode()
    assert "装在这个部件上的设备" not in page


def test_the_rates_show_what_they_are_made_of(cast: Cast) -> None:
    duty = enter(cast.duty)
    page = duty.get("/monitoring/lights/").content.decode()
    assert "暂无数据：这些天没有一盏灯报来过" in page and "0.00%" not in page
    lamps = [make_device(f"DD-{n}", kind="lamp", name=f"{n} 号灯") for n in range(4)]
    night = night_of(clock.now(), ZONE)
    note(night, lamps[:3], ought=True, burns=True)
    note(night, lamps[3:], ought=True, burns=False)
    page = duty.get("/monitoring/lights/").content.decode()
    assert page.count("75.00%") == 2 and page.count("3 / 4") == 2
    assert "目标 98%" in page and "目标 90%" in page
    assert "本月没有由路灯报警开的案件" in page


def test_a_plan_is_for_a_device_or_an_area_and_neither_is_called_optional(cast: Cast) -> None:
    text = enter(cast.supervisor).get("/monitoring/lights/plans/add/").content.decode()
    assert "设备编号</label>" in text and "哪里的</label>" in text and "半夜灯<span" in text
    assert text.count('<option value=""') == 2


def test_the_nights_are_read_page_by_page_and_one_that_is_not_over_says_so(cast: Cast) -> None:
    lamp, tonight = make_device("DD-001", kind="lamp"), night_of(clock.now(), ZONE)
    for back in range(7):
        note(tonight - timedelta(days=back), [lamp], ought=True, burns=True)
    first = enter(cast.duty).get("/monitoring/lights/").content.decode()
    assert 'data-label="亮灯率"' in first
    assert first.count("还没有过完") == 1 and first.count("100.00%") == 10
    older = f"?until={tonight - timedelta(days=5)}"
    assert older in first and "最近的" not in first
    second = enter(cast.duty).get(f"/monitoring/lights/{older}").content.decode()
    assert "还没有过完" not in second and second.count("100.00%") == 4
    assert "更早的" not in second and "最近的" in second
    for odd in ("0001-01-01", "9999-12-31", "昨天"):
        page = enter(cast.duty).get("/monitoring/lights/", {"until": odd})
        assert page.status_code == 200 and "还没有过完" in page.content.decode()
