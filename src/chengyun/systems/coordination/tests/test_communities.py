"""城管进社区: a station with officers and visit days, visits that become cases, and the page an officer opens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localdate

from chengyun.city.cases.factories import LAT, LON, drive, make_case, make_working_city, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.people import stations as reads
from chengyun.city.people.chiefs import CHIEF_KINDS
from chengyun.city.people.factories import CITY, DISTRICT, Cast, make_user
from chengyun.city.people.models import Binding, Officer, Station, User
from chengyun.city.people.services import stations as service
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.stations import Plan
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.city.places.queries import locate
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db
PLAN = Plan(
    name="古城社区城管服务站",
    address="居委会一楼",
    phone="0635-8212345",
    weekdays="24",
    hours="9:00-11:00",
)
FORM = {
    "name": PLAN.name,
    "address": PLAN.address,
    "phone": PLAN.phone,
    "weekdays": ["2", "4"],
    "hours": PLAN.hours,
}
THURSDAY = date(2026, 5, 14)


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def area(cast: Cast) -> str:
    place = locate(LON, LAT)
    assert place is not None
    return place.area


@pytest.fixture
def station(cast: Cast, area: str) -> Station:
    return service.open_station(area, PLAN, by=cast.supervisor)


@pytest.fixture
def officer(cast: Cast, station: Station) -> User:
    user = make_user("officer", "魏东升", "community", cast.crew, area=station.area)
    service.assign_officer(station, user, lead=True, by=cast.supervisor)
    return user


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def api(user: User, method: str, path: str, body: Any = None) -> Any:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    head = {"Authorization": f"Bearer {raw}"}
    return getattr(client, method)(f"/api/v1{path}", body, "application/json", headers=head)


def told(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_station_is_opened_visited_and_what_was_seen_becomes_a_case(
    cast: Cast, area: str
) -> None:
    desk = enter(cast.supervisor)
    assert desk.post("/communities/add/", FORM | {"area": area})["Location"] == (
        f"/communities/{area}/station/"
    )
    officer = make_user("officer", "魏东升", "community", cast.crew, area=area)
    assign = {"do": "assign", "person": "officer", "lead": "on"}
    assert desk.post(f"/communities/{area}/station/", assign).status_code == 303
    mine = enter(officer)
    assert "魏东升" in told(mine.get("/communities/"))
    photo = SimpleUploadedFile("走访.jpg", photo_bytes(), "image/jpeg")
    visit = {"on": f"{localdate(clock.now())}", "seen": "居民反映早点摊占道", "photos": photo}
    there = mine.post(f"/communities/{area}/visit/", visit)["Location"]
    problem = {"description": "便道上搭了棚子", "point_lon": LON, "point_lat": LAT}
    assert mine.post(there, problem).status_code == 303
    case = Case.objects.get()
    assert (case.source, case.area, case.reporter) == ("community", area, officer)
    shown = told(mine.get(there))
    assert case.short_code in shown
    assert "走访.jpg" not in shown
    assert "data-photo" in shown
    community = told(mine.get(f"/communities/{area}/"))
    assert "居民反映早点摊占道" in community
    assert "报了 1 件" in community
    assert enter(cast.supervisor).get(f"/cases/{case.code}/").status_code == 200
    audit.seal_new()
    assert audit.verify().sound


def test_another_district_sees_nothing_and_others_record_nothing(
    cast: Cast, station: Station, officer: User
) -> None:
    visit = service.record_visit(station, localdate(clock.now()), "走访", by=officer)
    path = f"/communities/{station.area}/"
    for client in (enter(cast.bob), enter(cast.other_department)):
        assert client.get(path).status_code == 404
        assert client.get(f"/visits/{visit.pk}/").status_code == 404
        assert station.name not in told(client.get("/communities/"))
    assert api(cast.bob, "get", f"/stations/{station.area}").status_code == 404
    assert enter(cast.charlie).get(path).status_code == 403
    assert enter(cast.dispatcher).get(path).status_code == 200
    assert enter(cast.dispatcher).get(f"{path}station/").status_code == 403
    with pytest.raises(NotAllowed, match="驻社区队员"):
        service.record_visit(station, localdate(clock.now()), "路过", by=cast.department)
    with pytest.raises(NotAllowed):
        service.close_station(station, by=officer)


def test_the_street_and_officers_by_name_see_it(cast: Cast, station: Station) -> None:
    street = add_unit("371502-JD", "古楼街道办事处", kind="street", area=station.area[:9], by=None)
    clerk = make_user("clerk", "邵庆林", "department", street)
    assert reads.stations_for(clerk).get() == station
    inspector = cast.inspector
    assert not reads.stations_for(inspector).exists()
    row = service.assign_officer(station, inspector, lead=False, by=None)
    assert reads.may_visit(inspector, station)
    service.release_officer(row, by=cast.supervisor)
    assert not reads.may_visit(inspector, station)
    assert not reads.stations_for(inspector).exists()
    page = told(enter(cast.supervisor).get(f"/communities/{station.area}/station/"))
    assert inspector.name in page  # who has left stays in the list


def test_a_day_that_passed_without_a_visit_is_shown(cast: Cast, area: str) -> None:
    noon = clock.now().replace(year=2026, month=5, day=4, hour=4)
    with clock.at(noon):
        row = service.open_station(area, PLAN, by=None)
    friday = THURSDAY + timedelta(days=1)
    assert reads.last_day("24", friday) == THURSDAY
    assert reads.last_day("24", THURSDAY) == date(2026, 5, 12)
    with clock.at(noon.replace(day=15)):
        client = enter(cast.supervisor)
        assert ">到日未走访<" in told(client.get("/communities/?unvisited=1"))
        assert "5月14日是走访日" in told(client.get(f"/communities/{area}/"))
        service.record_visit(row, friday, "补走", by=None)
        assert ">到日未走访<" not in told(client.get("/communities/"))
        assert row.name not in told(client.get("/communities/?unvisited=1"))


def test_the_figures_open_into_the_very_cases(cast: Cast, station: Station) -> None:
    live, closed = make_case(cast), drive(make_case(cast), cast, "closed")
    page = told(enter(cast.supervisor).get(f"/communities/{station.area}/"))
    query = f"/cases/?community={station.area}"
    assert f"{query}&amp;live=1".replace("/cases/?", "?") in page
    desk = enter(cast.supervisor)
    assert live.code in told(desk.get(f"{query}&live=1"))
    assert closed.code not in told(desk.get(f"{query}&live=1"))
    ended = told(desk.get(f"{query}&ended=all&closed_in=30"))
    assert closed.code in ended
    assert live.code not in ended
    numbers = api(cast.supervisor, "get", f"/stations/{station.area}").json()["figures"]
    assert numbers == {"live": 1, "late": 0, "closed": 1, "promised": 0, "overdue": 0}


def test_several_kinds_of_chiefs_answer_for_one_place(cast: Cast, station: Station) -> None:
    with pytest.raises(Invalid, match="责任人类型"):
        bind("巷长", "region", station.area, cast.department, by=None)
    with pytest.raises(Invalid, match="已经有了"):
        set_param(CHIEF_KINDS, CITY, "路长", by=cast.admin)
    set_param(CHIEF_KINDS, CITY, "巷长、楼长", by=cast.admin)
    form = {"place_type": "region", "place_code": station.area, "username": "department"}
    for kind in ("巷长", "楼长"):
        assert (
            enter(cast.admin).post("/maintenance/duties/add/", form | {"kind": kind}).status_code
            == 303
        )
    bind("street", "region", DISTRICT, cast.inspector, by=None)
    assert Binding.objects.filter(place_code=station.area).count() == 2
    page = told(enter(cast.supervisor).get(f"/communities/{station.area}/"))
    assert [kind in page for kind in ("巷长", "楼长", "街长")] == [True] * 3


def test_faults_are_said_and_nothing_is_written(
    cast: Cast, station: Station, officer: User
) -> None:
    other = station.area[:-1] + ("2" if station.area.endswith("1") else "1")
    faults: list[tuple[str, dict[str, str], str]] = [
        (DISTRICT, {}, "的社区"),
        (other, {"name": " "}, "站名"),
        (other, {"phone": "12"}, "电话"),
        (other, {"weekdays": ""}, "走访日"),
        (other, {"weekdays": "8"}, "走访日"),
        (other, {"hours": "上午"}, "09:00-11:00"),
        (other, {"hours": "11:00-09:00"}, "晚于开始"),
    ]
    for area, changes, sentence in faults:
        plan = Plan(**{name: getattr(PLAN, name) for name in FORM} | changes)
        with pytest.raises(Invalid, match=sentence):
            service.open_station(area, plan, by=cast.supervisor)
    with pytest.raises(Conflict, match="已经有服务站"):
        service.open_station(station.area, PLAN, by=cast.supervisor)
    with pytest.raises(Conflict, match="已经驻在"):
        service.assign_officer(station, officer, lead=False, by=cast.supervisor)
    with pytest.raises(Conflict, match="已经有站长"):
        service.assign_officer(station, cast.inspector, lead=True, by=cast.supervisor)
    with pytest.raises(Invalid, match="岗位"):
        service.assign_officer(station, cast.charlie, lead=False, by=cast.supervisor)
    tomorrow = localdate(clock.now()) + timedelta(days=1)
    with pytest.raises(Invalid, match="不能晚于今天"):
        service.record_visit(station, tomorrow, "走访", by=officer)
    assert (Station.objects.count(), Officer.objects.count()) == (1, 1)
    service.close_station(station, by=cast.supervisor)
    with pytest.raises(Conflict, match="已经撤销"):
        service.change_station(station, PLAN, by=cast.supervisor)
    with pytest.raises(Conflict, match="已经撤销"):
        service.record_visit(station, tomorrow - timedelta(days=1), "走访", by=None)
    assert Officer.objects.get().valid_to is not None


def test_the_api_does_the_same(cast: Cast, area: str) -> None:
    body = {name: getattr(PLAN, name) for name in FORM}
    made = api(cast.supervisor, "post", "/stations", body | {"area": area})
    assert (made.status_code, made.json()["hours"]) == (201, "09:00–11:00")
    path = f"/stations/{area}"
    assert api(cast.supervisor, "post", "/stations", body | {"area": area}).status_code == 409
    assert api(cast.community, "post", f"{path}/change", body).status_code == 403
    changed = api(cast.supervisor, "post", f"{path}/change", body | {"weekdays": "51"})
    assert changed.json()["weekdays"] == "15"
    who = {"username": "inspector"}
    pk = api(cast.supervisor, "post", f"{path}/officers", who).json()["officers"][0]["id"]
    assert api(cast.supervisor, "post", f"{path}/officers", who).status_code == 409
    assert api(cast.supervisor, "post", f"{path}/officers", {"username": "bob"}).status_code == 422
    visit = {"on": f"{localdate(clock.now())}", "seen": "看了三条巷子"}
    row = api(cast.inspector, "post", f"{path}/visits", visit)
    assert row.status_code == 201
    found = {"description": "围墙外堆垃圾", "lon": LON, "lat": LAT}
    whole = api(cast.inspector, "post", f"/visits/{row.json()['id']}/cases", found)
    assert [case["source"] for case in whole.json()["cases"]] == ["community"]
    assert len(api(cast.community, "get", f"{path}/visits").json()["items"]) == 1
    assert api(cast.supervisor, "post", f"{path}/officers/{pk}/end").status_code == 200
    assert api(cast.supervisor, "post", f"{path}/officers/{pk}/end").status_code == 409
    assert api(cast.supervisor, "post", f"{path}/close").json()["valid_to"]
    assert api(cast.supervisor, "get", "/stations").json()["items"] == []
