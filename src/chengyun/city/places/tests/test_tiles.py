import gzip
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from chengyun.city.people.factories import Cast
from chengyun.city.places import tiles
from chengyun.city.places.factories import CENTRE, grid_rows
from chengyun.city.places.services import import_grids
from chengyun.science.tiles import to_tile


def here(z: int) -> tuple[int, int]:
    across, down = to_tile(z, 0, 0, CENTRE[0] - 0.001, CENTRE[1] + 0.001)
    return int(across // 4096), int(down // 4096)


def get(client: Client, layer: str, z: int, **headers: str) -> Any:
    x, y = here(z)
    return client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt", headers=headers)


def read(answer: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = mapbox_vector_tile.decode(answer.content)
    return decoded


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.operator)
    return client


def test_a_tile_of_grids(client: Client) -> None:
    answer = get(client, "grids", 15)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    features = read(answer)["grids"]["features"]
    codes = {feature["properties"]["code"] for feature in features}
    assert codes <= {row.code for row in grid_rows()} and len(codes) > 4
    assert {"code", "community", "responsible"} == set(features[0]["properties"])


def test_each_zoom_shows_what_it_can_bear(client: Client) -> None:
    def levels(z: int) -> set[str]:
        found = read(get(client, "regions", z))["regions"]["features"]
        return {feature["properties"]["level"] for feature in found}

    assert levels(6) == {"city", "district"}
    assert levels(10) == {"city", "district", "street"}
    assert levels(13) == {"city", "district", "street", "community"}
    assert get(client, "grids", 10).status_code == 204


def test_the_name_of_a_region_is_written_once(client: Client) -> None:
    features = read(get(client, "all", 10))["labels"]["features"]
    named = [feature["properties"]["name"] for feature in features]
    assert len(named) == len(set(named)) > 1
    assert {feature["geometry"]["type"] for feature in features} == {"Point"}


def test_roads_are_classed_for_the_map(client: Client) -> None:
    features = read(get(client, "roads", 13))["roads"]["features"]
    assert {(f["properties"]["name"], f["properties"]["class"]) for f in features} >= {
        ("湖南路", "main"),
        ("兴华路", "branch"),
    }


def test_all_layers_in_one(client: Client) -> None:
    assert set(read(get(client, "all", 14))) >= {"regions", "grids", "roads"}


def test_the_same_version_is_not_sent_twice(client: Client) -> None:
    first = get(client, "roads", 12)
    again = get(client, "roads", 12, if_none_match=first["ETag"])
    assert again.status_code == 304 and again.content == b""


def test_packed_when_the_browser_can(client: Client) -> None:
    packed = get(client, "roads", 12, accept_encoding="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == get(client, "roads", 12).content


def test_an_import_makes_new_tiles(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    before = get(client, "grids", 14)
    kept = tiles._folder() / before["ETag"].strip('"').split("-")[0]
    assert kept.is_dir()
    with django_capture_on_commit_callbacks(execute=True):
        import_grids([row for row in grid_rows() if row.code.endswith("001")], by=None)
    assert get(client, "grids", 14)["ETag"] == before["ETag"], "nothing changed"
    changed = [
        type(row)(code=row.code, geometry=row.geometry, name="新名")
        for row in grid_rows()
        if row.code.endswith("001")
    ]
    with django_capture_on_commit_callbacks(execute=True):
        import_grids(changed, by=None)
    assert get(client, "grids", 14)["ETag"] != before["ETag"]
    assert not kept.exists()


@pytest.mark.parametrize(
    "path", ["nothing/10/0/0.mvt", "roads/19/0/0.mvt", "roads/2/4/0.mvt", "roads/3/0/9.mvt"]
)
def test_there_is_no_such_tile(client: Client, path: str) -> None:
    assert client.get(f"/tiles/{path}").status_code == 404


def test_strangers_see_no_map(cast: Cast) -> None:
    assert get(Client(), "roads", 12).status_code == 302


def test_empty_ground_is_an_empty_answer(client: Client) -> None:
    assert client.get("/tiles/roads/12/0/0.mvt").status_code == 204
