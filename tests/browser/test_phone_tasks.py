"""The phone in the street: what is to be done there, and being on duty, with and without a network."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from chengyun.city.cases.factories import LAT, LON, drive, make_case
from chengyun.city.cases.services.acting import act
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import Attendance, TrackPoint
from chengyun.kernel.files import attachments_of
from chengyun.kernel.models import Audit, Capture
from tests.browser.conftest import Phones
from tests.browser.phones import logged_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_crew_signs_and_finishes_without_network(city: Cast, phones: Phones) -> None:
    case = drive(make_case(city), city, "dispatched")
    with phones("a") as crew:
        logged_in(crew, city.department)
        crew.reads("待签收")
        crew.loses_network()
        crew.page.get_by_role("link", name="雨水井盖").click()
        crew.presses("签收")
        crew.reads("签收，待发")
        crew.page.get_by_role("link", name="雨水井盖").click()
        crew.takes(1)
        crew.presses("处置完成")
        crew.page.get_by_label("处置结果").fill("换了新井盖")
        crew.presses("处置完成（先存手机）")
        crew.reads("处置完成，待发")
        crew.gets_network()
        crew.page.evaluate("location.hash = '#/queue'")
        crew.shows("已收到", 2)
    case.refresh_from_db()
    assert case.state == "handled"
    assert [a.role for a in attachments_of(case)] == ["after"]


def test_the_address_of_a_task_opens_it_on_a_new_phone(city: Cast, phones: Phones) -> None:
    case = drive(make_case(city), city, "handling")
    with phones("a") as crew:
        crew.is_in_as(city.department)
        crew.opens(f"/task/{case.code}")
        expect(crew.page.get_by_role("button", name="处置完成")).to_be_visible()


def test_an_inspector_checks_with_two_taps(city: Cast, phones: Phones) -> None:
    case = drive(make_case(city), city, "checking")
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.page.get_by_role("link", name="雨水井盖").click()
        inspector.reads("处置后")
        inspector.reads("已换新井盖")
        inspector.presses("看地图")
        expect(inspector.page.locator("dialog .mappin")).to_be_visible()
        inspector.presses("返回任务")
        inspector.page.wait_for_timeout(500)
        inspector.takes(1)
        inspector.presses("核查合格")
        expect(inspector.page.locator("#title")).to_have_text("今天")
        inspector.page.evaluate("location.hash = '#/queue'")
        inspector.shows("已收到")
    case.refresh_from_db()
    assert case.state == "checked"
    assert Capture.objects.latest("pk").accuracy == 6


def test_a_task_somebody_else_did_comes_back(city: Cast, phones: Phones) -> None:
    case = drive(make_case(city), city, "handling")
    with phones("a") as crew:
        logged_in(crew, city.department)
        crew.loses_network()
        crew.page.get_by_role("link", name="雨水井盖").click()
        crew.presses("申请回退")
        crew.page.get_by_label("不归我管").check()
        crew.page.get_by_label("原因", exact=True).fill("在别的区")
        crew.presses("申请回退（先存手机）")
        expect(crew.page.locator("#title")).to_have_text("今天")
        until = (localdate() + timedelta(days=10)).isoformat()
        act(case, "suspend", {"reason": "等配件", "until": until}, by=city.supervisor)
        crew.gets_network()
        crew.page.evaluate("location.hash = '#/queue'")
        crew.shows("被退回")
        crew.reads("刚被别人办过")
    case.refresh_from_db()
    assert case.state == "suspended"


def test_on_duty_the_way_is_kept_and_off_duty_it_is_not(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.reads("不在岗")
        inspector.opens("/me")
        inspector.loses_network()
        inspector.presses("上岗")
        inspector.reads("还没有发出")
        inspector.context.set_geolocation({"longitude": LON, "latitude": LAT, "accuracy": 5})
        inspector.page.wait_for_timeout(500)
        inspector.presses("下岗")
        inspector.gets_network()
        expect(inspector.page.get_by_role("button", name="上岗")).to_be_visible()
        inspector.until(
            "import('phone/store').then((s) => s.openStore()).then((s) => s.items()).then((i) => !i.length)"
        )
    row = Attendance.objects.get()
    assert row.ended_at is not None
    assert TrackPoint.objects.filter(attendance=row).count() == 1
    assert Audit.objects.filter(verb__startswith="duty.").count() == 2


def test_who_goes_on_duty_sees_it_at_once_and_after_a_restart(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.opens("/me")
        inspector.presses("上岗")
        sign = inspector.page.locator("#duty")
        inspector.waits_for(Attendance.objects.exists)
        inspector.until(
            "import('phone/store').then((s) => s.openStore()).then((s) => s.items()).then((i) => !i.length)"
        )
        inspector.page.wait_for_timeout(1000)
        expect(sign).to_have_class("ph-duty on")
        expect(inspector.page.get_by_role("button", name="下岗")).to_be_visible()
        inspector.page.reload()
        expect(sign).to_have_class("ph-duty on")
