"""Going through what cameras found: one key each, the next at once; without a script the same by its buttons."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chengyun.city.cases.factories import make_case, make_discovery
from chengyun.city.cases.models import Case, Discovery
from chengyun.city.people.factories import Cast
from tests.browser.actors import press
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_reviewer_needs_one_key_for_each(city: Cast, window: Windows) -> None:
    first, second, third = (make_discovery(city) for _ in range(3))
    with window() as operator:
        page = operator.page
        operator.is_in_as(city.operator)
        operator.opens("/discoveries/review/")
        frame, box = page.locator(".frame img"), page.locator(".frame-box")
        expect(page.get_by_text(first.code)).to_be_visible()
        whole, inside = frame.bounding_box(), box.bounding_box()
        assert whole is not None
        assert inside is not None
        assert abs((inside["x"] - whole["x"]) / whole["width"] - first.left) < 0.01
        assert abs(inside["height"] / whole["height"] - first.height) < 0.01
        press(page, "j")
        expect(page.get_by_text(second.code)).to_be_visible()
        press(page, "d")
        operator.is_told("已确认「占道经营」")
        expect(page.get_by_text(third.code)).to_be_visible()
        press(page, "1")
        operator.is_told("已驳回「占道经营」：误报。")
        expect(page.get_by_text(first.code)).to_be_visible()
        press(page, "4")
        expect(page.get_by_text("没有等着审核的线索。")).to_be_visible()
    assert Case.objects.count() == 1
    assert not Discovery.objects.filter(state="waiting").exists()


def test_without_a_script_the_buttons_do_the_same(city: Cast, window: Windows) -> None:
    case = make_case(city, class_code="E0406", description="占道卖水果")
    make_discovery(city)
    make_discovery(city)
    with window(script=False) as operator:
        page = operator.page
        operator.is_in_as(city.operator)
        operator.opens("/discoveries/review/")
        page.get_by_role("button", name="就是这一件").click()
        expect(page.get_by_text("还有 1 条待审")).to_be_visible()
        page.get_by_role("button", name="确认，立为案件").click()
        expect(page.get_by_text("没有等着审核的线索。")).to_be_visible()
    assert Discovery.objects.get(reason="known").case == case
    assert Case.objects.count() == 2
