"""Two who put in the same origin at once: one of them is told, and nothing is mixed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chengyun.lake import facts, origins, tables

AT = datetime(2026, 1, 2, tzinfo=UTC)
BLANK: dict[str, Any] = {
    field.name: False if field.name.startswith("was_") or field.name in facts.MILESTONES else ""
    for field in facts.SCHEMA
}


def act(number: int) -> dict[str, Any]:
    moments = dict.fromkeys(("since", "was_due", "late", "used", "due"))
    told = {"id": number, "at": AT, "month": "2026-01", "nth": 1, "case": f"N{number}"}
    return {**BLANK, **moments, **told, "origin": "there", "verb": "report", "stage": ""}


def put(folder: Path, content: str, numbers: range) -> None:
    origin = origins.Origin(
        name="there", content=content, zone="UTC", as_of=AT, file="x", cases=len(numbers)
    )
    origins.put(folder, origin, facts.table_of([act(number) for number in numbers]))


def numbers(folder: Path) -> list[int]:
    with facts.read(folder, *facts.ALWAYS, "there") as opened:
        return sorted(opened.asked(opened.acts.select("id"))["id"].to_pylist())


@pytest.mark.parametrize("first", [True, False], ids=["a new origin", "a known origin"])
def test_who_comes_second_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    folder = tmp_path / "facts"
    if not first:
        put(folder, "old", range(5))
    change = tables.change

    def after_another(*words: Any, **more: Any) -> None:
        monkeypatch.setattr(tables, "change", change)
        put(folder, "theirs", range(3))
        change(*words, **more)

    monkeypatch.setattr(tables, "change", after_another)
    with pytest.raises(origins.Busy):
        put(folder, "mine", range(9))
    told = origins.known(folder, "there")
    assert told is not None
    assert (told.content, told.cases, numbers(folder)) == ("theirs", 3, [0, 1, 2])


def test_an_origin_nobody_put_in_is_not_known(tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    assert (origins.known(folder, "there"), origins.names(folder)) == (None, [])
    put(folder, "mine", range(2))
    assert origins.names(folder) == ["there"]
