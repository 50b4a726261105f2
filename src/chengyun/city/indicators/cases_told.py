"""Cases of another system, as its table tells them: read by a recipe and checked row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
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
        field: _moments(faults, recipe, field, shown[field]) for field in MOMENTS if field in shown
    }
    _check_range(faults, recipe, found)
    steps, lifted = _in_order(faults, recipe, found)
    faults.refuse()
    nothing = np.full(len(faults.rows), "NaT", "datetime64[us]")
    return Cases(_words(recipe, shown), {"target": nothing, **found, **steps}, int(lifted.sum()))


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
        lambda row: f"编号「{numbers[row]}」与第 {faults.numbers[first[codes[row]]]} 行重复",
    )


def _moments(faults: Faults, recipe: Recipe, field: str, shown: pa.Array) -> Moments:
    if sheets.is_moments(shown):
        return _utc(sheets.moments(shown, recipe.zone))
    found = sheets.local(shown, recipe.formats)
    faults.add(
        _numpy(found.is_null()) & _numpy(pc.not_equal(shown, "")),
        lambda row: f"{FIELDS[field]}「{_short(str(shown[row]))}」看不懂",
    )
    return _utc(sheets.moments(found, recipe.zone))


def _check_range(faults: Faults, recipe: Recipe, found: dict[str, Moments]) -> None:
    faults.add(np.isnat(found["opened"]), lambda row: "没有上报时间")
    faults.add(found["opened"] < FIRST, lambda row: "上报时间在 2000 年以前")
    taken = np.datetime64(recipe.as_of.astimezone(UTC).replace(tzinfo=None), "us")
    for field in STEPS:
        if field in found:
            faults.add(found[field] >= taken, _late(recipe, field, found[field]))


def _late(recipe: Recipe, field: str, moments: Moments) -> Callable[[int], str]:
    return lambda row: f"{FIELDS[field]} {_told(recipe, moments[row])} 不早于取数的时刻"


def _in_order(
    faults: Faults, recipe: Recipe, found: dict[str, Moments]
) -> tuple[dict[str, Moments], Wrong]:
    """The moments of the steps, none before the one it follows, and whose were lifted to it.

    A step without a column is done with the one before it; handled, without one, is what is closed.
    """
    steps, newest, before = {}, found["opened"], found["opened"]
    lifted = np.zeros(len(newest), bool)
    for field in STEPS:
        if field in found:
            early = newest - found[field]
            faults.add(early > np.timedelta64(recipe.tolerance, "s"), _early(recipe, field, found))
            lifted |= early > np.timedelta64(0)
            before = np.where(early > np.timedelta64(0), newest, found[field])
            newest = np.where(np.isnat(before), newest, before)
        steps[field] = before
    return steps | ({} if "handled" in found else {"handled": steps["closed"]}), lifted


def _early(recipe: Recipe, field: str, found: dict[str, Moments]) -> Callable[[int], str]:
    """Says which moment lies before which: the newest of the steps before it."""

    def says(row: int) -> str:
        earlier = [each for each in STEPS[: STEPS.index(field)] if each in found]
        other = max(earlier, key=lambda each: _order(found[each][row]))
        shown = [f"{FIELDS[each]} {_told(recipe, found[each][row])}" for each in (field, other)]
        return f"{shown[0]} 早于{shown[1]}"

    return says


def _order(moment: np.datetime64) -> int:
    return -1 if np.isnat(moment) else int(moment.astype(np.int64))


def _told(recipe: Recipe, moment: np.datetime64) -> str:
    """A moment as the clocks of the other city show it."""
    aware = moment.astype(datetime).replace(tzinfo=UTC)
    return f"{aware.astimezone(recipe.zone):%Y-%m-%d %H:%M:%S}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def _utc(moments: pa.Array) -> Moments:
    plain = moments.cast(pa.timestamp("us"))
    return np.asarray(plain.to_numpy(zero_copy_only=False), "datetime64[us]")


def _numpy(column: pa.Array) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False))
