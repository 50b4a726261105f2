"""Shares of a whole as published figures: decimal, half up, never forced to add up to 100."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")


def shares(counts: Mapping[str, int]) -> dict[str, Decimal | None]:
    """The percentage of each count in their total, to two decimals.

    Parameters
    ----------
    counts : mapping of str to int
        How many of each kind (pieces, not negative).

    Returns
    -------
    dict of str to Decimal or None
        Percent with two decimals, rounded half up each for itself, in the order of ``counts``; their sum may differ
        from 100. None for every kind when the total is zero, since nothing is no part of nothing.

    Raises
    ------
    ValueError
        A count is negative.

    Notes
    -----
    Source: the bulletin of the second week of December 2025 of Liaocheng prints 23, 18, 19 and 18 of 78 as
    29.49 %, 23.08 %, 24.36 % and 23.08 %, which add up to 100.01 %.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("a count is negative")
    total = sum(counts.values())
    return {kind: _share(count, total) if total else None for kind, count in counts.items()}


def _share(count: int, total: int) -> Decimal:
    return (Decimal(count * 100) / Decimal(total)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
