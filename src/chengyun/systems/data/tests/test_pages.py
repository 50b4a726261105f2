"""The pages of 数据汇聚, as each person meets them."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test import Client
from PIL import Image
from python_calamine import CalamineWorkbook

from chengyun.city.assets import jobs
from chengyun.city.assets.factories import AWAY, HOME, make_asset
from chengyun.city.assets.models import Asset, ImportRun
from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.people.models import User
from chengyun.city.places.factories import centre_of, grid_rows, make_city
from chengyun.city.places.models import Grid


@pytest.fixture
def cast(db: None) -> Cast:
    found = make_cast()
    make_city()
    return found


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Background work is done at once."""
    for task in (jobs.check_file, jobs.write_file):
        monkeypatch.setattr(type(task), "enqueue", lambda self, *args: self.call(*args))
    return iter(())


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, text: str | bytes, name: str = "部件.csv") -> ImportRun:
    content = text.encode() if isinstance(text, str) else text
    answer = client.post("/data/imports/add/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 303, answer.content.decode()
    return ImportRun.objects.latest("pk")


def rows(*lines: str) -> str:
    lon, lat = centre_of(HOME)
    table = "\n".join(line.format(at=f"{lon:.6f},{lat:.6f}") for line in lines)
    return f"类型,经度,纬度,地址\n{table}\n"


PAGES = (
    "/data/assets/",
    "/data/assets/map/",
    "/data/assets/add/",
    "/data/assets/add/?type=lamp",
    "/data/imports/",
    "/data/imports/add/",
    "/data/places/",
    "/data/places/371502/",
    "/data/places/371502001/",
    "/data/places/371502001001/",
    f"/data/places/{HOME}/",
    "/data/places/import/",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_the_administrator(cast: Cast, path: str) -> None:
    make_asset()
    answer = as_(cast.admin).get(path)
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1>") == 1


@pytest.mark.parametrize("path", ["/data/assets/", "/data/assets/map/", "/data/places/371502/"])
def test_a_page_asks_the_database_as_often_however_long_it_is(
    cast: Cast, path: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_asset("lamp" if number % 2 else "bin", keeper_id=cast.crew.pk)
    client = as_(cast.admin)
    with django_assert_max_num_queries(16):
        assert client.get(path).status_code == 200


def test_the_page_of_an_asset_asks_little(cast: Cast, django_assert_max_num_queries: Any) -> None:
    asset = make_asset(keeper_id=cast.crew.pk)
    client = as_(cast.admin)
    with django_assert_max_num_queries(12):
        assert client.get(f"/data/assets/{asset.code}/").status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_before_there_is_anything(db: None, path: str) -> None:
    cast = make_cast()
    status = 404 if path.startswith("/data/places/3") else 200
    assert as_(cast.admin).get(path).status_code == status


@pytest.mark.parametrize("path", PAGES)
def test_who_may_not_is_sent_away(cast: Cast, path: str) -> None:
    assert as_(cast.charlie).get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_the_list_is_filtered_and_leads_to_the_asset(cast: Cast) -> None:
    lamp = make_asset(address="湖南路 3 号", keeper_id=cast.crew.pk)
    make_asset("bin")
    client = as_(cast.dispatcher)
    text = client.get(
        "/data/assets/?q=湖南路&type=lamp&state=good&keeper=371502-SZ"
    ).content.decode()
    assert f"/data/assets/{lamp.code}/" in text
    assert "共 1 条" in text
    assert "没有符合条件的部件" in client.get("/data/assets/?state=lost").content.decode()
    for place, found in ((HOME, 2), (HOME[:12], 2), (AWAY, 0), ("%00", 0), ("3715", 2)):
        text = client.get(f"/data/assets/?grid={place}").content.decode()
        assert (f"共 {found} 条" in text) == bool(found), place


def test_another_district_sees_nothing(cast: Cast) -> None:
    asset = make_asset()
    client = as_(cast.bob)
    assert asset.code not in client.get("/data/assets/").content.decode()
    assert client.get(f"/data/assets/{asset.code}/").status_code == 404


def test_an_asset_is_registered_changed_and_ended_by_forms(cast: Cast) -> None:
    client = as_(cast.admin)
    lon, lat = centre_of(HOME)
    form = {
        "point_lon": f"{lon:.6f}",
        "point_lat": f"{lat:.6f}",
        "state": "good",
        "a_power_w": "150",
    }
    answer = client.post("/data/assets/add/?type=lamp", form | {"keeper": "371502-SZ"})
    asset = Asset.objects.get()
    assert answer["Location"] == f"/data/assets/{asset.code}/"
    assert (asset.attributes, asset.keeper) == ({"power_w": 150}, cast.crew)
    change = form | {"name": "东口灯", "version": "1", "a_power_w": "120"}
    assert client.post(f"/data/assets/{asset.code}/edit/", change).status_code == 303
    state = {"state": "broken", "note": "灯罩碎了", "version": "2"}
    assert client.post(f"/data/assets/{asset.code}/state/", state).status_code == 303
    slower = state | {"state": "lost"}
    assert client.post(f"/data/assets/{asset.code}/state/", slower).status_code == 409
    text = client.get(f"/data/assets/{asset.code}/").content.decode()
    for words in (
        "功率：150 瓦 → 120 瓦",
        "养护单位：市政工程处 → 未填",
        "名称：路灯 → 东口灯",
        "完好 → 破损",
        "灯罩碎了",
        "变更部件状态",
    ):
        assert words in text, words
    assert client.post(f"/data/assets/{asset.code}/end/", {"reason": ""}).status_code == 422
    ended = client.post(f"/data/assets/{asset.code}/end/", {"reason": "拆除", "version": "3"})
    assert ended.status_code == 303
    assert "已注销" in client.get(f"/data/assets/{asset.code}/").content.decode()
    assert asset.code not in client.get("/data/assets/").content.decode()


def test_a_form_that_is_wrong_comes_back_with_what_was_typed(cast: Cast) -> None:
    form = {"name": "三岔口", "point_lon": "116.4", "point_lat": "", "state": "good"}
    answer = as_(cast.admin).post("/data/assets/add/?type=lamp", form)
    assert answer.status_code == 422
    assert "三岔口" in answer.content.decode()
    outside = form | {"point_lat": "39.9"}
    assert as_(cast.admin).post("/data/assets/add/?type=lamp", outside).status_code == 422
    assert as_(cast.admin).get("/data/assets/add/?type=moon").status_code == 422
    assert as_(cast.dispatcher).get("/data/assets/add/").status_code == 403


def test_photos_are_added_and_shown_to_whoever_sees_the_asset(cast: Cast) -> None:
    asset = make_asset()
    client = as_(cast.admin)
    url = f"/data/assets/{asset.code}/photo/"
    no_picture = SimpleUploadedFile("a.jpg", b"text")
    assert client.post(url, {"photo": no_picture}).status_code == 415
    assert client.post(url).status_code == 422
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, "PNG")
    picture = SimpleUploadedFile("a.png", buffer.getvalue())
    assert client.post(url, {"photo": picture, "caption": "灯杆"}).status_code == 303
    text = client.get(f"/data/assets/{asset.code}/").content.decode()
    small = text.split('<img src="')[1].split('"')[0]
    assert client.get(small).status_code == 200
    assert as_(cast.bob).get(small).status_code == 404


def content(answer: Any) -> bytes:
    assert isinstance(answer, StreamingHttpResponse)
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]


def test_exports_are_what_imports_take_and_carry_no_formula(cast: Cast, work: None) -> None:
    make_asset(name="=1+1", attributes={"power_w": 150, "source": "led"}, keeper_id=cast.crew.pk)
    make_asset("bin", state="broken")
    client = as_(cast.admin)
    text = content(client.get("/data/assets/export/?format=csv")).decode("utf-8-sig")
    assert "'=1+1" in text
    excel = content(client.get("/data/assets/export/?format=xlsx"))
    lines = CalamineWorkbook.from_filelike(io.BytesIO(excel)).get_sheet_by_index(0).to_python()
    assert len(lines) == 3
    assert lines[1][2] == "=1+1"
    only = content(client.get("/data/assets/export/?type=bin")).decode("utf-8-sig")
    assert len(only.splitlines()) == 2
    for sent, name in ((text.replace("3715020", "9915020").encode(), "a.csv"), (excel, "a.xlsx")):
        run = upload(client, sent, name)
        run.refresh_from_db()
        faults = {column for _, column, _ in run.faults}
        assert (run.error, faults) == ("", {"标识码"})


def test_a_file_is_uploaded_checked_and_written(cast: Cast, work: None) -> None:
    client = as_(cast.admin)
    run = upload(client, rows("路灯,{at},湖南路", "0402,{at},湖南路"))
    url = f"/data/imports/{run.pk}/"
    assert "导入 2 行" in client.get(url).content.decode()
    assert not Asset.everything.exists()
    assert client.post(f"{url}start/").status_code == 303
    assert Asset.objects.count() == 2
    text = client.get(url).content.decode()
    assert "行已写入部件库" in text
    assert "部件.csv" in client.get("/data/imports/").content.decode()
    assert client.post(f"{url}start/").status_code == 409
    assert as_(cast.bob).get(url).status_code == 403


def test_faults_are_shown_by_row_and_the_good_rows_may_go_in(cast: Cast, work: None) -> None:
    client = as_(cast.admin)
    run = upload(client, rows("路灯,{at},", "月亮,{at},"))
    url = f"/data/imports/{run.pk}/"
    text = client.get(url).content.decode()
    assert "没有「月亮」这种部件" in text and "只导入没有错的 1 行" in text
    assert "月亮" in content(client.get(f"{url}report/")).decode("utf-8-sig")
    assert client.post(f"{url}start/").status_code == 409
    assert client.post(f"{url}start/", {"partial": "1"}).status_code == 303
    assert Asset.objects.count() == 1


def test_while_a_file_is_checked_the_page_asks_again(cast: Cast) -> None:
    client = as_(cast.admin)
    run = upload(client, rows("路灯,{at},"))
    part = client.get(
        f"/data/imports/{run.pk}/", headers={"HX-Request": "true", "HX-Target": "progress"}
    ).content.decode()
    assert part.startswith('<div class="stack" id="progress" hx-get')
    assert "等待后台检查" in part


def test_what_is_no_file_is_refused(cast: Cast, work: None) -> None:
    client = as_(cast.admin)
    assert client.post("/data/imports/add/").status_code == 422
    run = upload(client, b"PK\x03\x04 no", "a.xlsx")
    assert "不是能打开的 Excel" in client.get(f"/data/imports/{run.pk}/").content.decode()
    assert client.get("/data/imports/99999/").status_code == 404
    assert client.get(f"/data/imports/{run.pk}/report/").status_code == 404


def test_templates_are_made_from_the_fields_of_a_type(cast: Cast, work: None) -> None:
    client = as_(cast.admin)
    sent = content(client.get("/data/imports/template/old_tree.xlsx"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sent))
    header = book.get_sheet_by_index(0).to_python()[0]
    assert {"类型*", "经度*", "挂牌编号*", "树龄"} <= set(header)
    assert book.get_sheet_by_index(1).to_python()[0][0] == "列"
    head, example = book.get_sheet_by_name("示例").to_python()[:2]
    assert dict(zip(head, example, strict=True))["类型"] == "古树名木"
    assert client.get("/data/imports/template/moon.xlsx").status_code == 422
    run = upload(client, sent, "空.xlsx")
    run.refresh_from_db()
    assert "只有列名" in run.error


def layer(tmp_path: Path, codes: dict[str, str]) -> bytes:
    """A GeoJSON file of the unit grids under new codes."""
    found = {row.code: row.geometry for row in grid_rows()}
    features = ",".join(
        f'{{"type":"Feature","properties":{{"code":"{new}"}},"geometry":{shapely.to_geojson(found[old])}}}'
        for old, new in codes.items()
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()


def test_a_layer_is_checked_before_anything_is_written(cast: Cast, tmp_path: Path) -> None:
    client = as_(cast.admin)
    chosen = {"kind": "grids", "crs": "wgs84"}
    bad = layer(tmp_path, {AWAY: HOME})
    file = SimpleUploadedFile("网格.geojson", bad)
    answer = client.post("/data/places/import/check/", chosen | {"file": file})
    text = answer.content.decode()
    assert answer.status_code == 200 and "逐行问题" in text and "写入单元网格" not in text
    before = Grid.objects.count()
    good = layer(tmp_path, {HOME: HOME[:-1] + "9"})
    replaced = chosen | {"file": SimpleUploadedFile("网格.geojson", good)}
    text = client.post("/data/places/import/check/", replaced).content.decode()
    assert Grid.objects.count() == before
    assert 'name="stored"' in text


@pytest.mark.parametrize(
    ("name", "sent", "status"),
    [("网格.txt", b"x", 415), ("网格.geojson", b"{}", 415), ("网格.zip", b"PK", 415)],
)
def test_a_file_that_is_no_layer_is_refused(
    cast: Cast, name: str, sent: bytes, status: int
) -> None:
    chosen = {"kind": "grids", "crs": "wgs84", "file": SimpleUploadedFile(name, sent)}
    assert as_(cast.admin).post("/data/places/import/check/", chosen).status_code == status
    assert as_(cast.dispatcher).post("/data/places/import/check/", chosen).status_code == 403


def test_a_layer_is_written_after_it_was_checked(db: None) -> None:
    cast = make_cast()
    make_city(grids=grid_rows()[1:])
    client = as_(cast.admin)
    chosen = {"kind": "grids", "crs": "wgs84"}
    found = layer(Path(), {HOME: HOME})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("网格.geojson", found)
    file = SimpleUploadedFile("网格.geojson", found)
    text = client.post("/data/places/import/check/", chosen | {"file": file}).content.decode()
    assert "写入单元网格" in text, text
    stored = text.split('name="stored" value="')[1].split('"')[0]
    answer = client.post("/data/places/import/", chosen | {"stored": stored})
    assert answer.status_code == 303
    assert Grid.objects.filter(code=HOME, valid_to=None).exists()
    other = as_(cast.district_admin).post("/data/places/import/", chosen | {"stored": stored})
    assert other.status_code == 404
