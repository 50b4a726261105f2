"""巡查: who is to be out and who is, what their way amounts to, who may see it, and what stays when it goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_case, make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import Attendance, Beat, MustVisit, TrackPoint, User
from chengyun.city.people.services import duty
from chengyun.city.people.services.bindings import bind, reschedule, substitute
from chengyun.city.people.services.patrols import measure, measure_all
from chengyun.city.places.factories import PLANE
from chengyun.kernel import clock
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db

GRID = "371502001001Z1"
"""Two unit grids, from 1600 m west of the middle to 1400 m, 200 m to each side of 湖南路."""
MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""Wednesday, 09:00 in the city."""
Step = tuple[float, float, float]


@pytest.fixture
def cast() -> Cast:
    found = make_working_city()
    with clock.at(MORNING - timedelta(days=30)):
        bind("inspector", "responsibility", GRID, found.inspector, by=None)
    return found


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def told(answer: Any) -> str:
    return str(answer.content.decode())


def went(user: User, steps: Sequence[Step], *, ends: bool = False) -> Attendance:
    """On duty from 09:00; steps of (minutes, metres east, metres north) of the middle of the city."""
    with clock.at(MORNING):
        row = duty.go_on_duty(by=user)
    with clock.at(MORNING + timedelta(minutes=steps[-1][0])):
        points = []
        for minutes, x, y in steps:
            lon, lat = PLANE.to_degrees(x, y)
            at = MORNING + timedelta(minutes=minutes)
            points.append(duty.Point(at=at, lon=float(lon), lat=float(lat), accuracy=6))
        duty.add_points(points, by=user)
        if ends:
            duty.go_off_duty(by=user)
        measure_all()
    row.refresh_from_db()
    return row


ALONG = [(n * 2.0, -1600 + 20.0 * n, 0.0) for n in range(6)]
"""The first 100 metres of 湖南路 in ten minutes."""


def test_the_way_along_half_a_road_covers_half_of_it(cast: Cast) -> None:
    row = went(cast.inspector, ALONG)
    beat = Beat.objects.get(attendance=row)
    assert beat.place_code == GRID
    assert beat.road_metres == pytest.approx(215, abs=2), "湖南路 in the grid, and 15 m beyond"
    assert beat.passed_metres == pytest.approx(100 + 30, abs=1)
    assert (row.metres, row.outside_seconds, row.silent_seconds) == (100, 0, 0)
    assert row.measured == row.heard


def test_a_second_stretch_of_the_day_counts_together_with_the_first(cast: Cast) -> None:
    went(cast.inspector, ALONG, ends=True)
    with clock.at(MORNING + timedelta(hours=4)):
        second = duty.go_on_duty(by=cast.inspector)
        lon, lat = map(float, PLANE.to_degrees(-1420, 0))
        duty.add_points([duty.Point(at=clock.now(), lon=lon, lat=lat)], by=cast.inspector)
        measure_all()
    beat = Beat.objects.get(attendance=second)
    assert beat.passed_metres == pytest.approx(130 + 60, abs=2)


def test_minutes_outside_and_minutes_without_a_position(cast: Cast) -> None:
    steps = [(0, -1500, 0), (2, -1500, 300), (4, -1500, 300), (6, -1500, 0), (26, -1500, 0)]
    row = went(cast.inspector, steps)
    assert row.outside_seconds == 120
    assert row.silent_seconds == 20 * 60
    page = told(enter(cast.supervisor).get(f"/patrol/duties/{row.pk}/"))
    assert "09:02–09:04" in page
    assert "越界" in page


