"""Dispatch with one key, and what may have been reported already, in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chengyun.city.cases.factories import LAT, LON, MANHOLE, drive, make_case, make_rules
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from tests.browser.actors import press
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_dispatcher_takes_the_proposal_with_one_key(city: Cast, window: Windows) -> None:
    make_rules(city)
    for description in ("第一个井盖", "第二个井盖"):
        drive(make_case(city, description=description), city, "filed")
    with window() as dispatcher:
        page = dispatcher.page
        dispatcher.is_in_as(city.dispatcher)
        dispatcher.opens("/desk/")
        preview = page.locator("#preview")
        expect(preview).to_contain_text("第一个井盖")
        expect(preview).to_contain_text("由市政工程处负责。")
        press(page, "d")
        dispatcher.is_told("已派给市政工程处")
        expect(preview).to_contain_text("第二个井盖")
        press(page, "g")
        expect(page.get_by_label("责任单位")).to_have_value(city.crew.code)
    assert Case.objects.filter(state="dispatched").count() == 1


def test_what_was_reported_already_is_shown_while_one_writes(city: Cast, window: Windows) -> None:
    first = make_case(city, description="雨水井盖不见，井口敞着")
    with window() as operator:
        page = operator.page
        operator.is_in_as(city.operator)
        operator.opens("/cases/new/")
        page.locator("#id_point_lon").fill(str(LON))
        page.locator("#id_point_lat").fill(str(LAT))
        operator.box("类别").select_option(MANHOLE)
        operator.fills("问题描述", "雨水井盖不见了")
        press(page, "Tab")
        box = page.get_by_role("region", name="可能已经有人报过")
        expect(box).to_contain_text(first.short_code)
        expect(box).to_contain_text("都说到「雨水井盖不见」")
        expect(box).to_contain_text("同类")


def test_two_reports_stand_side_by_side_before_one_is_accepted(city: Cast, window: Windows) -> None:
    first, second = make_case(city), make_case(city)
    with window() as operator:
        operator.is_in_as(city.operator)
        operator.opens(f"/cases/{second.code}/accept/")
        box = operator.page.locator(".alike")
        expect(box).to_contain_text("本案")
        expect(box).to_contain_text(first.short_code)
        expect(box).to_contain_text("相距 0 米")


def test_a_supervisor_writes_a_rule_and_puts_it_in_force(city: Cast, window: Windows) -> None:
    with window() as supervisor:
        page = supervisor.page
        supervisor.is_in_as(city.supervisor)
        supervisor.opens("/rules/")
        supervisor.presses("起草新版")
        page.get_by_role("link", name="加一条").click()
        supervisor.fills("规则名", "井盖")
        supervisor.chooses("派给", "市政工程处")
        supervisor.fills("类别", "没有这一类")
        supervisor.presses("加到最后")
        supervisor.reads("没有类别「没有这一类」")
        supervisor.was_refused()
        supervisor.fills("类别", "雨水井盖")
        page.get_by_label("12345 热线").check()
        supervisor.presses("加到最后")
        supervisor.is_told("已加上第 1 条「井盖」")
        supervisor.presses("启用这一版")
        supervisor.is_told("启用")
        supervisor.reads("雨水井盖；12345 热线")
