"""A long list of a form narrows while one types; without a script it is the plain list."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chengyun.city.people.factories import Cast
from tests.browser.conftest import Windows
from tests.browser.test_every_page import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("typed", "found"), [("雨水井盖", "雨水井盖"), ("ysjg", "雨水井盖")])
def test_a_class_is_found_by_words_and_by_initials(
    city: Cast, window: Windows, typed: str, found: str
) -> None:
    with window() as inspector:
        page = inspector.page
        inspector.is_in_as(city.inspector)
        inspector.opens("/cases/new/")
        select, box = page.get_by_label("类别"), page.get_by_label("查找选项")
        whole = select.locator("option").count()
        box.press_sequentially(typed)
        expect(select).to_have_attribute("size", "2")
        assert select.locator("option").count() < whole
        assert not list(faults_here(page))
        with page.expect_response(lambda answer: "class=P0103" in answer.url):
            box.press("Enter")
        expect(select).to_be_focused()
        expect(select.locator("option:checked")).to_contain_text(found)
        expect(select.locator("option")).to_have_count(whole)


def test_the_list_is_reached_by_arrow_and_escape_shows_all(city: Cast, window: Windows) -> None:
    with window() as inspector:
        page = inspector.page
        inspector.is_in_as(city.inspector)
        inspector.opens("/cases/new/")
        select, box = page.get_by_label("类别"), page.get_by_label("查找选项")
        whole = select.locator("option").count()
        box.press_sequentially("井盖")
        box.press("ArrowDown")
        expect(select).to_be_focused()
        select.press("ArrowDown")
        expect(select.locator("option:checked")).to_contain_text("井盖")
        select.press("Enter")
        expect(select.locator("option")).to_have_count(whole)
        expect(select.locator("option:checked")).to_contain_text("井盖")
        box.press_sequentially("没有这一类")
        box.press("Enter")
        expect(box).to_be_focused()
        box.press("Escape")
        expect(select.locator("option")).to_have_count(whole)


def test_without_a_script_the_list_is_whole_and_alone(city: Cast, window: Windows) -> None:
    with window(script=False) as inspector:
        inspector.is_in_as(city.inspector)
        inspector.opens("/cases/new/")
        expect(inspector.page.get_by_label("类别")).to_be_visible()
        expect(inspector.page.get_by_label("查找选项")).to_have_count(0)
