"""Two windows, served as the city is: what one person does, the other sees without asking for the page again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Route, expect

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.cases.services.acting import act
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_alarm, make_device
from tests.browser.actors import Actor, actor
from tests.serving import worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def telling(city: Cast) -> Iterator[None]:
    """A worker that tells."""
    with worker() as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def at(browser: Browser, url: str, user: User, path: str) -> Iterator[Actor]:
    """Somebody in front of a page whose stream is open."""
    with actor(browser, url) as somebody:
        somebody.is_in_as(user)
        with somebody.page.expect_request("**/events/?*"):
            somebody.opens(path)
        yield somebody


@pytest.mark.usefixtures("telling")
def test_a_dispatched_case_comes_to_the_desk_of_the_unit_and_to_its_inbox(
    city: Cast, chromium: Browser, city_url: str
) -> None:
    code = drive(make_case(city), city, "filed").code
    with (
        at(chromium, city_url, city.department, "/desk/?queue=handle") as department,
        at(chromium, city_url, city.dispatcher, f"/cases/{code}/") as dispatcher,
    ):
        page = department.page
        expect(page.locator("[data-row]")).to_have_count(0)
        dispatcher.begins(code, "派遣")
        dispatcher.chooses("责任单位", "市政工程处")
        dispatcher.presses("派遣")
        dispatcher.is_told("已派给市政工程处")
        expect(page.locator('[data-line="new"]')).to_contain_text("有 1 件新案件")
        expect(page.locator("[data-row]")).to_have_count(0)
        page.get_by_role("button", name="刷新").click()
        expect(page.locator(f"[data-row='{code}']")).to_be_visible()
        expect(page.locator('[data-line="new"]')).to_have_count(0)
        expect(page.locator(".topbar [data-inbox] .count")).to_have_text("1")
        page.locator(".topbar [data-inbox]").click()
        department.reads("新派来：雨水井盖")
        page.get_by_role("link", name="新派来：").click()
        expect(page).to_have_url(f"{city_url}/cases/{code}/")
        expect(page.locator(".topbar [data-inbox] .count")).to_have_count(0)


def test_a_row_somebody_else_took_fades_where_it_stands(
    city: Cast, chromium: Browser, city_url: str
) -> None:
    cases = [drive(make_case(city), city, "filed") for _ in range(3)]
    colleague = make_user("dispatcher-2", "许文静", "dispatcher", city.centre)
    with at(chromium, city_url, city.dispatcher, "/desk/?queue=dispatch") as dispatcher:
        rows = dispatcher.page.locator("[data-row]")
        expect(rows).to_have_count(3)
        before = rows.evaluate_all("rows => rows.map((row) => row.dataset.row)")
        act(cases[1], "dispatch", {"unit": city.crew.code}, by=colleague)
        gone = dispatcher.page.locator(f"[data-row='{cases[1].code}']")
        expect(gone).to_have_class(re.compile(r"\bgone\b"))
        expect(gone).to_contain_text("许文静 派遣")
        assert rows.evaluate_all("rows => rows.map((row) => row.dataset.row)") == before


@pytest.mark.usefixtures("telling")
def test_an_open_case_says_who_has_just_acted(city: Cast, chromium: Browser, city_url: str) -> None:
    case = drive(make_case(city), city, "handling")
    with at(chromium, city_url, city.department, f"/cases/{case.code}/") as department:
        page = department.page
        act(case, "urge", {"note": "居民又来电"}, by=city.dispatcher)
        told = page.locator('[data-line="case"]')
        expect(told).to_contain_text("林晓燕")
        expect(told).to_contain_text("催办，这一页还是之前的情况")
        expect(page.locator(".topbar [data-inbox] .count")).to_have_text("2")
        with page.expect_navigation():
            told.get_by_role("button", name="看新的情况").click()
        expect(page.locator(".d-meta")).to_contain_text("催办")
        expect(page.locator('[data-line="case"]')).to_have_count(0)


def test_an_open_case_that_missed_too_much_says_it_may_be_outdated(
    city: Cast, chromium: Browser, city_url: str
) -> None:
    case = drive(make_case(city), city, "handling")
    with actor(chromium, city_url) as department:
        department.is_in_as(city.department)
        page = department.page
        page.route("**/events/?*", lambda route: route.abort())
        department.opens(f"/cases/{case.code}/")
        for _ in range(210):
            make_case(city)
        page.unroute("**/events/?*")
        expect(page.locator('[data-line="case"]')).to_contain_text("可能不是最新的情况")
        department.complaints[:] = [c for c in department.complaints if "ERR_FAILED" not in c]


def test_a_request_that_comes_is_announced_on_the_queue_of_requests(
    city: Cast, chromium: Browser, city_url: str
) -> None:
    case = drive(make_case(city), city, "handling")
    with at(chromium, city_url, city.supervisor, "/desk/?queue=approve") as supervisor:
        act(case, "ask_extension", {"reason": "等配件"}, by=city.department)
        page = supervisor.page
        expect(page.locator('[data-line="new"]')).to_contain_text("有新变化")
        page.get_by_role("button", name="刷新").click()
        expect(page.locator(f"[data-row='{case.code}']")).to_be_visible()


def test_a_window_whose_person_logs_out_elsewhere_says_so(
    city: Cast, chromium: Browser, city_url: str
) -> None:
    with at(chromium, city_url, city.dispatcher, "/desk/") as dispatcher:
        second = dispatcher.page.context.new_page()
        second.goto("/desk/")
        second.locator(".menu summary").first.click()
        second.get_by_role("button", name="退出").click()
        second.wait_for_url("**/login/**")
        expect(dispatcher.page.locator('[data-line="lost"]')).to_contain_text("登录已经结束")
        dispatcher.complaints[:] = [c for c in dispatcher.complaints if "401" not in c]


def test_an_alarm_is_on_the_wall_before_the_wall_asks_again(
    city: Cast, chromium: Browser, city_url: str
) -> None:
    """The page as it is, but that it asks for nothing by itself."""

    def silent(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("every 2s, ", ""))

    device = make_device()
    with at(chromium, city_url, city.duty, "/monitoring/links/") as duty:
        duty.page.route("**/monitoring/", silent)
        with duty.page.expect_request("**/events/?*"):
            duty.opens("/monitoring/")
        expect(duty.page.locator("#wall")).to_have_attribute("hx-trigger", re.compile("^live-"))
        make_alarm(device)
        expect(duty.page.locator(".al-red.un")).to_contain_text("湖南路立交桥下积水点")
