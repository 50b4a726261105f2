"""The parts of pages in a real browser: policy, accessibility, keyboard, forms, maps and charts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from chengyun.city.people.factories import PASSWORD, make_cast
from chengyun.city.people.models import User
from chengyun.config.env import ROOT
from tests.browser.actors import Actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1440, "height": 900},
    "phone": {"width": 375, "height": 812},
}
SHEET = "/ui/components"
REFUSED = "/tiles/nothing/1/0/0.mvt"


@pytest.fixture
def city(live_server: LiveServer, settings: Settings) -> str:
    """A city with its cast; the sheet of components is open."""
    settings.DEBUG = True
    make_cast(demo=True)
    return str(live_server.url)


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> ViewportSize:
    return SIZES[request.param]


@pytest.fixture
def page(chromium: Browser, city: str) -> Iterator[Page]:
    """A logged-in dispatcher; the test fails on anything the browser complains about."""
    context = chromium.new_context(base_url=city, viewport=SIZES["desk"], locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None,
    )
    log_in(page, city, "dispatcher")
    yield page
    context.close()
    assert not complaints


def log_in(page: Page, city: str, username: str) -> None:
    page.context.clear_cookies()
    Actor(page=page, base=city).is_in_as(User.objects.get(username=username))


def faults(page: Page) -> list[str]:
    """What axe finds serious."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    return [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", [SHEET, "/me/", REFUSED])
def test_nothing_hinders_anybody(
    page: Page, city: str, size: ViewportSize, theme: str, address: str
) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": city}])
    page.set_viewport_size(size)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not faults(page)


def test_a_map_and_a_chart_come_up_under_the_policy(page: Page) -> None:
    page.goto(SHEET)
    box = page.locator(".panel .mapbox")
    box.scroll_into_view_if_needed()
    expect(box.locator("canvas")).to_be_visible()
    expect(box.locator(".mappin")).to_be_visible()
    expect(box.get_by_role("button", name="放大")).to_be_visible()


def test_a_click_on_the_map_fills_the_position(page: Page) -> None:
    page.goto(SHEET)
    box = page.locator(".field .mapbox-pick").first
    box.scroll_into_view_if_needed()
    expect(box.locator("canvas")).to_be_visible()
    box.click(position={"x": 60, "y": 90})
    expect(page.locator("#id_place_lon")).not_to_have_value("")
    assert float(page.input_value("#id_place_lon")) != 0
    assert float(page.input_value("#id_place_lat")) != 0


def test_rows_are_walked_with_the_keyboard(page: Page) -> None:
    page.goto(SHEET)
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_attribute("data-row", "2512090142")
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(page.locator("tr[aria-selected=true]")).to_have_attribute("data-row", "2512110383")
    page.keyboard.press(" ")
    expect(page.locator("[data-bulk-count]")).to_have_text("已选 1 件")
    page.keyboard.press("Shift+J")
    expect(page.locator("[data-bulk-count]")).to_have_text("已选 2 件")
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_the_table_of_keys_opens_and_letters_rest_in_fields(page: Page) -> None:
    page.goto(SHEET)
    page.focus("#id_phone")
    page.keyboard.type("?j")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#id_phone").blur()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_letters_can_be_switched_off(page: Page) -> None:
    page.goto(SHEET)
    page.locator("summary.who").click()
    page.locator("button[name=keys][value=off]").click()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


def test_the_theme_is_chosen_and_kept(page: Page) -> None:
    page.goto(SHEET)
    page.locator("summary.who").click()
    page.locator("button[name=theme][value=dark]").click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.url.endswith(SHEET)


def test_a_dialog_asks_with_the_safe_answer_first(page: Page) -> None:
    page.goto(SHEET)
    page.locator("[data-open=void]").click()
    expect(page.locator("#void")).to_be_visible()
    expect(page.locator("#void [data-close]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#void")).to_be_hidden()


def test_a_refusal_stands_in_the_form_and_nothing_typed_is_lost(page: Page) -> None:
    page.goto("/me/")
    page.fill("#id_old", PASSWORD)
    page.fill("#id_new", "a-new-lake-42")
    page.fill("#id_again", "another-lake-42")
    page.get_by_role("button", name="修改密码").click()
    form = page.locator("form[action$='/password/']")
    expect(form.locator("[data-errors]")).to_contain_text("有 1 处要改")
    expect(form.get_by_text("两次输入的新密码不一样")).to_have_count(2)
    expect(page.locator("#id_again")).to_have_attribute("aria-invalid", "true")
    assert page.input_value("#id_new") == "a-new-lake-42"
    expect(page.get_by_role("button", name="修改密码")).to_be_enabled()


def test_what_was_done_is_said_once(page: Page) -> None:
    page.goto("/me/")
    page.fill("#id_phone", "13812342046")
    page.locator("form.form").first.get_by_role("button").first.click()
    expect(page.locator(".toast")).to_contain_text("已保存")
    page.reload()
    expect(page.locator(".toast")).to_have_count(0)


def test_the_phone_menu_opens_and_closes(page: Page) -> None:
    page.set_viewport_size(SIZES["phone"])
    page.goto(SHEET)
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_role("link", name="全部", exact=True).click()
    expect(page.locator("#side")).to_be_visible()
    page.get_by_role("link", name="收起").click()
    expect(page.locator("#side")).to_be_hidden()


def test_pages_work_without_script(chromium: Browser, city: str) -> None:
    context = chromium.new_context(base_url=city, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login/")
    page.fill("#id_username", "dispatcher")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.goto("/me/")
    page.fill("#id_phone", "13812342046")
    page.locator("form.form").first.get_by_role("button").first.click()
    assert "已保存" in page.content()
    context.close()


def test_a_file_field_speaks_the_language_of_the_page(page: Page, city: str) -> None:
    log_in(page, city, "operator")
    page.goto("/cases/new/")
    box = page.locator(".filebox").first
    expect(box).to_contain_text("选择照片")
    photo: FilePayload = {"name": "井盖.jpg", "mimeType": "image/jpeg", "buffer": b"x"}
    box.locator("input").set_input_files([photo])
    expect(box).to_contain_text("井盖.jpg")


def test_an_empty_desk_leads_on(page: Page) -> None:
    page.goto("/desk/")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".empty")).to_be_visible()
    assert not faults(page)
