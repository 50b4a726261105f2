"""Keyset pages: every row once, in order, and marks from outside are not trusted."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from chengyun.kernel.errors import Invalid
from chengyun.kernel.models import CalendarDay, Seal
from chengyun.kernel.paging import count, keyset

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def seals() -> list[Seal]:
    rows = [
        Seal(at=START + timedelta(hours=n // 3), rows=n, previous="", hash=str(n))
        for n in range(10)
    ]
    return Seal.objects.bulk_create(rows)


def mark(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_pages_hold_every_row_once_in_order(seals: list[Seal]) -> None:
    found, after = [], ""
    for _ in range(4):
        page = keyset(Seal.objects.all(), ("-at", "id"), after=after, limit=3)
        found += page.items
        after = page.next
    assert after == ""
    assert found == list(Seal.objects.order_by("-at", "id"))
    assert count(Seal.objects.all()) == (10, True)


def test_a_list_by_days_has_pages_too() -> None:
    CalendarDay.objects.bulk_create(
        CalendarDay(area="3715", date=date(2026, 1, 1) + timedelta(days=n), works=False)
        for n in range(3)
    )
    first = keyset(CalendarDay.objects.all(), ("date", "id"), limit=2)
    rest = keyset(CalendarDay.objects.all(), ("date", "id"), after=first.next, limit=2)
    assert [row.date.day for row in (*first.items, *rest.items)] == [1, 2, 3]


@pytest.mark.parametrize(
    "after",
    [
        "%%%",
        "G0R",
        mark(1),
        mark("x", 1),
        mark("2026-01-01T00:00:00", 1),
        mark("2026-01-01T00:00:00+00:00", "x"),
        mark("2026-01-01T00:00:00+00:00", None),
        mark("2026-01-01T00:00:00+00:00", True),
        mark("2026-01-01T00:00:00+00:00", float("inf")),
        mark("2026-01-01T00:00:00+00:00\0", 1),
        mark(5, 1),
        mark("9999-12-31T23:59:59-10:00", 1),
    ],
)
def test_a_forged_mark_is_refused(seals: list[Seal], after: str) -> None:
    with pytest.raises(Invalid):
        keyset(Seal.objects.all(), ("-at", "id"), after=after)


@pytest.mark.parametrize("text", ["x\0", "\ud800", ["x"], None, True])
def test_a_forged_word_is_refused(text: object) -> None:
    with pytest.raises(Invalid):
        keyset(Seal.objects.all(), ("hash",), after=mark(text))


def test_a_mark_that_is_no_mark_for_its_length_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    with pytest.raises(Invalid):
        keyset(Seal.objects.all(), ("hash",), after=deep)


@pytest.mark.parametrize("limit", [0, -1, 501, 10**9])
def test_a_page_has_one_to_five_hundred_rows(limit: int) -> None:
    with pytest.raises(Invalid, match="500"):
        keyset(Seal.objects.all(), ("id",), limit=limit)


def test_a_mark_in_an_odd_zone_is_a_moment_all_the_same(seals: list[Seal]) -> None:
    page = keyset(Seal.objects.all(), ("-at", "id"), after=mark("2026-01-01T19:20:00+19:15", 1))
    assert [seal.at for seal in page.items] == [START] * 3


def test_a_mark_beyond_all_numbers_ends_the_list(seals: list[Seal]) -> None:
    after = mark("2026-01-01T00:00:00+00:00", 10**30)
    page = keyset(Seal.objects.all(), ("-at", "id"), after=after)
    assert page.items == []
