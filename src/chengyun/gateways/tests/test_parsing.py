"""JSON lines: the quick way and the slow one read the same; what is wrong is named by its line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.gateways.parsing import TOLD, Unreadable, json_lines, read_all

AT = "2025-07-22T02:41:00+08:00"
GOOD = {"device": "JS-001", "point": "depth", "at": AT, "value": 12.5}


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def test_a_line_is_a_reading() -> None:
    table = json_lines(lines(GOOD))
    assert table.schema == TOLD
    assert table.to_pylist() == [
        {**GOOD, "at": datetime(2025, 7, 21, 18, 41, tzinfo=UTC), "serial": 0, "doubt": 0}
    ]


@pytest.mark.parametrize(
    "at", ["2025-07-21T18:41:00Z", "2025-07-21T18:41:00.000+00:00", 1753123260000]
)
def test_a_moment_is_iso_8601_or_milliseconds(at: Any) -> None:
    assert json_lines(lines(GOOD | {"at": at}))["at"].to_pylist() == [
        datetime(2025, 7, 21, 18, 41, tzinfo=UTC)
    ]


def test_both_kinds_of_moments_may_stand_in_one_body() -> None:
    table = json_lines(lines(GOOD, GOOD | {"at": 1753123260000}, GOOD | {"serial": 7}))
    assert table["serial"].to_pylist() == [0, 0, 7]
    assert len(set(table["at"].to_pylist())) == 1


def test_empty_lines_and_other_keys_are_passed_over() -> None:
    body = b"\n\n" + lines(GOOD | {"battery": {"v": 3.6}}, GOOD | {"value": 1}) + b"\n"
    assert json_lines(body)["value"].to_pylist() == [12.5, 1.0]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (b"", "没有读数"),
        (b" \n ", "没有读数"),
        (b"\xff\xfe", "不是 UTF-8"),
        (lines(GOOD) + b"\nnonsense", "第 2 行不是 JSON"),
        (lines(GOOD, [1]), "第 2 行不是一条读数"),
        (lines(GOOD, 5), "第 2 行不是一条读数"),
        (lines(GOOD, GOOD | {"at": "2025-07-22T02:41:00"}), "第 2 行的时间"),
        (lines(GOOD | {"at": "yesterday"}), "第 1 行的时间"),
        (lines(GOOD | {"at": 10**30}), "第 1 行的时间"),
        (lines(GOOD | {"at": -5}), "第 1 行的时间"),
        (lines(GOOD | {"at": "9999-12-31T23:59:59Z"}), "第 1 行的时间"),
        (lines(GOOD | {"at": None}), "第 1 行的时间"),
        (lines(GOOD, GOOD | {"value": "12"}), "第 2 行的数值"),
        (lines(GOOD | {"value": True}), "第 1 行的数值"),
        (lines(GOOD | {"value": None}), "第 1 行的数值"),
        (lines(GOOD).replace(b"12.5", b"NaN"), "第 1 行的数值"),
        (lines(GOOD).replace(b"12.5", b"1e999"), "第 1 行的数值"),
        (lines(GOOD).replace(b"12.5", b"1" + b"0" * 400), "第 1 行的数值"),
        (lines(GOOD | {"device": ""}), "第 1 行的设备编号"),
        (lines(GOOD | {"device": "J" * 41}), "第 1 行的设备编号"),
        (lines({**GOOD, "point": 5}), "第 1 行的测点"),
        (lines(GOOD | {"serial": -1}), "第 1 行的流水号"),
        (lines(GOOD | {"serial": 2**60}), "第 1 行的流水号"),
        (lines(GOOD | {"serial": 1.5}), "第 1 行的流水号"),
        (b"[" * 100_000, "第 1 行不是 JSON"),
        (lines(GOOD) + b"\n" + b"[" * 5_000_000, "第 2 行不是 JSON"),
        (lines(GOOD) + b'\n{"x": ' + b'{"x": ' * 1_000_000, "第 2 行不是 JSON"),
    ],
)
def test_a_wrong_line_is_named(bad: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        json_lines(bad)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        assert json_lines(body).schema == TOLD
    except Unreadable as error:
        assert str(error)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=3
    )
)
def test_any_value_in_any_place_is_read_or_refused(value: Any) -> None:
    for key in ("device", "point", "at", "value", "serial"):
        try:
            assert json_lines(lines(GOOD, GOOD | {key: value})).num_rows == 2
        except Unreadable as error:
            assert "第 2 行" in str(error)


def test_many_bodies_are_read_at_once_and_one_that_is_wrong_spoils_no_other() -> None:
    sound = [lines(GOOD | {"value": n}) for n in range(3)]
    bodies = [sound[0] + b"\n" + sound[1], b"\n" + sound[2] + b"\n\n", b"nonsense"]
    *tables, refused = read_all(bodies)
    assert [values(table) for table in tables] == [[0, 1], [2]]
    assert isinstance(refused, Unreadable)
    assert [values(table) for table in read_all(bodies[:2])] == [[0, 1], [2]]


@pytest.mark.parametrize("name", ["\\ud800", "\\u0000", "a\\nb"])
def test_a_name_nobody_can_write_is_refused(name: str) -> None:
    body = b'{"device": "%s", "point": "depth", "at": 1, "value": 2}' % name.encode()
    for read in read_all([body, lines(GOOD)]), read_all([body]):
        assert isinstance(read[0], Unreadable)


def values(table: Any) -> list[float]:
    told: list[float] = table["value"].to_pylist()
    return told
