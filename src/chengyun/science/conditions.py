"""Whether a condition over several series holds, of one device or of those on one part: limits joined by and, or, not.

The value of a series at a moment is its last one that is not later, and no older than the condition says; without one,
whether it is beyond its mark is unknown. An answer is 1 (it holds), 0 (it does not) or ``UNKNOWN`` between the two, and
is joined as in the three-valued logic of Kleene: "and" is the least of its parts, "or" the greatest, "not" what is
missing to 1. So an unknown part matters only where the others do not settle it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from chengyun.science.signals import Floats, Ints

Flags = NDArray[np.bool_]
Of = tuple[str, str]
"""What a limit is of: the kind of a device on the same part ("" for the device itself), and a point of it."""

UNKNOWN = 0.5
NEVER = np.iinfo(np.int64).min
OWN = -1
"""The place of the series a rule is about; others have those of ``points_of`` its condition."""
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """The value of a point reaches ``mark``, from below or from above; one older than ``fresh`` is not known.

    ``kind``: it is the point of the device of that kind which sits on the same part; "" for the device itself.
    """

    point: str
    mark: float
    side: Literal["above", "below"] = "above"
    fresh: timedelta
    kind: str = ""

    @property
    def of(self) -> Of:
        """What it is a limit of."""
        return self.kind, self.point

    def reached(self, value: Floats) -> Flags:
        """Whether values reach the mark, shape as ``value``."""
        sign = 1 if self.side == "above" else -1
        found: Flags = value * sign >= self.mark * sign
        return found


@dataclass(frozen=True)
class All:
    """All of its parts hold; there is one at least."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _some(self.parts)


@dataclass(frozen=True)
class AnyOf:
    """One of its parts holds at least."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _some(self.parts)


@dataclass(frozen=True)
class Not:
    """Its part does not hold."""

    part: Condition


def _some(parts: tuple[Condition, ...]) -> None:
    if not parts:
        raise ValueError("a condition joins one part at least")


Condition = Beyond | All | AnyOf | Not
Known = tuple[Floats, Floats]
"""Of each moment the value of a series, and how old it is then in microseconds: beyond all bounds, or below 0, for
none; shape (n,) both."""


def leaves_of(condition: Condition) -> Iterator[Beyond]:
    """The limits it joins, in the order in which they stand."""
    match condition:
        case Beyond():
            yield condition
        case Not(part=part):
            yield from leaves_of(part)
        case All(parts=parts) | AnyOf(parts=parts):
            for each in parts:
                yield from leaves_of(each)


def points_of(condition: Condition) -> tuple[Of, ...]:
    """The points it looks at, each once."""
    return tuple(dict.fromkeys(leaf.of for leaf in leaves_of(condition)))


def holds(condition: Condition, known: Mapping[Of, Known]) -> Floats:
    """Whether it holds at each of some moments, by what is known of its points: 1, 0 or ``UNKNOWN``; shape (n,)."""
    match condition:
        case Beyond():
            value, age = known[condition.of]
            fresh = (age >= 0) & (age <= condition.fresh // MICROSECOND)
            return np.where(fresh, condition.reached(value), UNKNOWN)
        case Not(part=part):
            return 1 - holds(part, known)
        case All(parts=parts):
            return _least([holds(each, known) for each in parts])
        case AnyOf(parts=parts):
            return 1 - _least([1 - holds(each, known) for each in parts])


def _least(truths: list[Floats]) -> Floats:
    least: Floats = np.min(truths, axis=0)
    return least


def held(condition: Condition, at: Ints, others: Sequence[tuple[Ints, Floats]]) -> Floats:
    """Whether it holds at moments ``at``, shape (n,), by all readings of its points.

    ``others``: times and values of each of ``points_of``, in that order, in any order of time; of two of one moment the
    later in its array counts.
    """
    points = points_of(condition)
    return holds(
        condition, {point: _known(at, *o) for point, o in zip(points, others, strict=True)}
    )


def _known(at: Ints, told_at: Ints, told: Floats) -> Known:
    order = np.argsort(told_at, kind="stable")
    last = np.searchsorted(told_at[order], at, "right")
    since = np.r_[-np.inf, told_at[order].astype(np.float64)][last]
    return np.r_[np.nan, told[order]][last], at - since


@dataclass(frozen=True, kw_only=True)
class Gates:
    """The conditions of ``n`` rows: ``which`` of them, shape (n,), -1 for none."""

    which: Ints
    conditions: tuple[Condition, ...]

    def row(self, row: int) -> Gates:
        """That of one row."""
        return Gates(which=self.which[[row]], conditions=self.conditions)

    def of(self, row: int) -> Condition | None:
        """The condition of a row."""
        which = int(self.which[row])
        return None if which < 0 else self.conditions[which]


class Others:
    """What is known of the other series of ``n`` rows: the newest of each, ``at`` and ``value`` of the shape (n, k)."""

    def __init__(self, gates: Gates | None, count: int) -> None:
        self.gates = gates
        self.points = [points_of(each) for each in gates.conditions] if gates else []
        width = max(map(len, self.points), default=0)
        self.at: Ints = np.full((count, width), NEVER)
        self.value: Floats = np.full((count, width), np.nan)

    def note(self, rows: Ints, place: Ints, at: Ints, value: Floats, last: Ints) -> Flags:
        """Take readings of the others; which of them make wrong what was said of their row up to ``last``. (k,) all."""
        was_at, was = self.at[rows, place], self.value[rows, place]
        newer = at >= was_at
        wrong: Flags = (at <= last) & ~((at == was_at) & (value == was))
        for n in np.flatnonzero(wrong & newer):
            wrong[n] = not self._same(int(rows[n]), int(place[n]), int(last[n]), float(value[n]))
        self.at[rows[newer], place[newer]] = at[newer]
        self.value[rows[newer], place[newer]] = value[newer]
        return wrong

    def _same(self, row: int, place: int, last: int, value: float) -> bool:
        """Whether a value tells what the one before it told, which was known up to ``last``."""
        assert self.gates is not None
        which = int(self.gates.which[row])
        of, age = self.points[which][place], last - int(self.at[row, place])
        both = np.array([self.value[row, place], value])
        return all(
            age <= leaf.fresh // MICROSECOND and len(set(leaf.reached(both).tolist())) == 1
            for leaf in leaves_of(self.gates.conditions[which])
            if leaf.of == of
        )

    def truth(self, rows: Ints, at: Ints) -> Floats:
        """Whether the condition of each row holds at a moment; 1 where there is none; shape (k,)."""
        found = np.ones(len(rows))
        if self.gates is None:
            return found
        which = self.gates.which[rows]
        for n, condition in enumerate(self.gates.conditions):
            mine = np.flatnonzero(which == n)
            if len(mine):
                own = rows[mine]
                age = at[mine, None].astype(np.float64) - self.at[own]
                known = {p: (self.value[own, k], age[:, k]) for k, p in enumerate(self.points[n])}
                found[mine] = holds(condition, known)
        return found

    def ahead(self, rows: Ints, at: Ints) -> Flags:
        """Which rows know of one of the others only what is later than a moment; shape (k,)."""
        return np.asarray((self.at[rows] > at[:, None]).any(axis=1), np.bool_)
