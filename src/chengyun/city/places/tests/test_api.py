from typing import Any

import pytest
from django.test import Client

from chengyun.city.people.factories import PASSWORD, Cast
from chengyun.city.places.factories import centre_of
from chengyun.science.coordinates import bd09_of, gcj02_of

GRID = "371502001001001"


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.inspector)
    return client


def locate(client: Client, **query: Any) -> Any:
    return client.get("/api/v1/places/locate", query)


def test_locate(client: Client) -> None:
    lon, lat = centre_of(GRID)
    body = locate(client, lon=lon, lat=lat).json()
    assert body["grid"] == GRID
    assert body["area"] == "371502001001"
    assert [region["name"] for region in body["regions"]] == [
        "聊城市",
        "东昌府区",
        "古楼街道",
        "第一社区",
    ]
    assert body["responsibility"] == "371502001001Z1"
    assert body["address"].startswith("湖南路南侧")


@pytest.mark.parametrize(("crs", "shift"), [("gcj02", gcj02_of), ("bd09", bd09_of)])
def test_other_systems_are_converted(client: Client, crs: str, shift: Any) -> None:
    lon, lat = (float(v) for v in shift(*centre_of(GRID)))
    assert locate(client, lon=lon, lat=lat, crs=crs).json()["grid"] == GRID
    assert locate(client, lon=lon, lat=lat).json().get("grid") != GRID


def test_outside_the_city_is_missing_with_a_sentence(client: Client) -> None:
    answer = locate(client, lon=121.47, lat=31.23)
    assert answer.status_code == 404
    assert "不在聊城市范围内" in answer.json()["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"lon": 200, "lat": 36},
        {"lon": 115, "lat": 95},
        {"lon": "east", "lat": 36},
        {"lon": "nan", "lat": 36},
        {"lon": 115},
        {"lon": 115, "lat": 36, "crs": "mars"},
    ],
)
def test_nonsense_is_refused(client: Client, query: dict[str, Any]) -> None:
    answer = locate(client, **query)
    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"


def test_strangers_are_refused(cast: Cast) -> None:
    assert locate(Client(), lon=115.98, lat=36.45).status_code == 401


def test_a_token_is_enough(cast: Cast) -> None:
    asked = {"username": cast.inspector.username, "password": PASSWORD}
    token = Client().post("/api/v1/token", asked, content_type="application/json").json()["token"]
    lon, lat = centre_of(GRID)
    answer = Client().get(
        "/api/v1/places/locate",
        {"lon": str(lon), "lat": str(lat)},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.json()["grid"] == GRID


def test_regions_page_by_page(client: Client) -> None:
    first = client.get("/api/v1/places/regions", {"limit": 10}).json()
    rest = client.get("/api/v1/places/regions", {"limit": 10, "after": first["next"]}).json()
    codes = [item["code"] for item in first["items"] + rest["items"]]
    assert codes == sorted(codes)
    assert first["total"] == len(codes) == 15
    assert rest["next"] == ""


def test_regions_of_a_district(client: Client) -> None:
    body = client.get("/api/v1/places/regions", {"within": "371502", "level": "street"}).json()
    assert [item["name"] for item in body["items"]] == ["古楼街道", "柳园街道"]
    assert len(body["items"][0]["box"]) == 4
    assert body["items"][0]["simulated"] is True
