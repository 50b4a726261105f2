"""SenML and lines of InfluxDB: what is told is a reading, what is wrong is named by its record or line."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.city.sensing.specs import DeviceKind
from chengyun.gateways import influx, senml
from chengyun.gateways.forms import TooLong, Unwelcome, message_of, unpacked
from chengyun.gateways.parsing import MOST, Row, Unreadable
from chengyun.gateways.units import OURS
from chengyun.kernel import registry

NOW = datetime(2026, 7, 22, 2, 41, tzinfo=UTC)
SECONDS = round(NOW.timestamp())


def pack(*records: Any) -> bytes:
    return json.dumps(records).encode()


def nobody_knows(device: str, point: str) -> None:
    """No device of the city."""


def told(found: list[Row]) -> list[tuple[str, str, datetime, float]]:
    return [row[:4] for row in found]


# SenML -------------------------------------------------------------------------------------------


def test_base_fields_hold_for_all_records_that_follow() -> None:
    body = pack(
        {"bn": "JS-001:", "bt": SECONDS, "bu": "cm", "bv": 10, "n": "depth", "v": 2.5},
        {"n": "depth", "t": 60, "v": 3},
        {"n": "open", "t": -60, "vb": True},
        {"bn": "urn:dev:mac:0024befffe804ff1/", "bv": 0},
        {"n": "rain", "v": -1},
    )
    assert told(senml.rows(body, NOW, nobody_knows)) == [
        ("JS-001", "depth", NOW, 12.5),
        ("JS-001", "depth", NOW + timedelta(minutes=1), 13.0),
        ("JS-001", "open", NOW - timedelta(minutes=1), 1.0),
        ("0024befffe804ff1", "rain", NOW, -1.0),
    ]


def test_small_times_count_from_now_and_none_is_now() -> None:
    body = pack({"n": "a:b", "v": 1, "t": -90.5}, {"n": "a:b", "v": 2, "s": 7, "x": "passed over"})
    assert [row[2] for row in senml.rows(body, NOW, nobody_knows)] == [
        NOW - timedelta(seconds=90.5),
        NOW,
    ]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (b"\xff", "正文不是 JSON"),
        (b"[" * 100_000, "正文不是 JSON"),
        (b'{"n": "a:b", "v": 1}', "记录的列表"),
        (pack({"n": "a:b", "v": 1}, 5), "第 2 条不是一条记录"),
        (pack({"n": "depth", "v": 1}), "第 1 条记录的名字"),
        (pack({"n": "x/y/z", "v": 1}), "第 1 条记录的名字"),
        (pack({"n": 5, "v": 1}), "第 1 条记录的名字"),
        (pack({"bn": "J" * 41 + ":", "n": "depth", "v": 1}), "第 1 条记录的名字"),
        (pack({"n": "a:\n", "v": 1}), "第 1 条记录的名字"),
        (pack({"n": "a:b", "vs": "open"}), "第 1 条记录是文字"),
        (pack({"n": "a:b", "vd": "AQID"}), "第 1 条记录是文字"),
        (pack({"n": "a:b", "s": 5}), "第 1 条记录的数值"),
        (pack({"n": "a:b", "v": "5"}), "第 1 条记录的数值"),
        (pack({"n": "a:b", "v": True}), "第 1 条记录的数值"),
        (pack({"n": "a:b", "v": 10**400}), "第 1 条记录的数值"),
        (b'[{"n": "a:b", "v": NaN}]', "第 1 条记录的数值"),
        (pack({"n": "a:b", "v": 1, "t": 1e300}), "第 1 条记录的时间"),
        (pack({"n": "a:b", "v": 1, "t": "now"}), "第 1 条记录的时间"),
        (pack({"n": "a:b", "v": 1, "bt": 5e9}), "第 1 条记录的时间"),
        (pack({"bver": 11, "n": "a:b", "v": 1}), "第 1 条记录的版本"),
        (pack({"n": "a:b", "v": 1, "secret_": 1}), "第 1 条记录有不能略过"),
    ],
)
def test_a_wrong_record_is_named(bad: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        senml.rows(bad, NOW, nobody_knows)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["bn", "bt", "bv", "bver", "n", "v", "t", "vb", "vs", "s"]),
            st.sampled_from(["a:", "b", "a:b"]) | st.floats() | st.integers() | st.booleans(),
        )
        | st.integers()
    )
)
def test_any_pack_is_read_or_refused(records: list[Any]) -> None:
    try:
        assert all(len(row) == 6 for row in senml.rows(pack(*records), NOW, nobody_knows))
    except Unreadable as error:
        assert str(error)


UNITS = {
    ("JS-001", "depth"): ("厘米", 1.0),
    ("JS-001", "flow"): ("立方米/时", 1000.0),
    ("RQ-001", "lel"): ("%LEL", 1.0),
    ("KG-001", "on"): ("", 1.0),
    ("RQ-001", "t"): ("℃", 1.0),
    ("RQ-001", "battery"): ("%", 1.0),
    ("QZ-001", "rms"): ("厘米/平方秒", 1.0),
    ("QB-001", "strain"): ("微应变", 1.0),
    ("SZ-001", "chlorine"): ("毫克/升", 1.0),
}


def in_city(device: str, point: str) -> tuple[str, float] | None:
    return UNITS.get((device, point))


def value_of(**record: Any) -> float:
    ((_, _, _, value, _, _),) = senml.rows(pack(record), NOW, in_city)
    return value


def test_a_value_comes_in_the_unit_of_its_point() -> None:
    depth = {"bn": "JS-001:", "n": "depth"}
    assert value_of(**depth, u="m", v=0.125) == 12.5
    assert value_of(**depth, bu="mm", v=7) == 0.7
    assert value_of(**depth, bu="mm", u="cm", v=7) == 7
    assert value_of(**depth, v=7) == 7
    assert value_of(bn="JS-001:", n="flow", u="l/s", v=10) == 0.036, "told by another name"
    assert value_of(bn="RQ-001:", n="t", u="K", v=293.15) == 20
    assert value_of(bn="RQ-001:", n="lel", u="%LEL", v=3) == 3
    assert value_of(bn="QZ-001:", n="rms", u="m/s2", v=0.315) == 31.5
    assert value_of(bn="QB-001:", n="strain", u="/", v=0.0002) == 200
    assert value_of(bn="SZ-001:", n="chlorine", u="kg/m3", v=0.0003) == 0.3
    assert value_of(bn="RQ-001:", n="battery", u="%EL", v=12) == 12
    assert value_of(bn="X-9:", n="depth", u="furlong", v=3) == 3, "nobody knows the device"


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"n": "JS-001:depth", "u": "furlong", "v": 1}, "第 1 条记录的单位「furlong」这里不认识"),
        ({"n": "JS-001:depth", "u": "Pa", "v": 1}, "「Pa」换算不成测点的单位「厘米」；不写单位"),
        ({"n": "RQ-001:lel", "u": "%", "v": 1}, "「%」换算不成测点的单位「%LEL」"),
        ({"n": "KG-001:on", "u": "V", "v": 1}, "「V」换算不成测点的单位「无」"),
        ({"n": "JS-001:depth", "u": 5, "v": 1}, "单位「5」这里不认识"),
    ],
)
def test_a_unit_that_does_not_fit_is_said(record: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        senml.rows(pack(record), NOW, in_city)


def test_every_unit_of_a_declared_point_is_known_or_counts_something_else() -> None:
    told = {point.unit for kind in registry.all_of(DeviceKind) for point in kind.points}
    assert told - OURS.keys() <= {"", "%LEL", "%VOL", "NTU"}


# InfluxDB ----------------------------------------------------------------------------------------


def test_a_line_has_a_device_several_fields_and_a_time() -> None:
    body = b"""# from a collector

