"""The register's doors for programs."""

from typing import Any

import pytest
from django.test import Client

from chengyun.city.assets.factories import AWAY, HOME, make_asset
from chengyun.city.assets.models import Asset
from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.people.models import User
from chengyun.city.places.factories import centre_of, make_city


@pytest.fixture
def cast(db: None) -> Cast:
    found = make_cast()
    make_city()
    return found


def call(user: User, method: str, path: str, body: Any = None, **headers: str) -> Any:
    client = Client(headers=headers)
    client.force_login(user)
    if body is None:
        return client.generic(method, f"/api/v1{path}")
    return getattr(client, method.lower())(f"/api/v1{path}", body, "application/json")


def body(grid: str = HOME, **more: Any) -> dict[str, Any]:
    lon, lat = centre_of(grid)
    return {"type": "lamp", "lon": lon, "lat": lat, **more}


def test_an_asset_is_registered_read_and_changed(cast: Cast) -> None:
    given = body(type="0137", attributes={"power_w": 150}, keeper="371502-SZ", note="新装")
    made = call(cast.admin, "POST", "/assets", given)
    assert made.status_code == 201
    asset = made.json()
    assert (asset["code"], asset["type"], asset["class"]) == ("3715020137000001", "lamp", "0137")
    assert asset["keeper"] == {"code": "371502-SZ", "name": "市政工程处"}
    assert call(cast.alice, "GET", f"/assets/{asset['code']}").json() == asset
    change = {
        "version": 1,
        "name": "东口灯",
        "state": "broken",
        "attributes": {"pole": "HN-1"},
        "keeper": "",
    }
    changed = call(cast.admin, "PATCH", f"/assets/{asset['code']}", change).json()
    assert (changed["name"], changed["state"], changed["keeper"]) == ("东口灯", "broken", None)
    assert changed["attributes"] == {"power_w": 150, "pole": "HN-1"}
    slower = call(cast.admin, "PATCH", f"/assets/{asset['code']}", {"version": 1, "name": "x"})
    assert (slower.status_code, slower.json()["version"]) == (409, 3)


def test_a_registration_that_arrives_twice_is_done_once(cast: Cast) -> None:
    answers = [call(cast.admin, "POST", "/assets", body(), idempotency_key="a-1") for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"type": "moon"}, 422),
        ({"lon": 116.4, "lat": 39.9}, 422),
        ({"lon": "NaN"}, 422),
        ({"code": "12"}, 422),
        ({"code": "3715020137000009"}, 409),
        ({"keeper": "nobody"}, 422),
        ({"name": "a\x00b"}, 422),
        ({"name": "\ud800"}, 422),
        ({"attributes": {"power_w": 10**30}}, 422),
        ({"attributes": {"\x00": 1}}, 422),
        ({"created_on": "0001-01-01"}, 422),
        ({"state": "melted"}, 422),
    ],
)
def test_what_cannot_be_registered_is_refused(
    cast: Cast, more: dict[str, Any], status: int
) -> None:
    make_asset(code="3715020137000009")
    answer = call(cast.admin, "POST", "/assets", body(**more))
    assert answer.status_code == status
    assert answer.json()["message"]
    assert Asset.objects.count() == 1


def test_who_may_not_is_told(cast: Cast) -> None:
    asset = make_asset()
    assert call(cast.charlie, "GET", "/assets").status_code == 403
    assert call(cast.dispatcher, "POST", "/assets", body()).status_code == 403
    assert call(cast.bob, "GET", f"/assets/{asset.code}").status_code == 404
    assert call(cast.bob, "GET", "/assets").json()["items"] == []
    assert Client().get("/api/v1/assets").status_code == 401


def test_the_list_is_filtered_and_paged(cast: Cast) -> None:
    for number in range(5):
        make_asset("bin" if number % 2 else "lamp", keeper_id=cast.crew.pk, address="湖南路")
    make_asset("lamp", grid=AWAY, state="broken")
    first = call(cast.admin, "GET", "/assets?limit=2").json()
    assert (len(first["items"]), first["total"]) == (2, 6)
    codes = [a["code"] for a in first["items"]]
    mark = first["next"]
    while mark:
        page = call(cast.admin, "GET", f"/assets?limit=2&after={mark}").json()
        codes += [a["code"] for a in page["items"]]
        mark = page["next"]
    assert codes == sorted(set(codes)) and len(codes) == 6
    for query, count in (
        ("type=lamp", 4),
        ("state=broken", 1),
        ("keeper=371502-SZ", 5),
        ("area=371523", 1),
        (f"grid={HOME}", 5),
        (f"grid={HOME[:12]}", 5),
        ("q=湖南路", 5),
        ("q=3715020137", 3),
    ):
        assert call(cast.admin, "GET", f"/assets?{query}").json()["total"] == count, query
    for query in ("after=zzz", "limit=501", "keeper=nobody", "q=%00", "state=x"):
        assert call(cast.admin, "GET", f"/assets?{query}").status_code == 422, query


def test_the_map_gets_points_then_clusters(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_asset()
    make_asset(state="broken")
    make_asset(grid=AWAY)
    lon, lat = centre_of(HOME)
    box = f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}"
    near = call(cast.admin, "GET", f"/assets.geojson?bbox={box}").json()
    assert (near["total"], near["clustered"], len(near["features"])) == (2, False, 2)
    assert near["features"][0]["properties"]["label"] == "路灯（完好）"
    monkeypatch.setattr("chengyun.city.assets.api.FEATURES_AT_MOST", 1)
    for url in (f"/assets.geojson?bbox={box}", "/assets.geojson"):
        many = call(cast.admin, "GET", url).json()
        assert many["clustered"] and "合并显示" in many["note"]
        assert sum(f["properties"]["count"] for f in many["features"]) == many["total"]
    for wrong in ("1,2,3", "a,b,c,d", "5,5,1,1", "nan,0,1,1", "0,0,999,1"):
        assert call(cast.admin, "GET", f"/assets.geojson?bbox={wrong}").status_code == 422
