"""The desk with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.people.factories import PASSWORD, Cast
from tests.browser.actors import press
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_dispatcher_needs_no_mouse(city: Cast, window: Windows) -> None:
    drive(make_case(city), city, "closed")
    for description in ("第一个井盖", "第二个井盖", "第三个井盖"):
        drive(make_case(city, description=description), city, "filed")
    with window() as dispatcher:
        page, keys = dispatcher.page, dispatcher.page.keyboard
        row = page.locator("[data-row][aria-selected=true]")
        preview = page.locator("#preview")
        dispatcher.opens("/login/")
        keys.type("dispatcher")
        press(page, "Tab")
        keys.type(PASSWORD)
        press(page, "Enter")
        expect(preview).to_contain_text("第一个井盖")
        press(page, "j")
        expect(row).to_contain_text("第二个井盖")
        expect(preview).to_contain_text("第二个井盖")
        press(page, "k")
        expect(preview).to_contain_text("第一个井盖")
        press(page, "Enter")
        expect(page.get_by_role("link", name="派遣", exact=True)).to_be_visible()
        press(page, "d")
        expect(page.get_by_label("责任单位")).to_have_value(city.crew.code)
        press(page, "d")
        dispatcher.is_told("已派给市政工程处")


def test_keys_find_explain_and_switch(city: Cast, window: Windows) -> None:
    drive(make_case(city, description="窗口前的井盖"), city, "filed")
    with window() as dispatcher:
        page, keys = dispatcher.page, dispatcher.page.keyboard
        dispatcher.logs_in("dispatcher")
        expect(page.locator("#preview")).to_contain_text("窗口前的井盖")
        press(page, "?")
        expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
        press(page, "Escape")
        expect(page.get_by_role("dialog", name="快捷键")).to_be_hidden()
        workbench = page.locator("#side a[aria-current=page]")
        expect(workbench).to_contain_text("待派遣")
        press(page, "2")
        expect(page.get_by_role("heading", level=1)).to_contain_text("待审批")
        expect(workbench).to_contain_text("待审批")
        press(page, "1")
        expect(page.get_by_role("heading", level=1)).to_contain_text("待派遣")
        press(page, "m")
        expect(page.get_by_role("heading", level=1)).to_contain_text("在办案件")
        press(page, "/")
        keys.type("窗口前")
        press(page, "Enter")
        expect(page.locator("[data-row]")).to_have_count(1)
        dispatcher.reads("窗口前的井盖")


def test_focus_can_be_seen_and_begins_with_the_way_to_the_text(city: Cast, window: Windows) -> None:
    with window() as dispatcher:
        page = dispatcher.page
        dispatcher.logs_in("dispatcher")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        press(page, "Tab")
        skip = page.get_by_role("link", name="跳到正文")
        expect(skip).to_be_focused()
        press(page, "Enter")
        expect(page.locator("#main")).to_be_focused()
