"""What the sheet of components shows: every part in every state, with invented figures."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.templatetags.static import static

from chengyun.kernel import clock
from chengyun.kernel.forms import form_of
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Cell, FilterBar, FilterState, Head, Row, Table
from chengyun.kernel.ui import icons, lights

MINUTE = timedelta(minutes=1)
STAGES = ("采集", "立案", "派遣", "处置", "反馈", "核查", "结案")


def context() -> dict[str, Any]:
    """The context of ``ui/components.html``."""
    return {
        "lights": LIGHTS,
        "levels": ("red", "orange", "yellow", "blue"),
        "badges": [{"words": words, "tone": tone} for words, tone in BADGES],
        "stages": [{"ordinal": n, "label": label} for n, label in enumerate(STAGES, 1)],
        "bar": _bar(),
        "table": _table(),
        "filters": _filters(),
        "form": _form(),
        "confirm": CONFIRM,
        "tiles": _tiles(),
        "events": _events(),
        "photos": PHOTOS,
        "facts": FACTS,
        "map": {**MAP, "src": static("ui/sheet_points.json")},
        "pick": {"pick_lon": "id_place_lon", "pick_lat": "id_place_lat"},
        "notices": NOTICES,
        "icons": sorted(icons.names()),
    }


LIGHTS = [
    (
        lights.running(65 * MINUTE, 240 * MINUTE, title="16:48 前，4 工作时，午休不计"),
        "已用不到 80%",
    ),
    (lights.running(8 * MINUTE, 60 * MINUTE), "已用 80% 到 100%"),
    (lights.running(-72 * MINUTE, 60 * MINUTE), "已过时限"),
    (lights.stopped(timedelta(days=2)), "挂账，或已批准停表"),
    (lights.finished(timedelta(0)), "已办完，在时限内"),
    (lights.finished(timedelta(hours=2)), "已办完，超过时限"),
]
BADGES = (
    ("监督员上报", ""),
    ("部件", "line"),
    ("主办", "accent"),
    ("延期待批", "amber"),
    ("督办", "red"),
    ("已结案", "eco"),
)
FACTS = [
    ("描述", "雨水井盖不见，井口约 70 厘米，已摆锥桶。行人较多，请尽快处理。"),
    ("分类", "部件 › 公用设施 › 0103 雨水井盖"),
    ("网格", "柳园街道 · 金水社区 · 017"),
    ("联系电话", ""),
]
PHOTOS = [
    SimpleNamespace(missing="处置前照片\n由监督员现场拍摄", caption="处置前 · 待拍"),
    SimpleNamespace(missing="处置后照片\n由处置人员现场拍摄", caption="处置后 · 待拍"),
]
MAP = {
    "lon": 115.985,
    "lat": 36.456,
    "rows": [("本案", "湖南路南侧，距柳园路口 120 米")],
    "legend": [
        ("pin", "本案"),
        ("late", "超时 1"),
        ("near", "将超时 1"),
        ("case", "在办 1"),
        ("asset", "部件 1"),
    ],
}
CONFIRM = {
    "id": "void",
    "question": "作废案件 2512110358？",
    "consequence": "作废后不再计入考核，不能恢复。上报人会收到说明。",
    "action": "",
    "reason": "reason",
    "reason_label": "作废原因",
    "yes": "作废",
    "no": "不作废",
}
NOTICES = [
    {
        "title": "没能派遣",
        "sentence": "林晓燕 14:31 已派给市政工程处。页面已更新，你写的意见还在。",
        "tone": "red",
        "way": "#",
        "way_label": "看现在的案件",
    },
    {
        "title": "与服务器断开 40 秒",
        "sentence": "下面是 14:31 的内容，恢复后自动更新。",
        "tone": "",
    },
]
COLUMNS = (
    Column(key="light", label="派遣时限", value=lambda row: row[0], kind="light", sort="due"),
    Column(key="code", label="案号", value=lambda row: row[1], kind="code"),
    Column(key="what", label="问题", value=lambda row: row[2], kind="strong"),
    Column(key="place", label="地点", value=lambda row: row[3]),
    Column(key="source", label="来源", value=lambda row: row[4], kind="source"),
    Column(key="at", label="上报", value=lambda row: row[5], kind="time"),
)


def _cases() -> list[tuple[Any, ...]]:
    at = clock.now() - timedelta(hours=2)
    return [
        (
            LIGHTS[2][0],
            "2512110361",
            ("雨水箅子缺失", "箅子丢一块，骑车人绕行"),
            "湖南路与柳园路口",
            ("phone", "热线"),
            at,
        ),
        (
            LIGHTS[1][0],
            "2512110383",
            ("井盖破损", "边缘下沉约 5 厘米"),
            "柳园路金水小区东门",
            ("person", "监督员"),
            at,
        ),
        (
            LIGHTS[0][0],
            "2512110387",
            ("井盖缺失", "已摆锥桶"),
            "湖南路南侧",
            ("people", "市民"),
            at,
        ),
        (
            LIGHTS[3][0],
            "2512090142",
            ("道路塌陷", "等待管线迁改"),
            "湖南路",
            ("sensor", "传感器"),
            at,
        ),
    ]


def _table() -> Table:
    rows = [
        Row(
            key=case[1],
            url="#",
            name=case[1],
            cells=[Cell(column=column, value=column.value(case)) for column in COLUMNS],
            selected=case[1] == "2512110387",
        )
        for case in _cases()
    ]
    heads = [
        Head(column=COLUMNS[0], url="?sort=due", direction="ascending"),
        *(Head(column=c) for c in COLUMNS[1:]),
    ]
    return Table(
        heads=heads,
        rows=rows,
        total=24,
        exact=True,
        next_url="?after=x",
        first_url="",
        empty="",
        pickable=True,
    )


def _filters() -> FilterBar:
    area = Filter(key="area", label="区域")
    near = Filter(key="near", label="只看将超时", kind="check")
    major = Filter(key="major", label="大类")
    on = [FilterState(spec=area, value="1", words="区域：东昌府区", options=[], off_url="?")]
    off = [
        FilterState(
            spec=major,
            value="",
            words="",
            options=[("1", "公用设施"), ("2", "市容环境")],
            off_url="",
        ),
        FilterState(spec=near, value="", words="", options=[], off_url=""),
    ]
    return FilterBar(on=on, off=off, more=[], kept=[], clear_url="?")


def _form() -> Any:
    fields = (
        Field(key="phone", label="联系电话", required=True, hint="11 位手机号，用来回告处理结果。"),
        Field(
            key="class", label="小类", kind="choice", choices=(("0103", "雨水井盖"),), required=True
        ),
        Field(key="area", label="面积", kind="decimal", unit="平方米"),
        Field(key="note", label="补充说明", kind="long"),
        Field(key="place", label="位置", kind="point"),
        Field(key="urgent", label="影响通行，先行处置", kind="bool"),
    )
    form = form_of(fields, QueryDict("phone=1386352004&class=0103"))
    form.add_error("phone", "少一位，手机号是 11 位。")
    return form


def _bar() -> list[SimpleNamespace]:
    notes = ("11:02", "11:11", "11:18", "15:40", "待审", "", "")
    return [
        SimpleNamespace(label=label, note=note, done=n < 4, now=n == 4, returns=2 if n == 4 else 0)
        for n, (label, note) in enumerate(zip(STAGES, notes, strict=True))
    ]


def _tiles() -> list[dict[str, Any]]:
    now = clock.now()
    rate = {
        "name": "按期处置率",
        "value": "94.62",
        "unit": "%",
        "source": "指标库 · 12月",
        "at": now,
    }
    online = {
        "name": "在线设备",
        "value": "12,486",
        "unit": "台",
        "source": "监测网关",
        "stale": 26 * MINUTE,
    }
    rating = {"name": "市民满意率", "value": "", "source": "公众服务", "at": now}
    return [
        {**rate, "against": "▲ 目标 95.00%，差 0.38", "mood": "warnink"},
        {**online, "against": "在线 99.12%"},
        {**rating, "against": "今天还没有评价"},
    ]


def _events() -> list[dict[str, Any]]:
    now = clock.now()
    who = "孙立新 · 部门管理员"
    note = "井座同时破损，需从库房调防沉降井座，申请延长一个时限（4 工作时）。"
    asked = {"before": "排水管理处", "verb": "申请延期", "who": who, "mark": "key", "note": note}
    signed = {"verb": "签收", "object": "，指派 二班 郭长河", "who": who}
    return [
        {"at": now, **asked},
        {"at": now - 60 * MINUTE, **signed},
        {"at": now - 90 * MINUTE, "verb": "超时", "object": "：处置时限已过", "mark": "bad"},
    ]
