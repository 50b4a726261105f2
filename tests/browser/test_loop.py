"""One case goes through all its stages by hand, and everybody else does their part of the work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from tests.browser.actors import Actor, pick_on_map
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_role_does_its_part_of_one_case(
    city: Cast, window: Windows, size: ViewportSize
) -> None:
    drive(make_case(city, description="湖南路井盖松动"), city, "closed")
    with window(size) as inspector:
        code = reports(inspector)
    with window(size) as operator:
        accepts(operator, code)
    with window(size) as supervisor:
        files(supervisor, code)
    with window(size) as dispatcher:
        dispatches(dispatcher, code)
    with window(size) as department:
        handles(department, code)
    with window(size) as dispatcher:
        feeds_back(dispatcher, code)
    with window(size) as inspector:
        checks(inspector, code)
    with window(size) as supervisor:
        closes(supervisor, code)
    assert Case.objects.get(code=code).state == "closed"


def reports(inspector: Actor) -> str:
    """The inspector sees something, picks the place on the map and takes a photo."""
    page = inspector.page
    inspector.logs_in("inspector")
    page.get_by_role("link", name="新建案件").locator("visible=true").first.click()
    inspector.fills("问题描述", "人行道井盖不见，井口约 70 厘米")
    pick_on_map(inspector)
    inspector.shows("照片")
    inspector.presses("上报")
    inspector.is_told("已上报，案号")
    found = re.search(r"/cases/(\d{10})/", page.url)
    assert found
    expect(page.locator(".photo img")).to_have_count(1)
    return found[1]


def accepts(operator: Actor, code: str) -> None:
    operator.logs_in("operator")
    expect(operator.page.get_by_role("heading", level=1)).to_contain_text("待受理")
    expect(operator.page.locator(f"[data-row='{code}']")).to_be_visible()
    operator.begins(code, "受理")
    operator.presses("受理")
    operator.is_told("现在是「待立案」")


def files(supervisor: Actor, code: str) -> None:
    """The supervisor names the class; its conditions come at once."""
    supervisor.logs_in("supervisor")
    supervisor.begins(code, "立案")
    conditions = supervisor.page.get_by_label("立案条件").locator("option")
    expect(conditions).to_have_count(1)
    supervisor.chooses("类别", "雨水井盖")
    expect(conditions).not_to_have_count(1)
    supervisor.chooses("立案条件", "破损面积")
    supervisor.presses("立案")
    supervisor.is_told("现在是「待派遣」")
    supervisor.reads("雨水井盖")


def dispatches(dispatcher: Actor, code: str) -> None:
    """The proposed unit is already chosen; the page says why it is proposed."""
    dispatcher.logs_in("dispatcher")
    dispatcher.begins(code, "派遣")
    dispatcher.reads("过去 30 天本区同类 1 件由它处置")
    expect(dispatcher.page.get_by_label("责任单位")).to_have_value("371502-SZ")
    dispatcher.presses("派遣")
    dispatcher.is_told("已派给市政工程处")


def handles(department: Actor, code: str) -> None:
    department.logs_in("department")
    department.begins(code, "签收")
    department.presses("签收")
    department.is_told("现在是「处置中」")
    department.begins(code, "处置完成")
    department.fills("处置结果", "换了新井盖，四周已找平")
    department.shows("照片")
    department.presses("处置完成")
    department.is_told("现在是「待反馈」")


def feeds_back(dispatcher: Actor, code: str) -> None:
    dispatcher.logs_in("dispatcher")
    dispatcher.begins(code, "反馈核查")
    dispatcher.chooses("监督员", "周启明")
    dispatcher.presses("反馈核查")
    dispatcher.is_told("已反馈核查，交给监督员周启明")


def checks(inspector: Actor, code: str) -> None:
    inspector.logs_in("inspector")
    inspector.begins(code, "核查合格")
    inspector.shows("照片")
    inspector.presses("核查合格")
    inspector.is_told("现在是「待结案」")


def closes(supervisor: Actor, code: str, *, photos: int = 3) -> None:
    """All the photos of its way stand with it."""
    supervisor.logs_in("supervisor")
    supervisor.begins(code, "结案")
    supervisor.presses("结案")
    supervisor.is_told("结案，已经办结")
    supervisor.reads("已校验")
    supervisor.reads("这件案件已经办结。")
    expect(supervisor.page.locator(".photo img")).to_have_count(photos)
