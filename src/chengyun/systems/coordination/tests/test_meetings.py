"""例会 and 承诺事项: called, minuted, promised; kept or not, told once when late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate, localtime

from chengyun.city.cases import meetings as reads
from chengyun.city.cases.factories import LAT, LON, make_working_city
from chengyun.city.cases.models import Case, Meeting, Promise
from chengyun.city.cases.services import meetings as service
from chengyun.city.cases.services.meetings import Called, Minutes
from chengyun.city.cases.services.waits import sweep_waits
from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.city.places.queries import locate
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit, Message
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db
WRITTEN = Minutes(offices="居委会主任", attendees="张三", minutes="说好了")


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


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


def held(cast: Cast, by: User | None, **changes: Any) -> Meeting:
    given = {
        "kind": "社区议事会",
        "topic": "早市怎么摆",
        "venue": "居委会",
        "held_at": clock.now() - timedelta(hours=1),
        "units": [cast.crew],
        **changes,
    }
    return service.call_meeting(reads.venue_of(DISTRICT), Called(**given), by=by)


def promised(cast: Cast, by: User | None, days: int = 3) -> Promise:
    due = localdate(clock.now()) + timedelta(days=days)
    return service.promise(held(cast, by), cast.crew, "画好摊位线", due, by=by)


def called_by(officer: User, cast: Cast, area: str) -> str:
    """A meeting for a community, its minutes and one promise, through the pages; where it is."""
    mine = enter(officer)
    form = {
        "kind": "四方协商",
        "place": area,
        "topic": "古城南门早市怎么摆",
        "held_at": f"{localtime(clock.now() - timedelta(hours=2)):%Y-%m-%dT%H:%M}",
        "venue": "居委会会议室",
        "units": [cast.crew.code],
    }
    path = str(mine.post("/meetings/add/", form)["Location"])
    minutes = {
        "do": "minutes",
        "offices": "居民代表 3 人",
        "attendees": "邵桂芳",
        "minutes": "定了",
    }
    assert mine.post(path, minutes).status_code == 303
    due = localdate(clock.now()) + timedelta(days=4)
    what = {"do": "promise", "what": "画摊位线", "unit": cast.crew.code, "due": f"{due}"}
    assert mine.post(path, what).status_code == 303
    return path


def test_a_meeting_is_called_minuted_and_what_was_promised_is_kept(cast: Cast) -> None:
    place = locate(LON, LAT)
    assert place is not None
    officer = make_user("officer", "魏东升", "community", cast.centre, area=place.area)
    path = called_by(officer, cast, place.area)
    mine, crew = enter(officer), enter(cast.department)
    outbox.deliver_all()
    assert "四方协商：古城南门早市怎么摆" in told(crew.get("/messages/"))
    assert "待办承诺" in told(crew.get("/promises/?mine=1"))
    row = Promise.objects.get()
    there = f"/promises/{row.code}/"
    assert there in told(crew.get("/promises/?mine=1"))
    assert crew.post(there, {"do": "confirm"}).status_code == 422
    assert crew.post(there, {"do": "done", "words": "画了 26 个"}).status_code == 303
    outbox.deliver_all()
    assert "请确认：画摊位线" in told(mine.get("/messages/"))
    assert mine.post(there, {"do": "return", "words": "线没画直"}).status_code == 303
    assert crew.post(there, {"do": "done", "words": "重画了"}).status_code == 303
    assert mine.post(there, {"do": "confirm"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.late, row.returns) == ("kept", False, 1)
    shown = told(mine.get(path))
    assert "已兑现" in shown
    assert "邵桂芳" not in shown
    assert "邵桂芳" in told(enter(cast.supervisor).get(path))
    verbs = Audit.objects.filter(subject_id=row.pk, verb__startswith="promise.").order_by("id")
    assert [each.verb.partition(".")[2] for each in verbs] == [
        "make", "do", "return", "do", "confirm",
    ]  # fmt: skip
    audit.seal_new()
    assert audit.verify().sound


def test_a_late_promise_is_told_once_to_both_and_stays_late(cast: Cast) -> None:
    row = promised(cast, cast.supervisor, days=1)
    assert sweep_waits() == 0
    with clock.at(row.due_at + timedelta(minutes=1)):
        assert sweep_waits() == 1
        assert sweep_waits() == 0
        outbox.deliver_all()
        late = Message.objects.filter(kind="promise.late")
        told_to = set(late.values_list("person_id", flat=True))
        assert told_to == {cast.department.pk, cast.supervisor.pk}
        assert row.code in told(enter(cast.supervisor).get("/promises/?late=1"))
        service.report_done(row, "晚了一天", by=cast.department)
        assert row.code in told(enter(cast.supervisor).get("/promises/?late=1"))
        service.confirm(row, by=cast.supervisor)
    row.refresh_from_db()
    assert (row.state, row.late) == ("kept", True)


def test_a_promise_may_become_a_case_or_be_withdrawn(cast: Cast) -> None:
    row = promised(cast, cast.supervisor)
    form = {"do": "case", "point_lon": LON, "point_lat": LAT}
    desk = enter(cast.supervisor)
    assert desk.post(f"/promises/{row.code}/", form).status_code == 303
    case = Case.objects.get()
    assert (case.source, case.description) == ("community", row.what)
    row.refresh_from_db()
    assert (row.case, row.state) == (case, "open")
    with pytest.raises(Conflict, match="已经转成案件"):
        service.make_case(row, LON, LAT, by=cast.supervisor)
    with pytest.raises(Invalid, match="原因"):
        service.withdraw(row, " ", by=cast.supervisor)
    service.withdraw(row, "不用做了", by=cast.supervisor)
    with pytest.raises(Conflict, match="现在是「已撤销」"):
        service.report_done(row, "做了", by=cast.department)
    assert Case.objects.count() == 1


def test_who_may_hold_and_who_sees(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="召集例会"):
        held(cast, cast.department)
    with pytest.raises(NotAllowed, match="召集例会"):
        held(cast, cast.bob)
    with pytest.raises(NotAllowed, match="没有「召集例会"):
        held(cast, cast.operator)
    row = promised(cast, cast.supervisor)
    for path in (f"/meetings/{row.origin.code}/", f"/promises/{row.code}/"):
        assert enter(cast.bob).get(path).status_code == 404
        assert enter(cast.other_department).get(path).status_code == 404
        assert enter(cast.department).get(path).status_code == 200
    with pytest.raises(NotAllowed):
        service.report_done(row, "做了", by=cast.other_department)
    service.report_done(row, "做了", by=cast.department)
    with pytest.raises(NotAllowed, match="不是你召集的"):
        service.confirm(row, by=cast.department)
    assert api(cast.bob, "get", "/meetings").json()["items"] == []
    assert api(cast.bob, "get", "/promises").json()["items"] == []


def test_a_chief_holds_meetings_for_his_road_and_a_street_for_its_own(cast: Cast) -> None:
    with pytest.raises(Invalid, match="没有路长"):
        reads.venue_of("", "R-7")
    bind("road", "road", "R-7", cast.department, by=None)
    venue = reads.venue_of("", "R-7")
    assert (venue.area, venue.road) == (DISTRICT, "R-7")
    assert venue in reads.venues_for(cast.department)
    called = Called(kind="路长例会", topic="路面", venue="路口", held_at=clock.now())
    row = service.call_meeting(venue, called, by=cast.department)
    assert row.road == "R-7"
    street = add_unit("371502-JD", "古楼街道办事处", kind="street", area="371502001", by=None)
    clerk = make_user("clerk", "邵庆林", "department", street)
    assert "371502001" in {each.area for each in reads.venues_for(clerk)}
    assert not reads.may_hold(clerk, venue)


def test_kinds_are_the_citys_own(cast: Cast) -> None:
    with pytest.raises(Invalid, match="至少写一种"):
        set_param(reads.KINDS, DISTRICT, "、", by=cast.admin)
    set_param(reads.KINDS, DISTRICT, "商量工作室", by=cast.admin)
    with pytest.raises(Invalid, match="没有「社区议事会」"):
        held(cast, cast.supervisor)
    assert held(cast, cast.supervisor, kind="商量工作室").kind == "商量工作室"
    assert "商量工作室" in told(enter(cast.supervisor).get("/meetings/add/"))


def test_faults_are_said_and_nothing_is_written(cast: Cast) -> None:
    faults: list[tuple[dict[str, Any], str]] = [
        ({"topic": " "}, "议题"),
        ({"venue": ""}, "地点"),
        ({"units": [cast.other_crew]}, "不管这里"),
        ({"held_at": clock.now() + timedelta(days=400)}, "一年以内"),
    ]
    for changes, sentence in faults:
        with pytest.raises(Invalid, match=sentence):
            held(cast, cast.supervisor, **changes)
    with pytest.raises(Invalid, match="的区、街道、社区"):
        reads.venue_of("99")
    assert not Meeting.objects.exists()
    row = held(cast, cast.supervisor, held_at=clock.now() + timedelta(days=1))
    with pytest.raises(Conflict, match="会后再写"):
        service.write_minutes(row, WRITTEN, by=cast.supervisor)
    with clock.at(row.held_at + timedelta(hours=1)):
        service.write_minutes(row, WRITTEN, by=cast.supervisor)
        with pytest.raises(Conflict, match="已经写好"):
            service.write_minutes(row, WRITTEN, by=cast.supervisor)
    yesterday = localdate(clock.now()) - timedelta(days=1)
    with pytest.raises(Invalid, match="今天起"):
        service.promise(row, cast.crew, "画线", yesterday, by=cast.supervisor)
    with pytest.raises(Invalid, match="不管这里"):
        service.promise(row, cast.other_crew, "画线", yesterday, by=cast.supervisor)
    assert not Promise.objects.exists()


def test_the_api_does_the_same(cast: Cast) -> None:
    body = {
        "kind": "社区议事会",
        "area": DISTRICT,
        "topic": "早市",
        "venue": "居委会",
        "held_at": (clock.now() - timedelta(hours=1)).isoformat(),
        "units": [cast.crew.code],
    }
    made = api(cast.supervisor, "post", "/meetings", body)
    assert made.status_code == 201
    path = f"/meetings/{made.json()['code']}"
    other = body | {"area": OTHER_DISTRICT}
    assert api(cast.supervisor, "post", "/meetings", other).status_code == 403
    given = {"offices": "主任", "attendees": "张三", "minutes": "定了"}
    assert api(cast.supervisor, "post", f"{path}/minutes", given).json()["minutes"] == "定了"
    assert api(cast.supervisor, "post", f"{path}/minutes", given).status_code == 409
    assert "张三" not in told(api(cast.supervisor, "get", path))
    due = f"{localdate(clock.now()) + timedelta(days=1)}"
    promise = {"unit": cast.crew.code, "what": "画线", "due": due}
    row = api(cast.supervisor, "post", f"{path}/promises", promise).json()
    there = f"/promises/{row['code']}"
    words = {"words": "好了"}
    assert api(cast.department, "post", f"{there}/done", words).json()["state"] == "done"
    assert api(cast.department, "post", f"{there}/done", words).status_code == 409
    assert api(cast.supervisor, "post", f"{there}/return", words).json()["returns"] == 1
    spot = {"lon": LON, "lat": LAT}
    assert api(cast.supervisor, "post", f"{there}/case", spot).json()["case"]
    assert api(cast.supervisor, "post", f"{there}/case", spot).status_code == 409
    assert api(cast.department, "post", f"{there}/done", words).status_code == 200
    assert api(cast.supervisor, "post", f"{there}/confirm").json()["state"] == "kept"
    assert api(cast.supervisor, "post", f"{there}/withdraw", words).status_code == 409
    assert api(cast.department, "get", "/promises?state=kept").json()["items"]
    assert api(cast.department, "get", "/promises?late=true").json()["items"] == []
