"""小巷管家: appointed for an alley, they report by phone; what is filed brings points, what is voided loses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases import stewards as reads
from chengyun.city.cases.factories import (
    LAT,
    LON,
    MANHOLE,
    drive,
    make_station,
    make_steward,
    make_working_city,
)
from chengyun.city.cases.models import Case, Steward, StewardPoint
from chengyun.city.cases.services import stewards as service
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.people.factories import CITY, DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db
VOID = {"reason": "重复上报"}


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def told(answer: Any) -> str:
    return str(answer.content.decode())


def reported(by: User) -> Case:
    """What a phone sends."""
    raw, _ = issue_token(by, "手机", timedelta(days=1), by=None)
    client, head = Client(raise_request_exception=False), {"Authorization": f"Bearer {raw}"}
    holder = client.get("/api/v1/phone", headers=head).json()
    assert holder["may_report"]
    body = {"source": holder["source"], "description": "井盖坏了", "lon": LON, "lat": LAT}
    made = client.post("/api/v1/cases", body | {"class": MANHOLE}, "application/json", headers=head)
    assert made.status_code == 201, made.content
    return Case.objects.get(code=made.json()["code"])


def total(row: Steward) -> int:
    outbox.deliver_all()
    found: Any = reads.with_points(Steward.objects.filter(pk=row.pk)).get()
    return int(found.total)


def test_a_filed_report_brings_points_and_a_voided_one_loses_them(cast: Cast) -> None:
    area, mine = make_station(cast).area, enter(cast.community)
    form = {"person": "steward", "community": area, "alley": "灯市口胡同"}
    there = mine.post("/stewards/add/", form)["Location"]
    row = Steward.objects.get()
    set_param(reads.POINTS, CITY, 3, by=None)
    good, bad, refused = (reported(cast.steward) for _ in range(3))
    assert (good.source, good.reporter) == ("steward", cast.steward)
    assert total(row) == 0
    act(drive(refused, cast, "accepted"), "decline", VOID, by=cast.supervisor)
    drive(good, cast, "filed")
    drive(bad, cast, "filed")
    assert total(row) == 6
    set_param(reads.POINTS, CITY, 9, by=None)
    act(bad, "void", VOID, by=cast.supervisor)
    assert total(row) == 3
    lines = list(StewardPoint.objects.values_list("case__code", "why", "points"))
    assert lines == [
        (good.code, "filed", 3),
        (bad.code, "filed", 3),
        (bad.code, "voided", -3),
    ]
    own = enter(cast.steward)
    page = told(own.get(there))
    assert good.short_code in page
    assert "作废收回" in page
    assert "上报问题" in told(own.get("/stewards/"))
    assert good.short_code in told(mine.get(there))
    audit.seal_new()
    assert audit.verify().sound


def test_filing_twice_brings_points_once(cast: Cast) -> None:
    row, case = make_steward(cast), reported(cast.steward)
    drive(case, cast, "filed")
    assert total(row) == 1
    service.reward(case, clock.now())
    service.take_back(case, clock.now())
    service.take_back(case, clock.now())
    assert total(row) == 0


def test_only_reports_of_the_alley_and_of_its_days_count(cast: Cast) -> None:
    row = make_steward(cast)
    other = NewCase(source="steward", description="井盖坏了", lon=LON, lat=LAT, class_code=MANHOLE)
    drive(open_case(other, by=cast.inspector), cast, "filed")
    assert total(row) == 0
    Steward.objects.update(area="371502999999")
    drive(reported(cast.steward), cast, "filed")
    assert total(row) == 0
    Steward.objects.update(area=row.area)
    service.release(row, by=cast.community)
    with clock.at(clock.now() + timedelta(days=1)):
        late = open_case(other, by=cast.steward)
        drive(late, cast, "filed")
        assert total(row) == 0
        assert late not in reads.reports_of(row)
    set_param(reads.POINTS, DISTRICT, 0, by=None)
    drive(reported(cast.steward), cast, "filed")
    assert total(row) == 0


def test_who_sees_and_appoints(cast: Cast) -> None:
    row = make_steward(cast)
    path = f"/stewards/{row.pk}/"
    for user in (cast.bob, cast.other_department):
        assert enter(user).get(path).status_code == 404
        assert row.alley not in told(enter(user).get("/stewards/"))
    assert enter(cast.charlie).get("/stewards/").status_code == 403
    assert enter(cast.dispatcher).get(path).status_code == 200
    assert enter(cast.dispatcher).get("/stewards/add/").status_code == 403
    User.objects.filter(pk=cast.steward.pk).update(unit=cast.community.unit)
    neighbour = User.objects.get(pk=cast.steward.pk)
    assert enter(neighbour).get(f"/communities/{row.area}/").status_code == 404
    assert row.area not in told(enter(neighbour).get("/communities/"))
    for user in (cast.dispatcher, cast.steward):
        with pytest.raises(NotAllowed):
            service.release(row, by=user)
    assert enter(cast.community).post(path, {"do": "other"}).status_code == 422
    assert enter(cast.community).post(path, {"do": "end"}).status_code == 303
    assert enter(cast.community).post(path, {"do": "end"}).status_code == 409
    assert row.alley not in told(enter(cast.community).get("/stewards/"))
    assert row.alley in told(enter(cast.community).get("/stewards/?ended=1"))


def test_faults_are_said_and_nothing_is_written(cast: Cast) -> None:
    area = make_station(cast).area
    with pytest.raises(Invalid, match="服务站"):
        service.appoint(cast.steward, DISTRICT, "灯市口", by=None)
    with pytest.raises(Invalid, match="哪条小巷"):
        service.appoint(cast.steward, area, " ", by=cast.community)
    with pytest.raises(Invalid, match="岗位"):
        service.appoint(cast.charlie, area, "灯市口", by=cast.community)
    assert not Steward.objects.exists()
    make_steward(cast)
    with pytest.raises(Conflict, match="已经是"):
        service.appoint(cast.steward, area, "灯市口", by=cast.community)
