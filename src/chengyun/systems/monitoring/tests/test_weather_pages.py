"""气象预警 on its pages: entered, brought in by a file, seen on both walls, changed, lifted."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localtime

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import change, make_device, make_warning
from chengyun.city.sensing.models import WeatherWarning
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db

HEAD = "编号,种类,级别,区域,内容,发布单位,发布时间,结束时间"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def at(hours: float, form: str = "%Y-%m-%dT%H:%M") -> str:
    return f"{localtime(clock.now() + timedelta(hours=hours)):{form}}"


def row(
    number: str, kind: str = "暴雨", rank: str = "橙色", area: str = "东昌府区", **more: str
) -> str:
    times = (at(-1, "%Y-%m-%d %H:%M"), more.get("ends", at(5, "%Y/%m/%d %H:%M")))
    return ",".join((number, kind, rank, area, more.get("text", "有暴雨"), "市气象台", *times))


def brought(user: User, text: str | bytes, name: str = "预警.csv") -> Any:
    data = text.encode() if isinstance(text, str) else text
    return enter(user).post("/monitoring/weather/import/", {"file": SimpleUploadedFile(name, data)})


def test_entered_by_hand_it_stands_on_both_walls_until_it_is_lifted(cast: Cast) -> None:
    duty = enter(cast.duty)
    assert "还没有登记过气象预警" in duty.get("/monitoring/weather/").content.decode()
    given = {
        "kind": "rainstorm",
        "rank": "orange",
        "areas": [DISTRICT],
        "text": "预计未来 6 小时有暴雨。",
        "source": "市气象台",
        "issued_at": at(0),
        "valid_to": at(6),
    }
    assert (
        "请填写结束"
        in duty.post("/monitoring/weather/add/", given | {"valid_to": ""}).content.decode()
    )
    late = duty.post("/monitoring/weather/add/", given | {"valid_to": at(-1)}).content.decode()
    assert "结束时间要晚于开始时间" in late
    wrong = given | {"valid_to": at(-1), "issued_at": at(1), "text": "", "areas": []}
    page = duty.post("/monitoring/weather/add/", wrong).content.decode()
    for sentence in ("结束时间要晚于开始时间", "发布时间在将来", "请填写内容", "请选择区域"):
        assert sentence in page, sentence
    assert duty.post("/monitoring/weather/add/", given).status_code == 303
    made = WeatherWarning.objects.get()
    for wall in ("/monitoring/", "/monitoring/screen/"):
        assert "暴雨橙色预警" in duty.get(wall).content.decode()
    here = f"/monitoring/weather/{made.code}/"
    page = duty.get(here).content.decode()
    assert "生效中" in page and "闸门没有打开" in page and "平时不看" in page
    filled = duty.get(f"{here}change/").content.decode()
    assert 'value="orange" selected' in filled
    worse = given | {"rank": "red", "text": "雨更大了。"}
    assert duty.post(f"{here}change/", worse).status_code == 303
    assert f"原来的内容：{given['text']}" in duty.get(here).content.decode()
    assert "暴雨红色预警" in duty.get("/monitoring/").content.decode()
    assert "请填写原因" in duty.post(f"{here}lift/", {}).content.decode()
    assert duty.post(f"{here}lift/", {"reason": "雨停了"}).status_code == 303
    assert "aw-weather" not in duty.get("/monitoring/").content.decode()
    page = duty.get(here).content.decode()
    assert "已结束" in page and "雨停了" in page and "修改…" not in page


def test_who_watches_elsewhere_does_not_see_it_on_the_wall(cast: Cast) -> None:
    made = make_warning(areas=[OTHER_DISTRICT])
    make_warning(areas=[CITY], kind="gale")
    wall = enter(cast.duty).get("/monitoring/").content.decode()
    assert "大风橙色预警" in wall and "暴雨橙色预警" not in wall
    page = enter(cast.duty).get(f"/monitoring/weather/{made.code}/").content.decode()
    assert "解除…" not in page
    assert (
        enter(cast.duty)
        .post(f"/monitoring/weather/{made.code}/lift/", {"reason": "停"})
        .status_code
        == 403
    )


def test_the_alarm_the_device_and_the_rule_say_so(cast: Cast) -> None:
    device = make_device()
    make_warning()
    alarm = change(device, 2, value=8)
    assert alarm is not None
    duty = enter(cast.duty)
    page = duty.get(f"/monitoring/alarms/{alarm.code}/").content.decode()
    assert "暴雨橙色预警期间：黄色 6 厘米" in page and "（暴雨橙色预警期间）" in page
    assert "暴雨橙色预警期间" in duty.get(f"/monitoring/devices/{device.code}/").content.decode()
    rule = duty.get("/monitoring/rules/ponding_depth/").content.decode()
    assert "暴雨黄色以上预警期间" in rule and "黄色 6 厘米" in rule
    rules = duty.get("/monitoring/rules/").content.decode()
    assert "暴雨黄色以上预警期间换限值" in rules and "暴雨橙色以上预警期间才看" in rules


def test_a_row_is_told_all_that_is_wrong_with_it(cast: Cast) -> None:
    bad = row("A-1", kind="流星雨", area="火星", ends="明天")
    page = brought(cast.supervisor, "\n".join([HEAD, bad])).content.decode()
    for sentence in ("没有预警种类「流星雨」", "本市没有区域「火星」", "应当是时间"):
        assert sentence in page, sentence
    assert "1 行，3 处有错" in page
    heads = brought(cast.supervisor, "\n".join([HEAD.replace("种类", "品种"), bad]))
    assert heads.status_code == 422 and "缺少这些列：种类" in heads.content.decode()
    assert "「品种」不是气象预警的列名" in heads.content.decode()


def test_a_file_with_rows_for_others_names_each(cast: Cast) -> None:
    rows = [row("A-1", area="茌平区"), row("A-2"), row("A-3", area="茌平区")]
    page = brought(cast.duty, "\n".join([HEAD, *rows])).content.decode()
    assert page.count("超出了你的范围") == 2 and not WeatherWarning.objects.exists()


def test_a_file_is_taken_whole_or_not_at_all(cast: Cast) -> None:
    bad = [row("A-1"), row("A-2", kind="流星雨"), row("A-1", area="火星"), row("A-4", ends="明天")]
    page = brought(cast.supervisor, "\n".join([HEAD, *bad])).content.decode()
    assert "一条都没有登记" in page
    for sentence in (
        "没有预警种类「流星雨」",
        "本市没有区域「火星」",
        "应当是时间，如 2026-07-12 14:30",
    ):
        assert sentence in page
    assert not WeatherWarning.objects.exists()
    good = "\n".join([HEAD, row("A-1"), row("A-2", kind="大风预警", rank="蓝", area="东昌府区")])
    assert brought(cast.supervisor, good).status_code == 303
    assert WeatherWarning.objects.count() == 2
    gale = WeatherWarning.objects.get(kind="gale")
    assert (gale.rank, gale.areas, gale.number) == ("blue", [DISTRICT], "A-2")


def test_two_rows_of_a_number_and_an_area_out_of_reach_are_said(cast: Cast) -> None:
    page = brought(cast.supervisor, "\n".join([HEAD, row("A-1"), row("A-1")])).content.decode()
    assert "和第 2 行重复：A-1" in page
    far = "\n".join([HEAD, row("A-1", area=DISTRICT), row("A-2", area=OTHER_DISTRICT)])
    page = brought(cast.duty, far).content.decode()
    assert "超出了你的范围" in page and '<td class="num">3</td>' in page
    assert not WeatherWarning.objects.exists()


def test_excel_and_json_are_read_too(cast: Cast) -> None:
    said = io.BytesIO()
    book = xlsxwriter.Workbook(
        said, {"default_date_format": "yyyy-mm-dd hh:mm", "remove_timezone": True}
    )
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD.split(","))
    begins = localtime(clock.now()).replace(tzinfo=None, second=0, microsecond=0)
    sheet.write_row(1, 0, ["B-1", "暴雨", "红色", DISTRICT, "有暴雨", "市气象台"])
    sheet.write_datetime(1, 6, begins - timedelta(hours=1))
    sheet.write_datetime(1, 7, begins + timedelta(hours=1))
    book.close()
    assert brought(cast.supervisor, said.getvalue(), "预警.xlsx").status_code == 303
    listed = [
        {
            "number": "C-1",
            "kind": "大雾",
            "rank": "黄色",
            "areas": [DISTRICT],
            "text": "有雾",
            "source": "市气象台",
            "issued_at": clock.now().isoformat(),
        }
    ]
    assert brought(cast.supervisor, json.dumps(listed), "预警.json").status_code == 303
    lost = [{**listed[0], "number": 3.71500416e16}]
    page = brought(cast.supervisor, json.dumps(lost), "预警.json").content.decode()
    assert "Excel 已丢掉后面几位" in page
    found = WeatherWarning.objects.order_by("id").values_list("number", "kind", "level")
    assert list(found) == [("B-1", "rainstorm", 4), ("C-1", "fog", 2)]
    first: datetime = WeatherWarning.objects.get(number="B-1").issued_at
    assert localtime(first).replace(tzinfo=None) == begins - timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        ("", "a.csv", "是空文件"),
        ("编号,种类\nA,暴雨\n", "a.csv", "缺少这些列：级别"),
        (f"{HEAD},翅膀\n", "a.csv", "「翅膀」不是气象预警的列名"),
        (f"{HEAD}\n", "a.csv", "没有预警"),
        ("{}", "a.json", "要是一列预警"),
        ("[", "a.json", "不是能读的 JSON"),
        ("x", "a.exe", "不是能打开的"),
    ],
)
def test_a_file_that_is_none_gets_a_sentence(
    cast: Cast, text: str, name: str, sentence: str
) -> None:
    answer = brought(cast.supervisor, text, name)
    assert answer.status_code in (415, 422) and sentence in answer.content.decode()
