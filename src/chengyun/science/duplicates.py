"""How much two reports look like reports of one and the same thing.

The score is a weighted mean of what is known of both (0: nothing speaks for it, 1: everything does)::

    nearness  1 - metres / reach           weight 0.40
    class     1 same, 0 different          weight 0.25   left out when one of them is not classified
    words     2 |A and B| / (|A| + |B|)    weight 0.20   of their terms; left out when one has none
    soonness  1 - apart / span             weight 0.15

The same part lifts the mean m to 0.85 + 0.15 m, the same picture to 0.95 + 0.05 m: these are hardly ever chance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from chengyun.science.coordinates import distance
from chengyun.science.pictures import alike

NEARNESS, CLASS, WORDS, SOONNESS = 0.40, 0.25, 0.20, 0.15
SAME_PART, SAME_PICTURE = 0.85, 0.95
SHORTEST = 2


@dataclass(frozen=True, kw_only=True)
class Mention:
    """One report, as it is compared; "" and empty are unknown.

    Attributes
    ----------
    lon, lat
        WGS 84 degrees.
    at
        When it was reported.
    terms
        What its words are cut into.
    asset
        Code of the part it is about.
    pictures
        Fingerprints of its photos (``pictures.fingerprint``).
    """

    lon: float
    lat: float
    at: datetime
    class_code: str = ""
    terms: frozenset[str] = field(default_factory=frozenset)
    asset: str = ""
    pictures: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How alike two reports are, and in what; None where one of them does not say."""

    score: float
    metres: float
    apart: timedelta
    same_class: bool | None
    words: float | None
    same_asset: bool
    same_picture: bool


def likeness(one: Mention, other: Mention, *, reach: float, span: timedelta) -> Likeness:
    """Compare two reports.

    Parameters
    ----------
    one, other
        The reports; their order does not matter.
    reach
        Metres from which on nearness says nothing.
    span
        Time from which on soonness says nothing.

    Returns
    -------
    Likeness
        With a score from 0 to 1.

    Raises
    ------
    ValueError
        Reach or span is not positive.
    """
    if reach <= 0 or span <= timedelta(0):
        raise ValueError("范围和时间都要大于零")
    metres = float(distance(one.lon, one.lat, other.lon, other.lat))
    apart = abs(one.at - other.at)
    known = one.class_code and other.class_code
    same_class = one.class_code == other.class_code if known else None
    words = dice(one.terms, other.terms) if one.terms and other.terms else None
    same_asset = bool(one.asset) and one.asset == other.asset
    same_picture = any(alike(a, b) for a in one.pictures for b in other.pictures)
    parts = [
        (NEARNESS, max(0.0, 1 - metres / reach)),
        (SOONNESS, max(0.0, 1 - apart / span)),
        (CLASS, None if same_class is None else float(same_class)),
        (WORDS, words),
    ]
    return Likeness(
        score=_lifted(_mean(parts), same_asset=same_asset, same_picture=same_picture),
        metres=metres,
        apart=apart,
        same_class=same_class,
        words=words,
        same_asset=same_asset,
        same_picture=same_picture,
    )


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the terms of both that both have, 0 to 1; 0 for two empty ones."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0


def shared_runs(one: str, other: str, at_most: int = 3) -> list[str]:
    """Words two texts share, for people: their longest common runs of letters, longest first.

    Parameters
    ----------
    one, other
        Texts; only their first 400 characters are read.
    at_most
        So many runs.

    Returns
    -------
    list of str
        Runs of at least two letters or digits, none within another.
    """
    a, b = sorted((one[:400], other[:400]))
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    pieces = (piece for block in blocks for piece in _letters(a[block.a : block.a + block.size]))
    found = sorted({p for p in pieces if len(p) >= SHORTEST}, key=lambda p: (-len(p), a.find(p)))
    kept: list[str] = []
    for piece in found:
        if not any(piece in longer for longer in kept):
            kept.append(piece)
    return kept[:at_most]


def _letters(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()


def _mean(parts: Iterable[tuple[float, float | None]]) -> float:
    known = [(weight, value) for weight, value in parts if value is not None]
    return sum(weight * value for weight, value in known) / sum(weight for weight, _ in known)


def _lifted(mean: float, *, same_asset: bool, same_picture: bool) -> float:
    floor = SAME_PICTURE if same_picture else SAME_PART if same_asset else 0.0
    return floor + (1 - floor) * mean