road,device=JS-001,street=Hunan\\ Rd depth=12.5,count=3i,wet=t,low=-1e-1,u=7u 1784688060000000123
depth,device=JS-002 value=4\r
"""
    found = influx.rows(body, "ns", NOW)
    assert told(found) == [
        *(
            ("JS-001", point, NOW, value)
            for point, value in (("depth", 12.5), ("count", 3), ("wet", 1), ("low", -0.1), ("u", 7))
        ),
        ("JS-002", "depth", NOW, 4.0),
    ]
    assert [row[4] for row in found] == [123] * 5 + [0]


@pytest.mark.parametrize(
    ("precision", "one"), [("s", 1), ("ms", 10**3), ("u", 10**6), ("n", 10**9)]
)
def test_the_unit_of_a_time_is_asked_for(precision: str, one: int) -> None:
    line = f"m,device=a b=1 {SECONDS * one}".encode()
    assert told(influx.rows(line, precision, NOW)) == [("a", "b", NOW, 1.0)]


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=20))
def test_a_name_with_anything_in_it_comes_back_as_it_was(name: str) -> None:
    plain = name.replace("\\", "")
    written = plain.replace(",", r"\,").replace("=", r"\=").replace(" ", r"\ ")
    if plain and plain != "value":
        found = influx.rows(f"m,device={written} {written}=1".encode(), "ns", NOW)
        assert told(found) == [(plain, plain, NOW, 1.0)]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (b"", "没有读数"),
        (b"# nothing\n\n", "没有读数"),
        (b"\xff", "不是 UTF-8"),
        (b"m,device=a b=1\nnonsense", "第 2 行要写成"),
        (b"m b=1", "第 1 行的标签 device"),
        (b"m,host=a b=1", "第 1 行的标签 device"),
        (b"m,device b=1", "第 1 行的「device」"),
        (b"m,device=a b", "第 1 行的「b」"),
        (b'm,device=a b="on and on" 5', "第 1 行的字段「b」是文字"),
        (b'm,device=a c=1,b="o\nn"', "第 1 行的字段「b」是文字"),
        (b"m,device=a b=NaN", "第 1 行的字段「b」不是一个数"),
        (b"m,device=a b=1.5i", "第 1 行的字段「b」不是一个数"),
        (b"m,device=a b=1e999", "第 1 行的字段「b」不是一个数"),
        ("m,device=a b=١".encode(), "第 1 行的字段「b」不是一个数"),
        (b"m,device=a =1", "第 1 行的测点"),
        (b"m,device=a b=1 soon", "第 1 行的时间"),
        (b"m,device=a b=1 -5", "第 1 行的时间"),
        (b"m,device=a b=1 9999999999999999999", "第 1 行的时间"),
        (b"m,device=" + b"a" * 41 + b" b=1", "第 1 行的标签 device"),
        (b"m,device=a " + b",".join([b"b=1"] * (MOST + 1)), "一次最多"),
    ],
)
def test_a_wrong_line_is_named(bad: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        influx.rows(bad, "ns", NOW)
    with pytest.raises(Unreadable, match="precision"):
        influx.rows(bad, "weeks", NOW)


@given(st.text(st.sampled_from('m,device=a b=1\\" \n#i5.e'), max_size=60))
def test_any_line_is_read_or_refused(text: str) -> None:
    try:
        assert influx.rows(text.encode(), "ns", NOW)
    except Unreadable as error:
        assert str(error)


# Packed, and of which form -----------------------------------------------------------------------


def scope(path: str = "/readings", query: bytes = b"", **headers: str) -> dict[str, Any]:
    heads = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return {"path": path, "query_string": query, "headers": heads}


def test_a_packed_body_is_unpacked_as_far_as_it_may_be_long() -> None:
    packed = scope(content_encoding="gzip")
    assert unpacked(packed, gzip.compress(b"x" * 50), 50) == b"x" * 50
    with pytest.raises(TooLong):
        unpacked(packed, gzip.compress(b"x" * 10_000_000), 50)
    for broken in (b"", b"x", gzip.compress(b"x" * 50)[:-4]):
        with pytest.raises(Unreadable, match="gzip"):
            unpacked(packed, broken, 50)
    with pytest.raises(Unwelcome, match="br"):
        unpacked(scope(content_encoding="br"), b"", 50)
    assert unpacked(scope(), b"x", 50) == b"x"


def test_the_content_type_says_which_form_a_body_has() -> None:
    line = b'{"device": "a", "point": "b", "at": 1, "value": 2}'
    for kind in ("", "application/json", "application/x-www-form-urlencoded"):
        assert message_of(scope(content_type=kind), line, nobody_knows) == line
    found = message_of(
        scope(content_type="application/SenML+JSON; x=y"), pack({"n": "a:b", "v": 1}), nobody_knows
    )
    assert [row[0] for row in found] == ["a"]  # type: ignore[index]
    for kind in ("application/senml+cbor", "application/sensml+json", "application/senml+xml"):
        with pytest.raises(Unwelcome, match="JSON"):
            message_of(scope(content_type=kind), line, nobody_knows)
    made = message_of(
        scope("/api/v2/write", b"org=x&precision=s"), b"m,device=a b=1 1780000000", nobody_knows
    )
    assert made == [("a", "b", datetime.fromtimestamp(1_780_000_000, UTC), 1.0, 0, 0)]
