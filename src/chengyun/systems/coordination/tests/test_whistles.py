"""吹哨报到: each unit is told and has its own moment; who comes late stays late; the caller closes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localdate

from chengyun.city.cases.factories import LAT, LON, make_working_city, photo_bytes
from chengyun.city.cases.models import Arrival, Case, Whistle
from chengyun.city.cases.services import whistles as service
from chengyun.city.cases.services.whistles import Call, Spot
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import Unit, User
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db
SPOT = Spot(matter="路面塌陷，多家管线", address="湖南路与花园路口", lon=LON, lat=LAT)


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def street(cast: Cast) -> Unit:
    return add_unit("371502-JD", "古楼街道办事处", kind="street", area=DISTRICT, by=None)


@pytest.fixture
def clerk(street: Unit) -> User:
    return make_user("clerk", "邵庆林", "department", street)


def blown(cast: Cast, by: User | None, minutes: int = 30) -> Whistle:
    due = clock.now() + timedelta(minutes=minutes)
    return service.blow(SPOT, [Call(unit=cast.crew, due_at=due)], by=by)


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


def test_a_street_calls_a_unit_that_comes_and_the_call_is_closed(cast: Cast, clerk: User) -> None:
    form = {
        "matter": SPOT.matter,
        "address": SPOT.address,
        "point_lon": LON,
        "point_lat": LAT,
        "units": [cast.crew.code],
        "minutes": 30,
    }
    answer = enter(clerk).post("/whistles/add/", form)
    whistle = Whistle.objects.get()
    assert answer["Location"] == f"/whistles/{whistle.code}/"
    outbox.deliver_all()
    crew, path = enter(cast.department), f"/whistles/{whistle.code}/"
    assert "古楼街道办事处吹哨" in told(crew.get("/messages/"))
    assert whistle.address in told(crew.get("/whistles/?mine=1"))
    assert "待到场报到" in told(crew.get("/desk/"))
    assert crew.post(path, {"do": "receive"}).status_code == 303
    photo = SimpleUploadedFile("到场.jpg", photo_bytes(), "image/jpeg")
    here = {"do": "arrive", "point_lon": LON, "point_lat": LAT, "photos": photo}
    assert crew.post(path, here).status_code == 303
    shown = told(enter(clerk).get(path))
    assert "距地点 0 米" in shown
    assert "到场照片" in shown
    assert "市政工程处" in told(enter(clerk).get("/whistles/rates/"))
    assert enter(clerk).post(path, {"do": "case"}).status_code == 303
    case = Case.objects.get()
    assert (case.source, case.description) == ("whistle", SPOT.matter)
    assert (
        enter(clerk).post(path, {"do": "close", "outcome": "已围挡，自来水公司抢修"}).status_code
        == 303
    )
    whistle.refresh_from_db()
    assert (whistle.state, whistle.case_id) == ("closed", case.pk)
    verbs = Audit.objects.filter(verb__startswith="whistle.").order_by("id")
    assert [row.verb.partition(".")[2] for row in verbs] == [
        "blow", "call", "receive", "arrive", "make_case", "close",
    ]  # fmt: skip
    audit.seal_new()
    assert audit.verify().sound


def test_late_and_absent_stay_and_are_counted(cast: Cast) -> None:
    in_time, late, absent = (blown(cast, cast.supervisor) for _ in range(3))
    service.arrive(in_time.arrivals.get(), by=cast.department)
    with clock.at(clock.now() + timedelta(hours=1)):
        service.arrive(late.arrivals.get(), by=cast.department)
        service.close(absent, "没有等到", by=cast.supervisor)
    assert [a.late for a in Arrival.objects.order_by("id")] == [False, True, True]
    assert absent.arrivals.get().state == "absent"
    page = told(enter(cast.supervisor).get("/whistles/rates/"))
    assert "33.33%" in page
    month = f"{localdate(clock.now()):%Y-%m}"
    for how, whistle in (("in_time", in_time), ("late", late), ("absent", absent)):
        query = f"/whistles/?unit={cast.crew.code}&month={month}&how={how}"
        shown = told(enter(cast.supervisor).get(query))
        codes = {w.code for w in (in_time, late, absent) if w.code in shown}
        assert codes == {whistle.code}
    with pytest.raises(Conflict, match="现在是「未到」"):
        service.arrive(absent.arrivals.get(), by=cast.department)


def test_who_may_call_and_who_may_not(cast: Cast, clerk: User) -> None:
    with pytest.raises(NotAllowed, match="路长、街长"):
        blown(cast, cast.department)
    with pytest.raises(NotAllowed, match="路长、街长"):
        blown(cast, cast.bob)
    bind("road", "region", DISTRICT, cast.department, by=None)
    chief = blown(cast, cast.department)
    assert enter(cast.bob).get(f"/whistles/{chief.code}/").status_code == 404
    assert enter(cast.operator).get("/whistles/add/").status_code == 403
    whistle = blown(cast, clerk)
    arrival = whistle.arrivals.get()
    with pytest.raises(NotAllowed):
        service.receive(arrival, by=clerk)
    with pytest.raises(NotAllowed, match="不是你叫的"):
        service.close(whistle, "好了", by=cast.department)
    service.close(whistle, "好了", by=cast.dispatcher)
    with pytest.raises(Conflict, match="已经办结"):
        service.make_case(whistle, by=clerk)


def test_faults_are_said_and_nothing_is_written(cast: Cast) -> None:
    now = clock.now()
    fine = Call(unit=cast.crew, due_at=now + timedelta(minutes=30))
    faults: list[tuple[Spot, list[Call], str]] = [
        (SPOT, [], "请选要叫的单位"),
        (SPOT, [fine, fine], "叫了两次"),
        (SPOT, [Call(unit=cast.crew, due_at=now - timedelta(minutes=1))], "在现在以后"),
        (SPOT, [Call(unit=cast.crew, due_at=now + timedelta(days=8))], "七天以内"),
        (SPOT, [Call(unit=cast.other_crew, due_at=fine.due_at)], "不管这里"),
        (Spot(matter=" ", address="路口", lon=LON, lat=LAT), [fine], "什么事"),
        (Spot(matter="事", address="路口", lon=0, lat=0), [fine], "不在城市范围"),
    ]
    for spot, calls, sentence in faults:
        with pytest.raises(Invalid, match=sentence):
            service.blow(spot, calls, by=cast.supervisor)
    assert not Whistle.objects.exists()


def test_the_api_blows_answers_and_closes(cast: Cast, clerk: User) -> None:
    due = (clock.now() + timedelta(minutes=30)).isoformat()
    calls = [{"unit": cast.crew.code, "due_at": due}]
    body = {"matter": "塌陷", "address": "路口", "lon": LON, "lat": LAT, "calls": calls}
    made = api(clerk, "post", "/whistles", body)
    assert made.status_code == 201
    path, unit = f"/whistles/{made.json()['code']}", {"unit": cast.crew.code}
    assert api(cast.department, "post", f"{path}/receive", unit).status_code == 200
    assert api(cast.department, "post", f"{path}/receive", unit).status_code == 409
    here = unit | {"lon": LON, "lat": LAT, "words": "已到"}
    there = api(cast.department, "post", f"{path}/arrive", here).json()["arrivals"][0]
    assert (there["state"], there["late"], there["words"]) == ("arrived", False, "已到")
    assert (
        api(cast.department, "post", f"{path}/arrive", unit | {"photos": [99]}).status_code == 422
    )
    assert api(clerk, "post", f"{path}/arrive", {"unit": "X"}).status_code == 404
    assert api(clerk, "post", f"{path}/case", {}).json()["case"]
    assert api(clerk, "post", f"{path}/case", {}).status_code == 409
    assert api(clerk, "post", f"{path}/close", {"outcome": "好了"}).json()["state"] == "closed"
    assert api(cast.bob, "get", "/whistles").json()["items"] == []
    assert api(cast.department, "get", "/whistles?state=closed").json()["items"]
