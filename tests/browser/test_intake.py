"""A call is written down with the keyboard alone, answered, and its caller is known again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from chengyun.city.cases.factories import MANHOLE
from chengyun.city.cases.models import Case, Inquiry
from chengyun.city.people.factories import Cast
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = "13863522046"
PLACES = "#places [role=option]"


def ready(page: Page) -> None:
    """The form listens to the keyboard once its island has come."""
    expect(page.locator("[data-island=intake].island-on")).to_be_attached()


def test_a_call_is_taken_without_a_mouse(city: Cast, window: Windows) -> None:
    with window() as operator:
        page, keys = operator.page, operator.page.keyboard
        operator.is_in_as(city.operator)
        operator.opens("/intake/")
        ready(page)
        for words in (PHONE, "周启明", "路口的井盖没了"):
            keys.type(words)
            keys.press("Enter")
        keys.type("湖南路兴华")
        expect(page.locator(PLACES).first).to_contain_text("湖南路与兴华路交叉口")
        keys.press("ArrowDown")
        keys.press("Enter")
        expect(page.locator("#id_address")).to_have_value("湖南路与兴华路交叉口")
        expect(page.locator("#id_point_lon")).not_to_have_value("")
        expect(page.locator("#id_class")).to_be_focused()
        keys.type("ysjg")
        expect(page.locator("#id_class")).to_have_value(MANHOLE)
        keys.press("Control+Enter")
        operator.is_told("已登记，案号")
        expect(page.locator("#id_reporter_phone")).to_be_focused()
    case = Case.objects.get()
    assert (case.source, case.address) == ("hotline", "湖南路与兴华路交叉口")
    assert case.case_class is not None
    assert case.case_class.code == MANHOLE


def test_escape_closes_the_places_and_a_fault_keeps_what_was_typed(
    city: Cast, window: Windows
) -> None:
    with window() as operator:
        page, keys = operator.page, operator.page.keyboard
        operator.is_in_as(city.operator)
        operator.opens("/intake/")
        ready(page)
        page.get_by_label("反映内容").fill("积水")
        page.locator("#id_address").focus()
        keys.type("湖南路兴华")
        expect(page.locator(PLACES).first).to_be_visible()
        keys.press("Escape")
        expect(page.locator(PLACES).first).to_be_hidden()
        page.locator("#id_address").fill("没有这条街")
        keys.press("Control+Enter")
        expect(page.locator(".field", has=page.locator("#id_address"))).to_contain_text(
            "没有这个地址"
        )
        expect(page.get_by_label("反映内容")).to_have_value("积水")
        operator.was_refused()
    assert not Case.objects.exists()


def test_an_earlier_case_of_the_number_is_shown_and_the_reply_is_written_down(
    city: Cast, window: Windows
) -> None:
    with window() as operator:
        page, keys = operator.page, operator.page.keyboard
        operator.is_in_as(city.operator)
        for round_ in (1, 2):
            operator.opens("/intake/")
            ready(page)
            keys.type(PHONE)
            keys.press("Enter")
            told = "这个号码以前没有来件" if round_ == 1 else "最近 1 件"
            expect(page.locator("#earlier")).to_contain_text(told)
            keys.press("Enter")
            keys.type("路灯不亮")
            keys.press("Enter")
            keys.type("兴华路")
            keys.press("Control+Enter")
            operator.is_told("已登记")
        code = Case.objects.order_by("id")[0].code
        operator.opens(f"/inquiries/{code}/")
        operator.chooses("回复方式", "电话")
        operator.fills("回复内容", "已修好，谢谢。")
        operator.presses("记下回复")
        operator.is_told("已记下对来件人的回复")
        operator.chooses("满意度", "满意")
        operator.presses("记下回访")
        operator.is_told("已记下回访：满意")
    row = Inquiry.objects.get(case__code=code)
    assert (row.how, row.satisfied, row.late) == ("phone", "yes", False)


def test_without_script_the_place_is_chosen_from_a_list(city: Cast, window: Windows) -> None:
    with window(script=False) as operator:
        page = operator.page
        operator.is_in_as(city.operator)
        operator.opens("/intake/")
        operator.fills("反映内容", "积水")
        page.locator("#id_address").fill("社区")
        operator.presses("登记")
        expect(page.get_by_label("是哪一处")).to_be_visible()
        operator.was_refused()
        page.get_by_label("是哪一处").select_option(index=1)
        operator.presses("登记")
        operator.is_told("已登记")