def test_the_board_tells_who_is_out_and_who_is_missing(cast: Cast) -> None:
    absent = make_user("absent", "钱多多", "inspector", cast.centre)
    bind(
        "inspector",
        "responsibility",
        "371502001002Z1",
        absent,
        by=None,
        valid_from=date(2026, 1, 1),
    )
    bind(
        "inspector",
        "responsibility",
        "371502001002Z2",
        absent,
        shift="夜班",
        by=None,
        valid_from=date(2026, 1, 1),
    )
    row = went(cast.inspector, ALONG)
    with clock.at(MORNING + timedelta(minutes=12)):
        make_case(cast)
        page = told(enter(cast.supervisor).get("/patrol/"))
        lines = {
            line["name"]: line
            for line in enter(cast.supervisor).get("/api/v1/patrol").json()["items"]
        }
    assert "应到未到" in page
    assert "湖南路" in page
    assert lines["钱多多"]["state"] == "absent"
    here = lines["周启明"]
    assert (here["state"], here["duties"], here["cases"]) == ("on", [row.pk], 1)
    assert here["passed_metres"] > 0
    assert here["places"] == ["第 1 责任网格"]
    with clock.at(MORNING + timedelta(days=1)):
        later = enter(cast.supervisor).get("/api/v1/patrol?day=2026-11-25").json()
    assert {line["name"]: line["state"] for line in later["items"]} == {
        "钱多多": "missed",
        "周启明": "on",
    }


def test_shift_weekdays_and_substitute_make_the_roster(cast: Cast) -> None:
    other = make_user("other", "替班人", "inspector", cast.centre)
    binding = cast.inspector.bindings.get()
    reschedule(binding, "早班", "12345", by=None)
    substitute(binding, other, date(2026, 11, 26), date(2026, 11, 26), by=None)
    with clock.at(MORNING):
        page = told(enter(cast.supervisor).get("/patrol/roster/"))
        bare = told(enter(cast.supervisor).get("/patrol/roster/?bare=1"))
        saturday = enter(cast.supervisor).get("/api/v1/patrol?day=2026-11-28").json()
    assert "替班人 早班（替周启明）" in page
    assert page.count("周启明 早班") == 4
    assert saturday["items"] == []
    assert "第 1 责任网格" not in bare
    assert "第 2 责任网格" in bare
    assert Audit.objects.filter(verb="binding.reschedule").count() == 1


def test_who_sees_positions_and_who_does_not(cast: Cast) -> None:
    row = went(cast.inspector, ALONG)
    here, there = f"/patrol/duties/{row.pk}/", f"/api/v1/duty/{row.pk}/map.geojson"
    elsewhere = make_user("else", "外区", "supervisor", cast.other_centre)
    for person, page in (
        (cast.inspector, 200),
        (cast.supervisor, 200),
        (elsewhere, 404),
        (cast.bob, 404),
    ):
        assert enter(person).get(here).status_code == page
        assert enter(person).get(there).status_code == page
    assert enter(cast.dispatcher).get("/patrol/").status_code == 403
    assert enter(cast.dispatcher).get("/api/v1/patrol").status_code == 403
    with clock.at(MORNING):
        assert enter(elsewhere).get("/api/v1/patrol").json()["items"] == []


def test_the_map_draws_places_way_and_last_position(cast: Cast) -> None:
    row = went(cast.inspector, ALONG)
    told_ = enter(cast.supervisor).get(f"/api/v1/duty/{row.pk}/map.geojson").json()
    kinds = [feature["geometry"]["type"] for feature in told_["features"]]
    assert kinds == ["Polygon", "LineString", "Point"]


def test_the_phone_tells_ones_own_patrol_and_only_that(cast: Cast) -> None:
    with clock.at(MORNING):
        before = enter(cast.inspector).get("/api/v1/phone/patrol").json()
    assert (before["began_at"], before["places"][0]["shift"]) == (None, "平时 08:30–17:30")
    went(cast.inspector, ALONG)
    with clock.at(MORNING + timedelta(minutes=12)):
        mine = enter(cast.inspector).get("/api/v1/phone/patrol").json()
        assert enter(cast.dispatcher).get("/api/v1/phone/patrol").status_code == 403
    [place] = mine["places"]
    assert (place["name"], place["road_metres"], place["passed_metres"]) == (
        "第 1 责任网格",
        215,
        130,
    )


