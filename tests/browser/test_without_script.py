"""The main way works in a browser that runs no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from chengyun.city.cases.factories import LAT, LON, MANHOLE
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from tests.browser.actors import Actor
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_case_is_reported_filed_handled_checked_and_closed(city: Cast, window: Windows) -> None:
    with window(script=False) as inspector:
        code = reports(inspector)
    with window(script=False) as operator:
        operator.logs_in("operator")
        takes(operator, code, "受理", "待立案")
    with window(script=False) as supervisor:
        files(supervisor, code)
    with window(script=False) as dispatcher:
        dispatcher.logs_in("dispatcher")
        dispatcher.begins(code, "派遣")
        dispatcher.chooses("责任单位", "市政工程处")
        dispatcher.presses("派遣")
        dispatcher.is_told("已派给市政工程处")
    with window(script=False) as department:
        department.logs_in("department")
        takes(department, code, "签收", "处置中")
        department.begins(code, "处置完成")
        department.fills("处置结果", "换了新井盖")
        department.shows("照片")
        department.presses("处置完成")
        department.is_told("现在是「待反馈」")
    with window(script=False) as dispatcher:
        dispatcher.logs_in("dispatcher")
        dispatcher.begins(code, "反馈核查")
        dispatcher.presses("反馈核查")
        dispatcher.is_told("交给监督员")
    with window(script=False) as inspector:
        inspector.logs_in("inspector")
        inspector.begins(code, "核查合格")
        inspector.shows("照片")
        inspector.presses("核查合格")
        inspector.is_told("现在是「待结案」")
    with window(script=False) as supervisor:
        supervisor.logs_in("supervisor")
        supervisor.begins(code, "结案")
        supervisor.presses("结案")
        supervisor.is_told("结案，已经办结")
    assert Case.objects.get(code=code).state == "closed"


def reports(inspector: Actor) -> str:
    """Coordinates are typed: without script there is no map to click."""
    inspector.logs_in("inspector")
    inspector.opens("/cases/new/")
    inspector.chooses("类别", MANHOLE)
    inspector.fills("问题描述", "人行道井盖不见")
    inspector.page.get_by_placeholder("经度").fill(f"{LON:.6f}")
    inspector.page.get_by_placeholder("纬度").fill(f"{LAT:.6f}")
    inspector.shows("照片")
    inspector.presses("上报")
    inspector.is_told("已上报，案号")
    found = re.search(r"/cases/(\d{10})/", inspector.page.url)
    assert found
    return found[1]


def takes(somebody: Actor, code: str, step: str, state: str) -> None:
    somebody.begins(code, step)
    somebody.presses(step)
    somebody.is_told(f"现在是「{state}」")


def files(supervisor: Actor, code: str) -> None:
    supervisor.logs_in("supervisor")
    supervisor.begins(code, "立案")
    supervisor.chooses("立案条件", "破损面积")
    supervisor.presses("立案")
    supervisor.is_told("现在是「待派遣」")


def test_lists_filter_sort_and_page_with_plain_links(city: Cast, window: Windows) -> None:
    with window(script=False) as operator:
        operator.logs_in("operator")
        operator.opens("/cases/")
        operator.chooses("大类", "公用设施")
        operator.page.get_by_role("button", name="查询").click()
        expect(operator.page).to_have_url(re.compile("class=P01"))


def test_another_class_brings_its_conditions_when_sent(city: Cast, window: Windows) -> None:
    """Without script the form comes back with the conditions of the class just chosen, and nothing else is lost."""
    with window(script=False) as inspector:
        code = reports(inspector)
    with window(script=False) as operator:
        operator.logs_in("operator")
        takes(operator, code, "受理", "待立案")
    with window(script=False) as supervisor:
        supervisor.logs_in("supervisor")
        supervisor.begins(code, "立案")
        supervisor.chooses("类别", "P0402")
        supervisor.fills("说明", "其实是行道树")
        supervisor.presses("立案")
        supervisor.reads("请选择立案条件。")
        expect(supervisor.box("说明")).to_have_value("其实是行道树")
        supervisor.box("立案条件").select_option(index=1)
        supervisor.presses("立案")
        supervisor.is_told("现在是「待派遣」")
        supervisor.was_refused()
