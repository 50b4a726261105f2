"""The pages of 发现线索: one after the other with one key each, registers, and what was right."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.discoveries import discoveries_for
from chengyun.city.cases.factories import (
    LAT,
    LON,
    make_camera,
    make_case,
    make_discovery,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Camera, Case, Discovery, DiscoveryKind, Flight
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel.files import attachments_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def told(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_reviewer_goes_from_one_to_the_next(cast: Cast) -> None:
    first, second, third = (make_discovery(cast) for _ in range(3))
    client = enter(cast.operator)
    page = told(client.get("/discoveries/review/"))
    assert first.code in page
    assert "还有 3 条待审" in page
    assert '<rect class="frame-box" x="0.2" y="0.4" width="0.3" height="0.25"/>' in page
    assert 'rel="prefetch"' in page
    answer = client.post("/discoveries/review/", {"code": first.code, "do": "confirm"})
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/discoveries/review/?after={first.pk}",
    )
    page = told(client.get(answer["Location"]))
    assert "案号 " in page
    assert second.code in page
    assert third.code in told(client.get(f"/discoveries/review/?after={second.pk}"))
    for row, do in ((third, "false"), (second, "unclear")):
        client.post("/discoveries/review/", {"code": row.code, "do": do})
    assert "没有等着审核的线索" in told(client.get("/discoveries/review/"))
    assert sorted(Discovery.objects.values_list("state", "reason")) == [
        ("confirmed", ""),
        ("rejected", "false"),
        ("rejected", "unclear"),
    ]


def test_what_is_alike_nearby_is_shown_and_one_press_says_it_is_the_same(cast: Cast) -> None:
    case = make_case(cast, class_code="E0406", description="占道卖水果")
    row = make_discovery(cast)
    client = enter(cast.operator)
    assert f'name="known" value="{case.code}"' in told(client.get("/discoveries/review/"))
    client.post("/discoveries/review/", {"code": row.code, "known": case.code})
    row.refresh_from_db()
    assert (row.state, row.reason, row.case) == ("rejected", "known", case)
    page = told(client.get(f"/discoveries/{row.code}/"))
    assert f"/cases/{case.code}/" in page
    assert "<b>驳回线索</b>，已知或重复" in page


def test_whoever_is_second_is_told_and_gets_the_next(cast: Cast) -> None:
    first, second = make_discovery(cast), make_discovery(cast)
    client = enter(cast.operator)
    client.post("/discoveries/review/", {"code": first.code, "do": "confirm"})
    answer = client.post("/discoveries/review/", {"code": first.code, "do": "false"})
    assert answer.status_code == 409
    assert "孙晓梅" in told(answer)
    assert second.code in told(answer)
    assert client.post("/discoveries/review/", {"code": second.code, "do": "x"}).status_code == 422
    assert Case.objects.count() == 1


def test_the_case_leads_to_its_discovery_and_the_frame_is_seen_by_whoever_may(cast: Cast) -> None:
    row = make_discovery(cast)
    enter(cast.operator).post("/discoveries/review/", {"code": row.code, "do": "confirm"})
    case = Case.objects.get()
    page = told(enter(cast.operator).get(f"/cases/{case.code}/"))
    assert f'<a href="/discoveries/{row.code}/">{row.code}</a>' in page
    assert "监控抓拍" in page
    link = f'src="/files/{_attachment(row)}"'
    assert link in told(enter(cast.dispatcher).get(f"/discoveries/{row.code}/"))
    assert enter(cast.dispatcher).get(f"/files/{_attachment(row)}").status_code == 200
    assert enter(cast.bob).get(f"/files/{_attachment(row)}").status_code == 404
    assert enter(cast.bob).get(f"/discoveries/{row.code}/").status_code == 404


def _attachment(row: Discovery) -> int:
    return attachments_of(row)[0].pk


def test_who_may_not_neither_judges_nor_arranges(cast: Cast) -> None:
    make_discovery(cast)
    for path in ("/discoveries/review/", "/cameras/add/", "/flights/add/"):
        assert enter(cast.dispatcher).get(path).status_code == 403
    assert enter(cast.department).get("/discoveries/").status_code == 403
    assert enter(cast.operator).post("/cameras/DCF-001/end/").status_code == 403
    assert enter(cast.bob).get("/cameras/DCF-001/").status_code == 404
    assert discoveries_for(cast.bob).count() == 0
    assert "待审线索" in told(enter(cast.operator).get("/discoveries/"))
    assert "待审线索" not in told(enter(cast.dispatcher).get("/discoveries/"))


def test_precision_says_nothing_while_nothing_was_judged(cast: Cast) -> None:
    client = enter(cast.operator)
    assert "还谈不上准不准" in told(client.get("/discoveries/precision/"))
    row = make_discovery(cast)
    page = told(client.get("/discoveries/precision/?days=7"))
    assert "还没有审核过" in page
    client.post("/discoveries/review/", {"code": row.code, "do": "confirm"})
    page = told(client.get("/discoveries/precision/"))
    assert "20.65% – 100.00%" in page
    assert "自己发现的占 <b>100.00%</b>" in page


def test_a_camera_is_registered_changed_and_ended(cast: Cast) -> None:
    client = enter(cast.supervisor)
    form = {"code": "DCF-7", "name": "湖南路西杆", "point_lon": LON, "point_lat": LAT}
    assert client.post("/cameras/add/", form | {"point_lon": 120}).status_code == 422
    assert client.post("/cameras/add/", form).status_code == 303
    assert client.post("/cameras/add/", form).status_code == 422
    broken = form | {"name": "湖南路东杆", "state": "broken"}
    assert client.post("/cameras/DCF-7/", broken).status_code == 303
    camera = Camera.objects.get()
    assert (camera.name, camera.state) == ("湖南路东杆", "broken")
    assert "湖南路东杆" in told(client.get("/cameras/?state=broken"))
    assert client.post("/cameras/DCF-7/end/").status_code == 303
    assert client.post("/cameras/DCF-7/end/").status_code == 409
    assert "停用</button>" not in told(client.get("/cameras/DCF-7/"))


def test_the_city_says_which_class_a_kind_becomes(cast: Cast) -> None:
    row = make_discovery(cast, kind="cover")
    client = enter(cast.admin)
    path = "/maintenance/kinds/"
    assert "由受理员定" in told(client.get(path))
    change = {"label": "井盖问题", "class": "P0103"}
    assert client.post(f"{path}cover/", change).status_code == 303
    assert client.post(f"{path}cover/", change | {"class": "P9999"}).status_code == 422
    enter(cast.operator).post("/discoveries/review/", {"code": row.code, "do": "confirm"})
    made = Case.objects.get()
    assert made.case_class is not None
    assert made.case_class.code == "P0103"
    new = {"key": "smoke", "label": "露天烧烤", "class": "E0129"}
    assert client.post(path, new).status_code == 303
    assert client.post(path, new).status_code == 422
    assert client.post(f"{path}smoke/end/").status_code == 303
    assert client.post(f"{path}smoke/end/").status_code == 409
    assert DiscoveryKind.objects.get(key="smoke").ended_at is not None
    assert enter(cast.operator).get(path).status_code == 403
    assert enter(cast.supervisor).post(f"{path}cover/", change).status_code == 403
    assert enter(cast.district_admin).post(f"{path}cover/", change).status_code == 403


def test_a_flight_is_planned_and_flown_on_its_pages(cast: Cast) -> None:
    make_camera()
    client, pilot = enter(cast.supervisor), enter(cast.inspector)
    form = {
        "purpose": "徒骇河岸线垃圾",
        "area": "371502",
        "begins_at": "2026-12-01T09:00",
        "ends_at": "2026-12-01T08:00",
        "pilot": "inspector",
    }
    assert "晚于开始" in told(client.post("/flights/add/", form))
    assert client.post("/flights/add/", form | {"ends_at": "2026-12-01T11:00"}).status_code == 303
    flight = Flight.objects.get()
    path = f"/flights/{flight.code}/"
    assert flight.code in told(pilot.get("/flights/"))
    assert pilot.post(path, {"do": "begin"}).status_code == 303
    row = make_discovery(
        cast, camera="", flight=flight.code, lon=LON, lat=LAT, frame=photo_bytes(9)
    )
    assert row.code in told(pilot.get(path))
    assert pilot.post(path, {"do": "finish", "words": "一处"}).status_code == 303
    assert "已完成" in told(client.get(path))
    assert enter(cast.bob).get(path).status_code == 404
