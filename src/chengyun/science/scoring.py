"""Points of an assessment: what the figures of a group are worth under a scheme, exact and half up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Method = Literal["rate", "steps", "bands", "manual"]
Missing = Literal["share", "full", "await"]
Why = Literal["counted", "given", "full", "shared", "excluded", "await"]
WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a scheme.

    ``weight`` is its percentage of the total, ``full`` the full marks its ``cut`` and ``bands`` are written in.
    ``rate``: full marks times the percentage. ``steps``: full marks at ``target``; each ``step`` short of it costs
    ``cut`` until nothing is left, a step that has only begun as well where ``begun``. ``bands``: the score of the first
    band whose upper bound (itself counted; None is above all) reaches the figure. ``manual``: a person gives it.
    ``targets`` are those of classes of groups. ``missing`` says what happens without a figure.
    """

    key: str
    label: str
    weight: Decimal
    method: Method
    full: Decimal = Decimal(100)
    indicator: str = ""
    better: Literal["high", "low"] = "high"
    target: Decimal | None = None
    step: Decimal | None = None
    cut: Decimal | None = None
    begun: bool = False
    bands: tuple[tuple[Decimal | None, Decimal], ...] = ()
    targets: tuple[tuple[str, Decimal], ...] = ()
    missing: Missing = "share"

    def target_of(self, kind: str) -> Decimal:
        """The target of a class of groups; the common one where it has none of its own."""
        return dict(self.targets).get(kind, self.target or Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A grade from a total on."""

    name: str
    least: Decimal


@dataclass(frozen=True, kw_only=True)
class GroupClass:
    """Groups that have targets of their own."""

    key: str
    label: str
    groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Veto:
    """What, when it happened, lets a total be no more than ``cap``."""

    key: str
    label: str
    cap: Decimal


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """Items, grades (the best first), classes of groups and vetoes."""

    items: tuple[Item, ...] = ()
    grades: tuple[Grade, ...] = ()
    classes: tuple[GroupClass, ...] = ()
    vetoes: tuple[Veto, ...] = ()

    def class_of(self, group: str) -> GroupClass | None:
        """The class a group is in."""
        return next((each for each in self.classes if group in each.groups), None)

    def item(self, key: str) -> Item | None:
        """The item of a key."""
        return next((each for each in self.items if each.key == key), None)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What is known of a group.

    ``values``: the figure of each item as it is printed (percent, hours or pieces, two decimals), None where there is
    nothing to divide by. ``given``: scores that people gave, in full marks of the item; they come before figures.
    ``excluded``: items that do not count for it. ``vetoes``: which vetoes it has met.
    """

    group: str
    values: Mapping[str, Decimal | None] = field(default_factory=dict)
    given: Mapping[str, Decimal] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()
    vetoes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Points:
    """What an item is worth: its score in its own marks, its weight after sharing out, and its points of the total."""

    item: str
    why: Why
    score: Decimal | None = None
    weight: Decimal = Decimal(0)
    points: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The points of a group; ``total`` is None while an item awaits a person or when nothing counts."""

    items: tuple[Points, ...]
    total: Decimal | None
    before: Decimal | None
    """The total before any veto."""
    grade: str


def scored(scheme: Scheme, measured: Measured) -> Outcome:
    """Score a group.

    Parameters
    ----------
    scheme : Scheme
        A sound one (`schemes.faults` finds nothing): weights are percentages that add up to 100.
    measured : Measured
        The figures of the group and what people said of it.

    Returns
    -------
    Outcome
        Points with two decimals, each rounded half up once from the exact fraction; so is the total, which may
        therefore differ by a hundredth from the sum of the printed points. The weight of items that do not count is
        shared out among the others in proportion to their own.

    Notes
    -----
    Source of the ways of scoring: the ministry's detailed rules of 2020 for evaluating city management (a benchmark
    gives full marks, each step below costs a fixed number of points until nothing is left) and the weights and bands of
    GB/T 30428.4 as a published platform computes them. A score begins from the figure as printed, so that whoever has
    the printed table can do the sum again.
    """
    kind = getattr(scheme.class_of(measured.group), "key", "")
    told = [(item, *_score(item, measured, kind)) for item in scheme.items]
    counting = sum((Fraction(i.weight) for i, why, _ in told if why not in ("shared", "excluded")))
    points = tuple(_points(item, why, score, Fraction(counting)) for item, why, score in told)
    awaited = any(why == "await" for _, why, _ in told)
    if awaited or not counting:
        return Outcome(items=points, total=None, before=None, grade="")
    exact = sum((_worth(i, s) * WHOLE / counting for i, _, s in told if s is not None), Fraction(0))
    before = half_up(exact)
    total = min([before, *(v.cap for v in scheme.vetoes if v.key in measured.vetoes)])
    return Outcome(items=points, total=total, before=before, grade=grade_of(scheme.grades, total))


def grade_of(grades: Sequence[Grade], total: Decimal) -> str:
    """The name of the best grade that a total reaches; "" when it reaches none."""
    return next((each.name for each in grades if total >= each.least), "")


def half_up(exact: Fraction) -> Decimal:
    """Two decimals, half up, of a fraction that is not negative."""
    return Decimal((exact * 200 + 1) // 2) / 100


def _score(item: Item, measured: Measured, kind: str) -> tuple[Why, Fraction | None]:
    if item.key in measured.excluded:
        return "excluded", None
    if item.key in measured.given:
        return "given", _within(Fraction(measured.given[item.key]), item)
    value = measured.values.get(item.key) if item.method != "manual" else None
    if value is not None:
        return "counted", _within(METHODS[item.method](item, Fraction(value), kind), item)
    return _missed(item)


def _missed(item: Item) -> tuple[Why, Fraction | None]:
    if item.method == "manual" or item.missing == "await":
        return "await", None
    return ("full", Fraction(item.full)) if item.missing == "full" else ("shared", None)


def _within(score: Fraction, item: Item) -> Fraction:
    return min(max(score, Fraction(0)), Fraction(item.full))


def _rate(item: Item, value: Fraction, kind: str) -> Fraction:
    share = value if item.better == "high" else WHOLE - value
    return Fraction(item.full) * share / WHOLE


def _steps(item: Item, value: Fraction, kind: str) -> Fraction:
    target = Fraction(item.target_of(kind))
    short = max(Fraction(0), target - value if item.better == "high" else value - target)
    steps = short / Fraction(item.step or 1)
    missed = -(-steps // 1) if item.begun else steps // 1
    return Fraction(item.full) - missed * Fraction(item.cut or 0)


def _bands(item: Item, value: Fraction, kind: str) -> Fraction:
    return next(
        (Fraction(score) for upto, score in item.bands if upto is None or value <= upto),
        Fraction(0),
    )


METHODS = {"rate": _rate, "steps": _steps, "bands": _bands}


def _worth(item: Item, score: Fraction) -> Fraction:
    return score / Fraction(item.full) * Fraction(item.weight)


def _points(item: Item, why: Why, score: Fraction | None, counting: Fraction) -> Points:
    if why in ("shared", "excluded"):
        return Points(item=item.key, why=why)
    weight = half_up(Fraction(item.weight) * WHOLE / counting)
    if score is None:
        return Points(item=item.key, why=why, weight=weight)
    return Points(
        item=item.key,
        why=why,
        score=half_up(score),
        weight=weight,
        points=half_up(_worth(item, score) * WHOLE / counting),
    )
