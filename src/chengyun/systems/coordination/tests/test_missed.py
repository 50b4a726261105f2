"""漏报: what makes a pass worth a look, who has the word on it, and that it is said once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengyun.city.cases.factories import MANHOLE, make_working_city
from chengyun.city.cases.models import Case, Missed
from chengyun.city.cases.services.missed import look_for_missed
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.bindings import bind
from chengyun.city.places.factories import PLANE
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.kernel.params import set_param
from chengyun.systems.coordination.tests.test_patrol import ALONG, GRID, MORNING, enter, told, went

pytestmark = pytest.mark.django_db

NOON = MORNING + timedelta(hours=3)


@pytest.fixture
def cast() -> Cast:
    found = make_working_city()
    with clock.at(MORNING - timedelta(days=30)):
        bind("inspector", "responsibility", GRID, found.inspector, by=None)
    return found


def reported(
    cast: Cast,
    x: float,
    y: float,
    *,
    hours: float = 3,
    source: str = "public",
    by: User | None = None,
) -> Case:
    """Some hours after the duty began, so many metres from the middle of the city."""
    lon, lat = map(float, PLANE.to_degrees(x, y))
    new = NewCase(source=source, description="井盖不见了", lon=lon, lat=lat, class_code=MANHOLE)
    with clock.at(MORNING + timedelta(hours=hours)):
        return open_case(new, by=by or cast.operator)


def found_at_noon() -> list[str]:
    with clock.at(NOON + timedelta(hours=1)):
        look_for_missed()
    return list(Missed.objects.order_by("id").values_list("case__code", flat=True))


def test_a_pass_nearby_before_a_citizens_report_is_found_once(cast: Cast) -> None:
    went(cast.inspector, ALONG, ends=True)
    case = reported(cast, -1550, 15)
    assert found_at_noon() == found_at_noon() == [case.code]
    row = Missed.objects.get()
    assert row.metres == 15
    assert row.passed_at == MORNING + timedelta(minutes=5)
    assert Audit.objects.filter(verb="missed.find").count() == 1


def test_what_is_far_late_in_another_grid_or_the_inspectors_own_is_no_clue(cast: Cast) -> None:
    went(cast.inspector, ALONG, ends=True)
    reported(cast, -1550, 60)
    reported(cast, -1550, 15, source="video")
    reported(cast, -1300, 0)
    assert found_at_noon() == []
    set_param("missed.hours", DISTRICT, 1, by=None)
    reported(cast, -1550, 15)
    assert found_at_noon() == []


def test_who_reported_there_themselves_missed_nothing(cast: Cast) -> None:
    went(cast.inspector, ALONG, ends=True)
    reported(cast, -1550, 5, hours=1, source="inspector", by=cast.inspector)
    reported(cast, -1550, 15)
    assert found_at_noon() == []


def test_a_person_has_the_word_with_a_reason_and_once(cast: Cast) -> None:
    row_of_duty = went(cast.inspector, ALONG, ends=True)
    reported(cast, -1550, 15)
    found_at_noon()
    row = Missed.objects.get()
    here, api = f"/patrol/missed/{row.pk}/", f"/api/v1/patrol/missed/{row.pk}/judge"
    desk = enter(cast.supervisor)
    assert "15 米" in told(desk.get("/patrol/missed/"))
    assert "待认定" in told(desk.get(f"/patrol/duties/{row_of_duty.pk}/"))
    assert "请填写理由" in told(desk.post(here, {"verdict": "missed", "reason": ""}))
    assert desk.post(here, {"verdict": "missed", "reason": "经过时已经在"}).status_code == 303
    again = desk.post(api, {"verdict": "dismissed", "reason": "再说"}, "application/json")
    assert again.status_code == 409
    assert "漏报" in again.json()["message"]
    row.refresh_from_db()
    assert (row.state, row.reason, row.judged_by) == ("missed", "经过时已经在", cast.supervisor)


def test_who_may_see_and_who_may_judge(cast: Cast) -> None:
    went(cast.inspector, ALONG, ends=True)
    reported(cast, -1550, 15)
    found_at_noon()
    pk = Missed.objects.get().pk
    elsewhere = make_user("else", "外区", "supervisor", cast.other_centre)
    body = {"verdict": "missed", "reason": "看见了"}
    assert enter(elsewhere).get(f"/patrol/missed/{pk}/").status_code == 404
    assert enter(elsewhere).get("/api/v1/patrol/missed").json()["items"] == []
    for person in (cast.inspector, cast.dispatcher):
        assert enter(person).get(f"/patrol/missed/{pk}/").status_code == 403
        answer = enter(person).post(f"/api/v1/patrol/missed/{pk}/judge", body, "application/json")
        assert answer.status_code == 403
    listed = enter(cast.supervisor).get("/api/v1/patrol/missed").json()["items"]
    assert [(row["name"], row["state"]) for row in listed] == [("周启明", "open")]
