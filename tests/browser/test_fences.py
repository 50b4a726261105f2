"""A route drawn on the map by hand: its corners are clicked, taken back, led along the roads, and kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_truck
from chengyun.city.sensing.models import Fence
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TRUCK = "13912345678"


def test_a_route_is_drawn_on_the_map_and_kept(city: Cast, window: Windows) -> None:
    make_truck(TRUCK)
    with window() as keeper:
        page = keeper.page
        keeper.is_in_as(city.supervisor)
        keeper.opens(f"/monitoring/fences/add/?device={TRUCK}")
        page.get_by_label("名称").fill("城东工地到消纳场")
        page.get_by_label("要求").select_option("follow")
        drawn = page.locator("[data-island=fence_draw]")
        canvas = drawn.locator("canvas")
        box = canvas.bounding_box()
        assert box is not None
        for n, (east, north) in enumerate(((0.3, 0.5), (0.6, 0.5), (0.6, 0.7)), start=1):
            canvas.click(position={"x": box["width"] * east, "y": box["height"] * north})
            expect(drawn).to_have_attribute("data-count", str(n))
        page.get_by_label("退一个拐点").click()
        expect(page.get_by_text("点了 2 个拐点")).to_be_visible()
        page.get_by_label("线路沿着道路走").check()
        page.get_by_label("原因").fill("核准的运输线路")
        page.get_by_role("button", name="画好了").click()
        keeper.is_told("5 秒内生效")
        expect(page.get_by_role("heading", name="城东工地到消纳场")).to_be_visible()
        expect(page.locator("[data-island=map] canvas")).to_be_visible()
    row = Fence.objects.get()
    assert row.shape["type"] == "LineString" and row.margin == 30
