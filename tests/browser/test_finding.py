"""Finding things in the browser: the search box without a mouse, many cases at once, kept filters, the printed file."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.people.factories import Cast
from tests.browser.actors import press
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_search_box_needs_no_mouse(city: Cast, window: Windows) -> None:
    case = make_case(city, description="窗口前的井盖")
    with window() as operator:
        page, keys = operator.page, operator.page.keyboard
        operator.logs_in("operator")
        press(page, "/")
        keys.type("窗口前")
        offers = page.locator("#suggestions [role=option]")
        expect(offers.first).to_contain_text(case.short_code)
        press(page, "ArrowDown")
        expect(offers.first).to_have_attribute("aria-selected", "true")
        press(page, "Enter")
        expect(page).to_have_url(f"{operator.base}/cases/{case.code}/")
        press(page, "/")
        keys.type("井盖")
        expect(offers.first).to_be_visible()
        press(page, "Escape")
        expect(page.locator("#suggestions")).to_be_hidden()
        press(page, "ControlOrMeta+a")
        keys.type(case.short_code)
        press(page, "Enter")
        expect(page).to_have_url(f"{operator.base}/cases/{case.code}/")


def test_several_cases_are_dispatched_with_the_keyboard(city: Cast, window: Windows) -> None:
    drive(make_case(city), city, "closed")
    for n in range(3):
        drive(make_case(city, description=f"井盖 {n}"), city, "filed")
    with window() as dispatcher:
        page = dispatcher.page
        dispatcher.logs_in("dispatcher")
        bar = page.locator("[data-bulk]")
        expect(page.locator("#preview")).to_contain_text("井盖 0")
        expect(bar).to_be_hidden()
        press(page, " ")
        press(page, "j")
        press(page, " ")
        expect(bar).to_contain_text("已选 2 件")
        press(page, "Escape")
        expect(bar).to_be_hidden()
        press(page, " ")
        press(page, "k")
        press(page, " ")
        bar.get_by_role("button", name="派遣").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("派遣 2 件？")
        press(page, "d")
        expect(page.get_by_role("heading", level=1)).to_contain_text("办成 2 件")
        page.get_by_role("link", name="回到工作台").click()
        expect(page.locator("[data-row]")).to_have_count(1)


def test_many_cases_without_script(city: Cast, window: Windows) -> None:
    drive(make_case(city), city, "closed")
    drive(make_case(city), city, "filed")
    with window(script=False) as dispatcher:
        page = dispatcher.page
        dispatcher.logs_in("dispatcher")
        page.locator("input[name=pick]").check()
        page.locator("[data-bulk]").get_by_role("button", name="派遣").click()
        dispatcher.reads("派遣 1 件？")
        page.get_by_role("button", name="派遣 1 件").click()
        dispatcher.reads("办成 1 件")


def test_a_filter_is_kept_and_a_list_taken_away(city: Cast, window: Windows) -> None:
    case = make_case(city)
    with window() as operator:
        page = operator.page
        operator.logs_in("operator")
        operator.opens("/cases/?state=reported")
        page.get_by_text("存为筛选").click()
        page.get_by_label("名称").fill("刚报的")
        page.get_by_role("button", name="存下").click()
        operator.is_told("已存为筛选「刚报的」")
        operator.opens("/cases/")
        page.get_by_role("link", name="刚报的").click()
        expect(page.locator("[data-row]")).to_have_count(1)
        page.locator("summary", has_text="导出").click()
        with page.expect_download() as got:
            page.get_by_role("button", name="Excel 表，现在的条件和列").click()
        assert got.value.suggested_filename.startswith("案件-")
        operator.reads(case.short_code)


def test_the_case_file_prints_with_its_title_and_pages(city: Cast, window: Windows) -> None:
    case = drive(make_case(city), city, "closed")
    with window() as supervisor:
        supervisor.logs_in("supervisor")
        supervisor.opens(f"/cases/{case.code}/dossier/")
        supervisor.reads("首尾相接，没有改动")
        supervisor.page.evaluate(
            "Promise.all([...document.images].map((i) => i.complete || new Promise((done) => { i.onload = done; })))"
        )
        printed = PdfReader(io.BytesIO(supervisor.page.pdf(prefer_css_page_size=True)))
    pages = [page.extract_text() for page in printed.pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert f"案卷 {case.code}" in text
        assert f"{city.supervisor.name} 打印于" in text
        assert f"{number} / {len(pages)}" in text
        assert "指挥协调" not in text
