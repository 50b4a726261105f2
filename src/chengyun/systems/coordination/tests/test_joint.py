"""联合行动: a route, a checklist and a result per department; what is found becomes a case of the competent unit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localtime

from chengyun.city.cases.factories import (
    LAT,
    LON,
    MANHOLE,
    drive,
    make_joint,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Campaign, CampaignCase, Case, JointAction, JointEntry
from chengyun.city.cases.proposals import proposal_to, question_of
from chengyun.city.cases.services import joint as service
from chengyun.city.people.factories import CITY, DISTRICT, Cast, make_user
from chengyun.city.people.models import Unit, User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def police(cast: Cast) -> tuple[Unit, User]:
    """A partner that takes part, and somebody there."""
    body = add_unit("371502-GA", "公安分局", kind="partner", area=DISTRICT, by=None)
    return body, make_user("officer", "秦守正", "department", body)


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


def at(hours: int) -> str:
    return f"{localtime(clock.now() + timedelta(hours=hours)):%Y-%m-%dT%H:%M}"


def planned(cast: Cast, **changes: Any) -> JointAction:
    given = {
        "name": "工地联查",
        "begins_at": clock.now(),
        "ends_at": clock.now() + timedelta(hours=3),
        "gather": "湖南路北口",
        "unit": cast.crew,
        "units": [],
        **changes,
    }
    return service.plan_action(service.Plan(**given), DISTRICT, by=cast.supervisor)


def set_out(cast: Cast, police: tuple[Unit, User]) -> str:
    """An action planned and begun through the pages, each unit with its checklist; where it is."""
    body, officer = police
    desk, theirs = enter(cast.supervisor), enter(officer)
    plan: dict[str, Any] = {"name": "渣土车联查", "gather": "湖南路北口"}
    plan |= {"begins_at": at(0), "ends_at": at(3), "campaign": ""}
    plan |= {"unit": cast.crew.code, "units": [body.code]}
    path = str(desk.post("/joint/add/", plan)["Location"])
    outbox.deliver_all()
    assert "联合行动：渣土车联查" in told(theirs.get("/messages/"))
    stop = {"do": "stop", "name": "湖南路工地", "point_lon": LON, "point_lat": LAT}
    assert desk.post(path, stop).status_code == 303
    assert desk.post(path, {"do": "begin"}).status_code == 409
    lines = {"do": "checklist", "unit": cast.crew.code, "lines": "围挡\n裸土覆盖"}
    assert desk.post(path, lines).status_code == 303
    own = {"do": "checklist", "unit": body.code, "lines": "车辆手续"}
    assert theirs.post(path, own).status_code == 303
    assert theirs.post(path, lines).status_code == 422
    assert desk.post(path, {"do": "begin"}).status_code == 303
    return path


def test_an_action_is_planned_walked_and_each_unit_enters_its_own(
    cast: Cast, police: tuple[Unit, User]
) -> None:
    path = set_out(cast, police)
    body, officer = police
    desk, crew, theirs = enter(cast.supervisor), enter(cast.department), enter(officer)
    row = JointAction.objects.get()
    items = {item.words: item.pk for part in row.parts.all() for item in part.items.all()}
    there = f"{path}stops/1/"
    assert "车辆手续" not in told(crew.get(there))
    found = {f"found_{items['围挡']}": "fine", f"words_{items['围挡']}": ""}
    found |= {f"found_{items['裸土覆盖']}": "problem", f"words_{items['裸土覆盖']}": ""}
    assert crew.post(there, found).status_code == 422
    assert not JointEntry.objects.exists()
    found[f"words_{items['裸土覆盖']}"] = "南侧约 200 平方米没有盖"
    assert crew.post(there, found).status_code == 303
    legal = {f"found_{items['车辆手续']}": "fine", f"words_{items['车辆手续']}": ""}
    assert theirs.post(there, legal).status_code == 303
    assert "南侧约 200 平方米" in told(theirs.get(path))
    for person, unit in ((crew, cast.crew), (theirs, body)):
        result = {"do": "result", "unit": unit.code, "people": "3", "result": "查了 1 处"}
        assert desk.post(path, {"do": "finish", "words": "完"}).status_code == 409
        assert person.post(path, result).status_code == 303
    assert desk.post(path, {"do": "finish", "words": "查了 1 处，立案 1 件"}).status_code == 303
    row.refresh_from_db()
    assert row.state == "over"
    audit.seal_new()
    assert audit.verify().sound


def test_a_finding_becomes_a_case_of_the_competent_unit(cast: Cast) -> None:
    other = add_unit("371502-LD", "路灯所", kind="department", area=DISTRICT, by=None)
    row = make_joint(cast)
    entry = JointEntry.objects.filter(stop__action=row, found="problem").get()
    crew = enter(cast.department)
    path = f"/joint/{row.code}/entries/{entry.pk}/case/"
    assert entry.words in told(crew.get(path))
    photo = SimpleUploadedFile("裸土.jpg", photo_bytes(), "image/jpeg")
    form = {"description": "井盖松动", "competent": other.code, "class": MANHOLE, "photos": [photo]}
    assert crew.post(path, form).status_code == 303
    case = Case.objects.get(source="joint")
    assert (case.lon, case.lat, case.reporter) == (LON, LAT, cast.department)
    filed = drive(case, cast, "filed")
    found = proposal_to(question_of(filed))
    assert found is not None
    assert (found.unit, found.origin) == (other, "finding")
    assert row.name in found.why
    assert case.short_code in told(enter(cast.supervisor).get(f"/joint/{row.code}/"))
    again = {"description": "再来", "competent": other.code, "class": ""}
    assert crew.post(path, again).status_code == 409
    assert Case.objects.filter(source="joint").count() == 1
    with pytest.raises(Conflict, match="已经转成案件"):
        service.enter(entry.stop, entry.item, "fine", by=cast.department)
    assert row.campaign is not None
    assert CampaignCase.objects.get(campaign=row.campaign, counts=True).case == case


def test_who_may_and_who_sees(cast: Cast, police: tuple[Unit, User]) -> None:
    body, officer = police
    row = make_joint(cast)
    entry = JointEntry.objects.filter(stop__action=row, found="problem").get()
    for person in (cast.bob, cast.other_department, officer):
        assert enter(person).get(f"/joint/{row.code}/").status_code == 404
        assert api(person, "get", f"/joint-actions/{row.code}").status_code == 404
    assert enter(cast.dispatcher).get(f"/joint/{row.code}/").status_code == 200
    assert enter(cast.dispatcher).get(f"/joint/{row.code}/stops/1/").status_code == 403
    assert enter(cast.dispatcher).get("/joint/add/").status_code == 403
    case = f"/joint/{row.code}/entries/{entry.pk}/case/"
    assert case in told(enter(cast.department).get(f"/joint/{row.code}/"))
    assert case not in told(enter(cast.dispatcher).get(f"/joint/{row.code}/"))
    assert enter(cast.dispatcher).get(case).status_code == 403
    with pytest.raises(NotAllowed):
        service.enter(entry.stop, entry.item, "fine", by=officer)
    with pytest.raises(NotAllowed):
        service.report_part(row.parts.all()[0], 1, "好", by=officer)
    with pytest.raises(NotAllowed):
        service.finish(row, "完", by=cast.department)
    plan = service.Plan(
        name="x",
        begins_at=clock.now(),
        ends_at=clock.now() + timedelta(hours=1),
        gather="x",
        unit=body,
        units=[],
    )
    with pytest.raises(NotAllowed):
        service.plan_action(plan, DISTRICT, by=cast.department)
    with pytest.raises(NotAllowed):
        service.plan_action(plan, CITY, by=cast.supervisor)


def test_faults_are_said_and_nothing_is_written(cast: Cast) -> None:
    now = clock.now()
    faults: list[tuple[dict[str, Any], str]] = [
        ({"name": " "}, "名称"),
        ({"gather": ""}, "集合"),
        ({"ends_at": now}, "结束晚于"),
        ({"begins_at": now - timedelta(days=40)}, "开始时间"),
        ({"units": [cast.other_crew]}, "不管这里"),
    ]
    for changes, sentence in faults:
        with pytest.raises(Invalid, match=sentence):
            planned(cast, **changes)
    assert not JointAction.objects.exists()
    row = planned(cast)
    part = row.parts.get()
    with pytest.raises(Invalid, match="不在行动的区域"):
        service.add_stop(row, "远处", 100.0, 30.0, by=cast.supervisor)
    with pytest.raises(Invalid, match="这一站是哪里"):
        service.add_stop(row, " ", LON, LAT, by=cast.supervisor)
    with pytest.raises(Invalid, match="1 到 30 项"):
        service.write_checklist(part, ["", " "], by=cast.supervisor)
    with pytest.raises(Conflict, match="还没有路线"):
        service.begin(row, by=cast.supervisor)
    service.add_stop(row, "一", LON, LAT, by=cast.supervisor)
    service.add_stop(row, "二", LON, LAT, by=cast.supervisor)
    service.drop_last_stop(row, by=cast.supervisor)
    assert [stop.name for stop in row.stops.all()] == ["一"]
    with pytest.raises(Conflict, match="还没有检查清单"):
        service.begin(row, by=cast.supervisor)
    with pytest.raises(Invalid, match="为什么取消"):
        service.cancel(row, "", by=cast.supervisor)
    service.cancel(row, "下雨", by=cast.supervisor)
    with pytest.raises(Conflict, match="现在是「已取消」"):
        service.begin(row, by=cast.supervisor)


def test_what_runs_is_not_planned_otherwise(cast: Cast) -> None:
    row = make_joint(cast)
    part = row.parts.all()[0]
    entry = JointEntry.objects.filter(stop__action=row, found="problem").get()
    with pytest.raises(Conflict, match="进行中"):
        service.add_stop(row, "三", LON, LAT, by=cast.supervisor)
    with pytest.raises(Conflict, match="进行中"):
        service.write_checklist(part, ["别的"], by=cast.supervisor)
    with pytest.raises(Invalid, match="合格"):
        service.enter(entry.stop, entry.item, "odd", by=cast.department)
    service.enter(entry.stop, entry.item, "none", by=cast.department)
    finding = service.Finding(description="松动", competent=cast.crew)
    with pytest.raises(Conflict, match="有问题"):
        service.make_case(entry, finding, by=cast.department)
    assert not Case.objects.filter(source="joint").exists()


def test_the_api_does_the_same(cast: Cast) -> None:
    now = clock.now()
    body = {
        "area": DISTRICT,
        "name": "工地联查",
        "begins_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
        "gather": "北口",
        "unit": cast.crew.code,
    }
    assert api(cast.department, "post", "/joint-actions", body).status_code == 403
    made = api(cast.supervisor, "post", "/joint-actions", body)
    assert made.status_code == 201
    path = f"/joint-actions/{made.json()['code']}"
    stop = {"name": "工地", "lon": LON, "lat": LAT}
    assert api(cast.supervisor, "post", f"{path}/stops", stop).json()["stops"][0]["order"] == 1
    lines = {"unit": cast.crew.code, "lines": ["围挡"]}
    assert api(cast.department, "put", f"{path}/checklists", lines).status_code == 200
    assert api(cast.supervisor, "post", f"{path}/begin").json()["state"] == "running"
    entry = {"unit": cast.crew.code, "stop": 1, "item": 1, "found": "problem", "words": "倒了"}
    assert api(cast.department, "post", f"{path}/entries", entry | {"item": 2}).status_code == 422
    assert api(cast.department, "post", f"{path}/entries", entry | {"stop": 2}).status_code == 404
    seen = api(cast.department, "post", f"{path}/entries", entry).json()["entries"]
    case = {"entry": seen[0]["pk"], "description": "围挡倒了", "competent": cast.crew.code}
    assert api(cast.department, "post", f"{path}/cases", case).json()["entries"][0]["case"]
    assert api(cast.department, "post", f"{path}/cases", case).status_code == 409
    result = {"unit": cast.crew.code, "people": 2, "result": "查了一处"}
    assert api(cast.department, "post", f"{path}/results", result).status_code == 200
    words = {"words": "完成"}
    assert api(cast.supervisor, "post", f"{path}/finish", words).json()["state"] == "over"
    assert api(cast.supervisor, "post", f"{path}/cancel", words).status_code == 409
    assert api(cast.department, "get", "/joint-actions?state=over").json()["items"]
    assert not Campaign.objects.exists()
