"""Lists and tabs in a window as narrow as a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.people.factories import Cast
from tests.browser.actors import SIZES
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_current_tab_is_in_sight_also_below_it(city: Cast, window: Windows) -> None:
    with window(SIZES["phone"]) as admin:
        admin.is_in_as(city.admin)
        for path, label in (
            ("/maintenance/params/", "参数"),
            ("/maintenance/params/case.limit.accept/", "参数"),
            ("/maintenance/users/add/", "用户"),
        ):
            admin.opens(path)
            tab = admin.page.locator(".tabs [aria-current]")
            expect(tab).to_have_text(label)
            expect(tab).to_be_in_viewport(ratio=0.95)


def test_a_case_number_stands_at_the_edge_with_a_clock_or_without(
    city: Cast, window: Windows
) -> None:
    running = make_case(city)
    done = drive(make_case(city), city, "closed")
    with window(SIZES["phone"]) as supervisor:
        supervisor.is_in_as(city.supervisor)
        supervisor.opens("/cases/")
        edges = []
        for case in (running, done):
            row = supervisor.page.locator(f'tr[data-row="{case.code}"]')
            box = row.locator(".k-code").first.bounding_box()
            assert box is not None
            edges.append(box["x"] + box["width"])
    assert edges == [SIZES["phone"]["width"] - 16] * 2
