"""围栏和线路 on their pages: drawn, shown to whom it concerns, ended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.places.factories import PLANE
from chengyun.city.sensing.factories import YARD, make_device, make_fence, make_truck
from chengyun.city.sensing.models import Fence, Series
from chengyun.city.sensing.services.alarms import LevelChange, follow
from chengyun.city.sensing.services.readings import remember
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db

HERE = "/monitoring/fences/"
ADD = f"{HERE}add/"
TRUCK = "13912345678"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture(autouse=True)
def lake(tmp_path: Path, settings: Settings) -> None:
    settings.READINGS = tmp_path


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def seen(user: User, url: str) -> str:
    return enter(user).get(url).content.decode()


def corners(*places: tuple[float, float]) -> str:
    """Metres from the centre as a person would write them."""
    return "\n".join(
        "{:.6f},{:.6f}".format(*map(float, PLANE.to_degrees(*each))) for each in places
    )


GIVEN = {
    "name": "城东工地到消纳场",
    "duty": "follow",
    "corners": corners((0, 10), (600, 10)),
    "margin": "40",
    "devices": TRUCK,
    "reason": "核准的运输线路",
}
WHY = {"reason": "工地完工"}


def test_a_route_is_drawn_given_to_a_truck_shown_and_ended(cast: Cast) -> None:
    truck, keeper = make_truck(TRUCK), enter(cast.supervisor)
    form = keeper.get(f"{ADD}?device={TRUCK}").content.decode()
    assert TRUCK in form and "拐点</label>" in form and "或者用区域、网格的边界</label>" in form
    assert keeper.post(ADD, GIVEN).status_code == 303
    row = Fence.objects.get()
    assert list(row.devices.all()) == [truck] and row.area == truck.area
    here = f"{HERE}{row.code}/"
    page = keeper.get(here).content.decode()
    assert "按线路走" in page and "左右各 40 米" in page and "在用" in page and "渣土车" in page
    assert "画围栏或线路" in page and "还没有报位置" in page
    assert row.code in seen(cast.duty, HERE) and row.name in seen(cast.duty, f"{HERE}?lasting=1")
    assert here in seen(cast.duty, f"/monitoring/devices/{TRUCK}/")
    like = keeper.get(f"{ADD}?like={row.code}").content.decode()
    assert GIVEN["corners"].splitlines()[0] in like and "核准的运输线路" in like
    asked = keeper.get(f"{here}end/").content.decode()
    assert "不再用「城东工地到消纳场」？" in asked and "给它的 1 台设备" in asked
    refused = keeper.post(f"{here}end/", {"reason": " "})
    assert refused.status_code == 422 and "请填写原因" in refused.content.decode()
    assert "在用" in keeper.get(here).content.decode()
    assert keeper.post(f"{here}end/", WHY).status_code == 303
    ended = keeper.get(here).content.decode()
    assert "不再用" in ended and WHY["reason"] in ended
    assert here not in seen(cast.duty, f"/monitoring/devices/{TRUCK}/")
    assert keeper.post(f"{here}end/", WHY).status_code == 409


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"corners": ""}, "请在图上点出来"),
        ({"corners": "115.98,36.45"}, "线路至少要两个点"),
        ({"corners": "115.98;36.45"}, "第 1 行要写成"),
        ({"corners": "36.45,115.98\n36.46,115.98"}, "第 1 行要写成"),
        ({"corners": "100,20\n101,20"}, "不在本市"),
        ({"duty": "stay"}, "围栏至少要三个点"),
        ({"duty": "stay", "corners": corners((0, 0), (100, 100), (100, 0), (0, 90))}, "互相交叉"),
        ({"place": "999999"}, "没有区域或网格「999999」"),
        ({"place": "371502"}, "线路要是一条线"),
        ({"devices": "X"}, "没有设备「X」"),
        ({"devices": "JS-001"}, "不报位置"),
        ({"margin": "-1"}, "0 到 5000 米"),
        ({"hour_from": "06:00"}, "要一起填"),
        ({"hour_from": "6点", "hour_to": "22:00"}, "时:分"),
        ({"hour_from": "06:00", "hour_to": "06:00"}, "不能相同"),
        ({"valid_to": "2020-01-01 00:00"}, "晚于现在"),
        ({"name": " "}, "名称"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    cast: Cast, changes: dict[str, str], sentence: str
) -> None:
    make_truck(TRUCK)
    make_device("JS-001")
    answer = enter(cast.supervisor).post(ADD, GIVEN | changes)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Fence.objects.exists()


def test_all_that_is_wrong_is_said_at_once(cast: Cast) -> None:
    make_truck(TRUCK)
    make_device("JS-001")
    wrong = {"name": "", "corners": "115.98,36.45", "margin": "9999", "hour_from": "6点"}
    wrong |= {"hour_to": "22:00", "valid_to": "2020-01-01 00:00", "devices": f"{TRUCK} X Y"}
    answer = enter(cast.supervisor).post(ADD, GIVEN | wrong)
    text = answer.content.decode()
    for sentence in ("请填写名称", "线路至少要两个点", "0 到 5000 米", "时:分", "晚于现在"):
        assert sentence in text, sentence
    assert "没有设备「X」" in text and "没有设备「Y」" in text and answer.status_code == 422
    part = enter(cast.supervisor).post(
        ADD, GIVEN | wrong | {"devices": "JS-001"}, headers={"HX-Request": "true", "HX-Target": "f"}
    )
    assert "有 6 处要改" in part.content.decode() and "不报位置" in part.content.decode()


def test_the_outline_of_a_region_or_a_grid_will_do(cast: Cast) -> None:
    make_truck(TRUCK)
    keeper = enter(cast.supervisor)
    for place in ("371502001", "371502001001001"):
        assert keeper.post(ADD, GIVEN | {"duty": "stay", "place": place}).status_code == 303
    assert {row.shape["type"] for row in Fence.objects.all()} == {"Polygon"}


def test_a_route_goes_along_the_roads(cast: Cast) -> None:
    """One place lies on 湖南路, the other on 柳园路, which begins there."""
    make_truck(TRUCK)
    keeper = enter(cast.supervisor)
    straight = corners((-700, 30), (-420, 180))
    assert keeper.post(ADD, GIVEN | {"corners": straight, "by_road": "on"}).status_code == 303
    bent = Fence.objects.get().shape["coordinates"]
    assert len(bent) > 2
    asked = straight.replace("\n", ";")
    answer = enter(cast.supervisor).get("/api/v1/fences/way", {"corners": asked})
    assert answer.status_code == 200
    assert [round(x, 6) for x in answer.json()["coordinates"][0]] == [round(x, 6) for x in bent[0]]
    assert enter(cast.duty).get("/api/v1/fences/way", {"corners": asked}).status_code == 403


def test_the_page_of_an_alarm_draws_where_the_truck_ought_to_have_been(cast: Cast) -> None:
    truck, now = make_truck(TRUCK), clock.now()
    keys = {each.point: each.pk for each in Series.objects.filter(device=truck)}
    with clock.at(now - timedelta(hours=1)):
        make_fence(truck)
        make_fence(truck, duty="avoid", shape=YARD, margin=0, name="学校")
    lon, lat = (float(each) for each in PLANE.to_degrees(300, 140))
    told = {"lon": lon, "lat": lat, "astray": 100.0}
    remember([(keys[point], now, value, 0, now) for point, value in told.items()])
    alarm = follow(
        LevelChange(
            series=keys["astray"], rule="vehicle_astray", level=2, value=100, at=now, since=now
        )
    )
    assert alarm is not None
    page = seen(cast.duty, f"/monitoring/alarms/{alarm.code}/")
    there = f"/api/v1/alarms/{alarm.code}/track.geojson"
    assert (
        there in page and "城东工地到消纳场" in page and "100 米" in page and "黄色 10 米" in page
    )
    features = enter(cast.duty).get(there).json()["features"]
    fences = [each for each in features if each["properties"].get("fence")]
    kinds = [each["geometry"]["type"] for each in fences]
    assert kinds == ["Polygon", "LineString", "Polygon"]
    assert [each["properties"].get("forbidden") for each in fences] == [None, None, 1]
    [sign] = [each for each in features if each["geometry"]["type"] == "Point"]
    assert sign["geometry"]["coordinates"] == [lon, lat]
    shape = enter(cast.duty).get(f"/api/v1/fences/{Fence.objects.all()[0].code}/shape.geojson")
    assert shape.json()["features"][-1]["properties"]["label"] == "渣土车"
    wall = seen(cast.duty, "/monitoring/")
    assert "驶离围栏或线路" in wall and "高于 10" in wall


def test_a_case_is_opened_where_the_truck_is(cast: Cast) -> None:
    truck, now = make_truck(TRUCK), clock.now()
    keys = {each.point: each.pk for each in Series.objects.filter(device=truck)}
    lon, lat = (float(each) for each in PLANE.to_degrees(-300, 140))
    told = {"lon": lon, "lat": lat, "astray": 100.0}
    remember([(keys[point], now, value, 0, now) for point, value in told.items()])
    alarm = follow(
        LevelChange(
            series=keys["astray"], rule="vehicle_astray", level=2, value=100, at=now, since=now
        )
    )
    assert alarm is not None
    enter(cast.duty).post(f"/monitoring/alarms/{alarm.code}/open_case/", {})
    alarm.refresh_from_db()
    assert alarm.case is not None and (alarm.case.lon, alarm.case.lat) == (lon, lat)
    assert "偏离围栏或线路 100 米" in alarm.case.description


def test_who_may_not_looks_only_and_others_see_nothing(cast: Cast) -> None:
    row = make_fence(make_truck(TRUCK), by=cast.supervisor)
    here = f"{HERE}{row.code}/"
    assert "不再用…" not in seen(cast.duty, here) and "画一条" not in seen(cast.duty, HERE)
    assert enter(cast.duty).get(ADD).status_code == 403
    assert enter(cast.duty).post(f"{here}end/", WHY).status_code == 403
    assert enter(cast.operator).get(here).status_code == 403
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    assert enter(other).get(here).status_code == 404
    assert enter(other).get(f"/api/v1/fences/{row.code}/shape.geojson").status_code == 404


def test_programs_draw_list_and_end(cast: Cast) -> None:
    make_truck(TRUCK)
    keeper, there = enter(cast.supervisor), "/api/v1/fences"
    shape = {"type": "LineString", "coordinates": [[115.98, 36.45], [115.985, 36.45]]}
    new = {"name": "线路", "duty": "follow", "devices": [TRUCK], "reason": "核准"}
    lacking = keeper.post(there, new, content_type="application/json")
    assert lacking.status_code == 422 and "要写一个" in lacking.json()["message"]
    broken = keeper.post(
        there, new | {"shape": {"type": "Circle"}}, content_type="application/json"
    )
    assert broken.status_code == 422 and "GeoJSON" in broken.json()["message"]
    strange = new | {"shape": shape, "devices": [TRUCK, "NOBODY"]}
    unseen = keeper.post(there, strange, content_type="application/json")
    assert unseen.status_code == 404 and "没有设备「NOBODY」" in unseen.json()["message"]
    made = keeper.post(there, new | {"shape": shape}, content_type="application/json")
    assert made.status_code == 201 and made.json()["devices"] == [TRUCK]
    code = made.json()["code"]
    for asked, many in (({"lasting": True}, 1), ({"device": TRUCK}, 1)):
        assert len(keeper.get(there, asked).json()["items"]) == many
    assert enter(cast.duty).get(f"{there}/{code}").json()["margin"] == 30
    lacking = keeper.post(f"{there}/{code}/end", {}, content_type="application/json")
    assert lacking.status_code == 422
    ended = keeper.post(f"{there}/{code}/end", WHY, content_type="application/json")
    assert ended.json()["ended_at"]
    assert keeper.get(there, {"lasting": True}).json()["items"] == []
