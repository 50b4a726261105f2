"""Cases of another system, as its table tells them: read by a recipe and checked row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chengyun.city.indicators.recipe import FIELDS, MOMENTS, WORDS, Recipe
from chengyun.kernel.errors import Invalid
from chengyun.lake import sheets
from chengyun.lake.sheets import Sheet, Unreadable

STEPS = ("opened", "accepted", "filed", "dispatched", "handled", "closed")
FIRST = np.datetime64("2000-01-01", "us")
"""Before that there are no periods."""
LONGEST_SHOWN = 40

Moments = NDArray[np.datetime64]
Wrong = NDArray[np.bool_]


@dataclass(frozen=True)
class Cases:
    """One a row: words and moments (UTC, NaT where there is none) by field; of how many a moment was lifted."""

    words: dict[str, pa.Array]
    moments: dict[str, Moments]
    lifted: int

    def __len__(self) -> int:
        return len(self.words["number"])


@dataclass(frozen=True)
class Clocked:
    """What the clocks of the other city showed, as moments; where a time came twice, the second one is ``again``."""

    first: Moments
    again: Moments

    def after(self, newest: Moments) -> Moments:
        """The moments, of a time that came twice the one that is not before what it follows."""
        second = (self.first < newest) & (self.again >= newest)
        return np.where(second, self.again, self.first)


class Faults:
    """Rows that are refused, each with the first thing that is wrong with it."""

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self.numbers = numbers
        self.rows = np.zeros(len(numbers), bool)
        self.first: list[tuple[int, str]] = []

    def add(self, wrong: Wrong, reason: Callable[[int], str]) -> None:
        """Refuse rows; ``reason`` says of one, by its index, what is wrong."""
        fresh = np.flatnonzero(wrong & ~self.rows)[: sheets.MOST]
        self.rows |= wrong
        self.first += [(int(self.numbers[row]), reason(int(row))) for row in fresh]

    def refuse(self) -> None:
        """Raise what was found, in the order of the rows."""
        if self.rows.any():
            named = [f"第 {number} 行：{reason}。" for number, reason in sorted(self.first)]
            raise Invalid(sheets.more(named[: sheets.MOST], int(self.rows.sum())))


def read(path: Path, recipe: Recipe) -> Cases:
    """The cases of a file. Refuses the whole of it with a sentence for each row that is wrong."""
    try:
        sheet = sheets.read(path, list(recipe.columns.values()), recipe.encoding)
        shown = {field: _shown(sheet, recipe, field) for field in recipe.columns}
        return _checked(sheet, recipe, shown)
    except Unreadable as error:
        raise Invalid(str(error)) from error


def _shown(sheet: Sheet, recipe: Recipe, field: str) -> pa.Array:
    """A field as its column says it, with the other words of the recipe; days and moments as they are."""
    column = sheet.columns[recipe.columns[field]]
    if field in MOMENTS and sheets.is_moments(column):
        return column
    said = sheets.texts(column)
    others = recipe.values.get(field)
    if not others:
        return said
    place = pc.index_in(said, value_set=pa.array(list(others), pa.string()))
    return pc.coalesce(pa.array(list(others.values()), pa.string()).take(place), said)


def _checked(sheet: Sheet, recipe: Recipe, shown: dict[str, pa.Array]) -> Cases:
    faults = Faults(sheet.numbers)
    _check_numbers(faults, shown["number"])
    found = {
        field: _clocked(faults, recipe, field, shown[field]) for field in MOMENTS if field in shown
    }
    _check_range(faults, recipe, found, shown)
    steps, lifted = _in_order(faults, recipe, found, shown)
    faults.refuse()
    nothing = np.full(len(faults.rows), "NaT", "datetime64[us]")
    target = found["target"].first if "target" in found else nothing
    return Cases(_words(recipe, shown), {**steps, "target": target}, int(lifted.sum()))


def _words(recipe: Recipe, shown: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """All words of a case: what has neither column nor constant says nothing, or what is next to it says."""
    count = len(shown["number"])
    said = {field: pa.repeat(word, count) for field, word in recipe.constants.items()}
    said |= {field: shown[field] for field in WORDS if field in shown}
    nothing = pa.repeat("", count)
    close = {"area": said["district"], "unit_name": said.get("unit", nothing)}
    return {field: said.get(field, close.get(field, nothing)) for field in WORDS}


def _check_numbers(faults: Faults, numbers: pa.Array) -> None:
    faults.add(_numpy(pc.equal(numbers, "")), lambda row: "没有编号")
    codes = _numpy(numbers.dictionary_encode().indices)
    _, first = np.unique(codes, return_index=True)
    faults.add(
        first[codes] != np.arange(len(codes)),
        lambda row: (
            f"{_cell('number', numbers, row)}与第 {faults.numbers[first[codes[row]]]} 行重复"
        ),
    )


def _clocked(faults: Faults, recipe: Recipe, field: str, shown: pa.Array) -> Clocked:
    local = shown
    if not sheets.is_moments(shown):
        local = sheets.local(shown, recipe.formats)
        faults.add(
            _numpy(local.is_null()) & _numpy(pc.not_equal(shown, "")),
            lambda row: f"{_cell(field, shown, row)}看不懂",
        )
    if field == "target" and recipe.whole_day:
        local = sheets.last_of_day(local)
    first, again = (
        _utc(sheets.moments(local, recipe.zone, second=second)) for second in (False, True)
    )
    return Clocked(first, again)


def _check_range(
    faults: Faults, recipe: Recipe, found: dict[str, Clocked], shown: dict[str, pa.Array]
) -> None:
    opened = found["opened"].first
    faults.add(np.isnat(opened), lambda row: "没有上报时间")
    faults.add(opened < FIRST, lambda row: "上报时间在 2000 年以前")
    taken = np.datetime64(recipe.as_of.astimezone(UTC).replace(tzinfo=None), "us")
    for field in STEPS:
        if field in found:
            faults.add(found[field].first >= taken, _not_yet(field, shown[field]))


def _not_yet(field: str, shown: pa.Array) -> Callable[[int], str]:
    return lambda row: f"{_cell(field, shown, row)}不早于取数的时刻"


def _in_order(
    faults: Faults, recipe: Recipe, found: dict[str, Clocked], shown: dict[str, pa.Array]
) -> tuple[dict[str, Moments], Wrong]:
    """The moments of the steps, none before the one it follows, and whose were lifted to it.

    A step without a column is done with the one before it; handled, without one, is what is closed.
    """
    steps, newest = {}, found["opened"].first
    before, lifted = newest, np.zeros(len(newest), bool)
    for field in STEPS:
        if field in found:
            moments = found[field].after(newest)
            early = newest - moments
            faults.add(early > np.timedelta64(recipe.tolerance, "s"), _early(field, found, shown))
            lifted |= early > np.timedelta64(0)
            before = np.where(early > np.timedelta64(0), newest, moments)
            newest = np.where(np.isnat(before), newest, before)
        steps[field] = before
    return steps | ({} if "handled" in found else {"handled": steps["closed"]}), lifted


def _early(
    field: str, found: dict[str, Clocked], shown: dict[str, pa.Array]
) -> Callable[[int], str]:
    """Says which moment lies before which: the newest of the steps before it."""

    def says(row: int) -> str:
        earlier = [each for each in STEPS[: STEPS.index(field)] if each in found]
        known = [each for each in earlier if not np.isnat(found[each].first[row])]
        newest = max(known, key=lambda each: found[each].first[row])
        return f"{_cell(field, shown[field], row)}早于{_cell(newest, shown[newest], row)}"

    return says


def _cell(field: str, shown: pa.Array, row: int) -> str:
    return f"{FIELDS[field]}「{_short(sheets.shown_in(shown, row))}」"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def _utc(moments: pa.Array) -> Moments:
    plain = moments.cast(pa.timestamp("us"))
    return np.asarray(plain.to_numpy(zero_copy_only=False), "datetime64[us]")


def _numpy(column: pa.Array) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False))
