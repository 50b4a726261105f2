"""Declared lists, filters and forms."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.specs import Column, Field, FieldKind, Filter
from chengyun.kernel.tables import Links, filters, sort_of, table

COLUMNS = (
    Column(
        key="name", label="名称", value=lambda row: (row.name, row.note), kind="strong", sort="name"
    ),
    Column(key="at", label="时间", value=lambda row: row.at, kind="time", sort="at"),
    Column(key="size", label="数量", value=lambda row: row.size, kind="number", wide_only=True),
)
AREAS = [("371502", "东昌府区"), ("371503", "茌平区")]
FILTERS = (
    Filter(key="area", label="区域", choices=lambda user: AREAS),
    Filter(key="late", label="只看超时", kind="check"),
    Filter(key="text", label="描述", kind="text"),
)
ITEM = SimpleNamespace(
    pk=7, name="井盖", note="东门", at=datetime(2025, 12, 11, tzinfo=UTC), size=12486
)


def get(query: str = "") -> HttpRequest:
    request = RequestFactory().get(f"/list?{query}")
    request.user = SimpleNamespace(name="赵文静")  # type: ignore[assignment]
    return request


def drawn(request: HttpRequest, items: list[Any], **options: Any) -> str:
    made = table(
        request, COLUMNS, items, links=Links(url=lambda row: f"/thing/{row.pk}"), **options
    )
    return render_to_string("ui/table.html", {"table": made}, request)


@pytest.mark.django_db
def test_a_list_is_drawn_from_its_columns() -> None:
    text = drawn(get("row=7"), [ITEM], total=2418)
    assert '<b>井盖</b><span class="soft">东门</span>' in text
    assert 'href="/thing/7"' in text
    assert "12,486" in text
    assert "共 2,418 条" in text
    assert 'aria-selected="true"' in text


@pytest.mark.django_db
def test_a_name_of_one_character_is_shown_like_any_other() -> None:
    text = drawn(get(), [SimpleNamespace(**{**vars(ITEM), "name": "树", "note": "倒伏"})])
    assert '<b>树</b><span class="soft">倒伏</span>' in text


@pytest.mark.django_db
def test_an_empty_list_says_what_to_do() -> None:
    text = drawn(get(), [], empty="今天没有待派遣的案件。", way=("/all", "看全部在办"))
    assert "今天没有待派遣的案件。" in text
    assert '<a href="/all">看全部在办</a>' in text


def test_the_head_sorts_up_then_down_and_starts_over() -> None:
    made = table(
        get("sort=at&after=x&area=371502"),
        COLUMNS,
        [ITEM],
        links=Links(url=lambda row: ""),
        after="y",
    )
    name, at, size = made.heads
    assert (at.direction, at.url) == ("ascending", "?area=371502&sort=-at")
    assert (name.direction, name.url) == ("", "?area=371502&sort=name")
    assert size.url == ""
    assert made.next_url == "?sort=at&area=371502&after=y"
    assert made.first_url == "?sort=at&area=371502"


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", "-at"), ("sort=name", "name"), ("sort=-name", "-name"), ("sort=pk;drop", "-at")],
)
def test_only_declared_columns_sort(query: str, expected: str) -> None:
    assert sort_of(get(query), COLUMNS, "-at") == expected


def test_filters_that_are_set_are_chips_and_only_allowed_values_count() -> None:
    bar = filters(get("area=371502&late=1&sort=at&after=x"), FILTERS)
    assert bar.values == {"area": "371502", "late": "1"}
    assert [state.words for state in bar.on] == ["区域：东昌府区", "只看超时"]
    assert bar.on[0].off_url == "?late=1&sort=at"
    assert bar.kept == [("sort", "at")]
    assert filters(get("area=110000&late=yes"), FILTERS).values == {}


@pytest.mark.django_db
def test_the_filter_bar_keeps_what_is_set() -> None:
    request = get("area=371502")
    text = render_to_string("ui/filters.html", {"filters": filters(request, FILTERS)}, request)
    assert '<input type="hidden" name="area" value="371502">' in text
    assert 'aria-label="去掉条件 区域：东昌府区"' in text
    assert '<input type="checkbox" name="late" value="1">' in text


KINDS: list[tuple[FieldKind, str, Any]] = [
    ("text", "井盖", "井盖"),
    ("long", "一\n二", "一\r\n二"),
    ("int", "12", 12),
    ("date", "2025-12-11", datetime(2025, 12, 11).date()),  # noqa: DTZ001
    ("code", "3715020103001628", "3715020103001628"),
]


@pytest.mark.parametrize(("kind", "given", "expected"), KINDS)
def test_declared_fields_clean_what_is_typed(kind: FieldKind, given: str, expected: Any) -> None:
    data = QueryDict(mutable=True)
    data["value"] = given
    form = form_of((Field(key="value", label="值", kind=kind, required=True),), data)
    assert form.is_valid(), form.errors
    found = form.cleaned_data["value"]
    assert found in (expected, given)


def test_a_point_is_a_pair_within_the_world() -> None:
    fields = (Field(key="place", label="位置", kind="point", required=True),)
    good = form_of(fields, QueryDict("place_lon=115.98&place_lat=36.45"))
    bad = form_of(fields, QueryDict("place_lon=415.98&place_lat=north"))
    assert good.is_valid()
    assert good.cleaned_data["place"] == (115.98, 36.45)
    assert [fault.field for fault in faults_of(bad).fields] == ["place", "place"]


def test_several_photos_come_as_a_list() -> None:
    fields = (Field(key="before", label="处置前照片", kind="photos", required=True),)
    files = MultiValueDict({"before": [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(2)]})
    form = form_of(fields, QueryDict(), files)
    assert form.is_valid()
    assert len(form.cleaned_data["before"]) == 2
    assert faults_of(form_of(fields, QueryDict(), MultiValueDict())).message == "请上传处置前照片。"


def test_choices_of_units_come_from_the_page() -> None:
    fields = (Field(key="unit", label="单位", kind="unit", required=True),)
    choices = {"unit": [("1", "市政工程处")]}
    assert form_of(fields, QueryDict("unit=1"), choices=choices).is_valid()
    assert not form_of(fields, QueryDict("unit=2"), choices=choices).is_valid()


def test_many_faults_are_counted_and_named() -> None:
    fields = (
        Field(key="a", label="甲", required=True),
        Field(key="b", label="乙", kind="int", required=True),
    )
    refusal = faults_of(form_of(fields, QueryDict("b=x")))
    assert refusal.message == "有 2 处要改，其余没有问题，还没有保存。"
    assert [fault.field for fault in refusal.fields] == ["a", "b"]


WRONG: list[tuple[FieldKind, str, str]] = [
    ("int", "value=-1", "「值」不能小于 0 天。"),
    ("int", "value=100", "「值」不能大于 90 天。"),
    ("int", "value=x", "「值」要填整数。"),
    ("decimal", "value=x", "「值」要填数字。"),
    ("date", "value=11/28", "「值」要写成 2026-01-31 这样的日期。"),
    ("unit", "", "请选择值。"),
    ("text", "", "请填写值。"),
    ("text", "value=12345678901", "「值」最多 10 字，现在有 11 字。"),
    ("point", "", "请标出值。"),
    ("point", "value_lon=999&value_lat=999", "经度在 -180 到 180 之间，纬度在 -90 到 90 之间。"),
    ("limit", "value_value=0&value_unit=work_hour", "「值」要大于 0。"),
    ("limit", "value_value=-4&value_unit=work_hour", "「值」要大于 0。"),
    ("limit", "value_value=x&value_unit=work_hour", "「值」要填数字。"),
    ("limit", "", "请填写值。"),
]


@pytest.mark.parametrize(("kind", "sent", "sentence"), WRONG)
def test_a_fault_is_one_sentence_that_names_its_field(
    kind: FieldKind, sent: str, sentence: str
) -> None:
    field = Field(
        key="value", label="值", kind=kind, required=True, unit="天" if kind == "int" else "",
        minimum=0 if kind == "int" else None, maximum=90 if kind == "int" else None, max_length=10,
    )  # fmt: skip
    refusal = faults_of(form_of((field,), QueryDict(sent)))
    assert [fault.message for fault in refusal.fields] == [sentence]