def test_points_are_come_by_when_a_position_lies_within_their_radius(cast: Cast) -> None:
    lon, lat = map(float, PLANE.to_degrees(-1540, 10))
    with clock.at(MORNING - timedelta(days=1)):
        desk = enter(cast.supervisor)
        given = {"name": "学校门口", "point_lon": lon, "point_lat": lat, "radius": 20, "times": 2}
        assert desk.post("/patrol/points/add/", given).status_code == 303
        far = desk.post("/patrol/points/add/", given | {"point_lon": 100})
        assert "不在任何网格里" in told(far)
        other = make_user("else", "外区", "supervisor", cast.other_centre)
        assert enter(other).post("/patrol/points/add/", given).status_code == 403
        assert enter(cast.inspector).get("/patrol/points/add/").status_code == 403
    row = went(cast.inspector, ALONG)
    with clock.at(MORNING + timedelta(minutes=12)):
        [line] = desk.get("/api/v1/patrol").json()["items"]
        phone = enter(cast.inspector).get("/api/v1/phone/patrol").json()
        page = told(desk.get(f"/patrol/duties/{row.pk}/"))
        point = MustVisit.objects.get()
        whole = desk.get(f"/api/v1/duty/{row.pk}").json()
        assert "周启明" in told(desk.get(f"/patrol/points/{point.pk}/"))
        assert desk.post(f"/patrol/points/{point.pk}/").status_code == 303
        assert desk.post(f"/patrol/points/{point.pk}/").status_code == 409
    assert (line["points_made"], line["points_due"]) == (1, 2)
    assert [(p["name"], p["visits"]) for p in phone["points"]] == [("学校门口", 1)]
    assert [len(each["visits"]) for each in whole["points"]] == [1]
    assert (whole["metres"], whole["beats"][0]["passed_metres"]) == (100, 130)
    assert "学校门口" in page
    assert "09:06" in page, "the first position within 20 metres"


def test_points_have_an_api(cast: Cast) -> None:
    lon, lat = map(float, PLANE.to_degrees(-1540, 10))
    client = enter(cast.supervisor)
    body = {"name": "公厕", "lon": lon, "lat": lat, "radius": 40}
    made = client.post("/api/v1/patrol/points", body, "application/json")
    assert (made.status_code, made.json()["place"]) == (201, GRID)
    assert [row["name"] for row in client.get("/api/v1/patrol/points").json()["items"]] == ["公厕"]
    end = f"/api/v1/patrol/points/{made.json()['id']}/end"
    assert enter(cast.inspector).post(end, {}, "application/json").status_code == 403
    assert client.post(end, {}, "application/json").json()["valid_to"]


def test_positions_go_and_figures_stay(cast: Cast) -> None:
    row = went(cast.inspector, ALONG, ends=True)
    passed = Beat.objects.get(attendance=row).passed_metres
    with clock.at(MORNING + timedelta(days=91)):
        duty.tidy_duty()
        measure_all()
        page = told(enter(cast.supervisor).get(f"/patrol/duties/{row.pk}/"))
    row.refresh_from_db()
    assert not TrackPoint.objects.exists()
    assert (row.last_lon, row.last_lat) == (None, None)
    assert row.metres == 100
    assert Beat.objects.get(attendance=row).passed_metres == passed
    assert "位置到了保存期限" in page


def test_what_arrives_while_it_is_measured_is_measured_again(cast: Cast) -> None:
    row = went(cast.inspector, ALONG)
    stale = Attendance.objects.get(pk=row.pk)
    with clock.at(MORNING + timedelta(minutes=14)):
        lon, lat = PLANE.to_degrees(-1450, 0)
        point = duty.Point(at=clock.now(), lon=float(lon), lat=float(lat))
        duty.add_points([point], by=cast.inspector)
        measure(stale)
        row.refresh_from_db()
        assert row.measured < row.heard
        measure_all()
    row.refresh_from_db()
    assert row.measured == row.heard
