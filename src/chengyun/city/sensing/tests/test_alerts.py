"""预警: issued by a person for an alarm found true, acknowledged by units in time, told when late, lifted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import Unit, User
from chengyun.city.people.services.units import add_unit
from chengyun.city.sensing.alerts import count_waiting, readers
from chengyun.city.sensing.factories import make_alarm, make_alert, verbs
from chengyun.city.sensing.jobs import look_at_limits
from chengyun.city.sensing.models import Alarm, Alert, AlertUnit
from chengyun.city.sensing.services.alarms import act
from chengyun.city.sensing.services.alerts import NewAlert, acknowledge, issue, lift
from chengyun.city.sensing.tests.doors import call
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Message
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=16)


@pytest.fixture
def alarm(cast: Cast) -> Alarm:
    return act(make_alarm(), "confirm", {}, by=cast.duty)


@pytest.fixture
def water(cast: Cast) -> Unit:
    return add_unit("371502-PS", "排水管理处", kind="department", area=DISTRICT, by=None)


@pytest.fixture
def pumper(water: Unit) -> User:
    return make_user("pumper", "潘水生", "department", water)


def told(user: User) -> list[str]:
    outbox.deliver_due()
    return list(
        Message.objects.filter(person_id=user.pk).order_by("id").values_list("title", flat=True)
    )


def test_each_unit_is_told_and_acknowledges_for_itself(
    cast: Cast, alarm: Alarm, water: Unit, pumper: User
) -> None:
    alert = make_alert(alarm, cast.crew, water, by=cast.duty)
    assert told(cast.department) == told(pumper) == ["红色预警：湖南路立交桥下积水点"]
    assert count_waiting(cast.department) == (1, 0)
    assert acknowledge(alert, by=pumper) == [water]
    assert count_waiting(pumper) == (0, 0)
    assert count_waiting(cast.department) == (1, 0)
    assert acknowledge(alert, by=cast.department) == [cast.crew]
    lift(alert, "水退了", by=cast.duty)
    assert told(pumper)[-1] == "预警解除：湖南路立交桥下积水点"
    assert verbs(alert) == ["issue", "acknowledge", "acknowledge", "lift"]
    audit.seal_new()
    assert audit.verify().sound


def test_what_is_not_acknowledged_in_time_is_told_once_to_both_sides(
    cast: Cast, alarm: Alarm, water: Unit, pumper: User
) -> None:
    alert = make_alert(alarm, cast.crew, water, by=cast.duty)
    acknowledge(alert, by=pumper)
    look_at_limits()
    assert "late" not in verbs(alert)
    with clock.at(clock.now() + LATER):
        look_at_limits()
        look_at_limits()
        assert count_waiting(cast.department) == (1, 1)
        late = "红色预警没有按时确认：市政工程处"
        assert told(cast.department)[-1] == told(cast.duty)[-1] == late
        assert late not in told(pumper)
        acknowledge(alert, by=cast.department)
    assert verbs(alert) == ["issue", "acknowledge", "late", "acknowledge"]
    assert AlertUnit.objects.get(unit=cast.crew).late
    assert not AlertUnit.objects.get(unit=water).late


def test_what_was_lifted_is_waited_for_no_more(cast: Cast, alarm: Alarm) -> None:
    alert = make_alert(alarm, cast.crew, by=cast.duty)
    lift(alert, "误判", by=cast.duty)
    with clock.at(clock.now() + LATER):
        look_at_limits()
    assert "late" not in verbs(alert)
    assert count_waiting(cast.department) == (0, 0)
    with pytest.raises(Conflict, match="已经解除，不用再确认"):
        acknowledge(alert, by=cast.department)
    with pytest.raises(Conflict, match="已经解除了"):
        lift(alert, "再解除", by=cast.duty)


def test_only_an_alarm_that_was_found_true_gives_a_warning(cast: Cast) -> None:
    alarm = make_alarm()
    new = NewAlert(level="red", text="封路", units=[cast.crew], minutes=15)
    with pytest.raises(Conflict, match="现在是「未确认」"):
        issue(alarm, new, by=cast.duty)
    act(alarm, "refute", {"cause": "object"}, by=cast.duty)
    with pytest.raises(Conflict, match="现在是「误报」"):
        issue(alarm, new, by=cast.duty)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": " "}, "请写明要这些单位做什么"),
        ({"text": "长" * 501}, "最多 500 字"),
        ({"units": []}, "请选发给哪些单位"),
        ({"minutes": 0}, "从 1 到 1440 分钟"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    cast: Cast, alarm: Alarm, wrong: dict[str, Any], sentence: str
) -> None:
    right = {"level": "red", "text": "封路", "units": [cast.crew], "minutes": 15}
    given: dict[str, Any] = right | wrong
    with pytest.raises(Invalid, match=sentence):
        issue(alarm, NewAlert(**given), by=cast.duty)
    assert not Alert.objects.exists()


def test_units_of_another_district_are_not_told_what_to_do(cast: Cast, alarm: Alarm) -> None:
    other = Unit.objects.get(code="371523-SZ")
    with pytest.raises(Invalid, match="单位要在这里做事"):
        make_alert(alarm, other, by=cast.duty)
    with pytest.raises(Invalid, match="每个只选一次"):
        make_alert(alarm, cast.crew, cast.crew, by=cast.duty)


def test_who_may_not_is_refused(cast: Cast, alarm: Alarm, pumper: User) -> None:
    with pytest.raises(NotAllowed, match="你没有「发布和解除预警」的权限"):
        make_alert(alarm, cast.crew, by=cast.leader)
    alert = make_alert(alarm, cast.crew, by=cast.duty)
    with pytest.raises(NotAllowed, match="没有发给你的单位"):
        acknowledge(alert, by=pumper)
    with pytest.raises(NotAllowed):
        lift(alert, "不对", by=cast.department)
    acknowledge(alert, by=cast.department)
    with pytest.raises(Conflict, match="已经确认过"):
        acknowledge(alert, by=cast.department)


def test_the_limit_is_the_citys_own_by_level(cast: Cast, alarm: Alarm) -> None:
    set_param("alert.limit.orange", DISTRICT, 40, by=None)
    body = {"alarm": alarm.code, "text": "封路", "units": [cast.crew.code]}
    red = call(cast.duty, "post", "/alerts", body).json()
    orange = call(cast.duty, "post", "/alerts", body | {"level": "orange"}).json()
    spans = []
    for code in (red["code"], orange["code"]):
        alert = Alert.objects.get(code=code)
        spans.append(alert.due_at - alert.issued_at)
    assert spans == [timedelta(minutes=15), timedelta(minutes=40)]


def test_the_api_issues_lists_acknowledges_and_lifts(
    cast: Cast, alarm: Alarm, pumper: User
) -> None:
    body = {"alarm": alarm.code, "text": "封路", "units": [cast.crew.code], "minutes": 10}
    made = call(cast.duty, "post", "/alerts", body)
    assert (made.status_code, made.json()["level"]) == (201, "red")
    code = made.json()["code"]
    assert call(cast.duty, "post", "/alerts", body | {"units": ["X"]}).status_code == 422
    assert call(cast.duty, "post", "/alerts", body | {"alarm": "BJ1"}).status_code == 404
    listed = call(cast.department, "get", f"/alerts?alarm={alarm.code}&standing=true").json()
    assert [item["code"] for item in listed["items"]] == [code]
    assert call(cast.duty, "get", "/alerts?overdue=true").json()["items"] == []
    assert call(pumper, "get", f"/alerts/{code}").status_code == 404
    assert call(cast.operator, "get", "/alerts").status_code == 403
    done = call(cast.department, "post", f"/alerts/{code}/acknowledge").json()
    assert done["units"][0]["acknowledged_at"] and not done["units"][0]["late"]
    assert call(cast.department, "post", f"/alerts/{code}/acknowledge").status_code == 409
    assert call(cast.duty, "post", f"/alerts/{code}/lift", {"reason": ""}).status_code == 422
    lifted = call(cast.duty, "post", f"/alerts/{code}/lift", {"reason": "水退了"}).json()
    assert lifted["words"] == "水退了"


def test_who_may_open_it_hears_of_it(cast: Cast, alarm: Alarm, pumper: User) -> None:
    alert = make_alert(alarm, cast.crew, by=cast.duty)
    people = [cast.duty, cast.leader, cast.department, pumper, cast.operator]
    heard = {cast.duty.pk, cast.leader.pk, cast.department.pk}
    assert readers([alert.pk], people) == {alert.pk: heard}
