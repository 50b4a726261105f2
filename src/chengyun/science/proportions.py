"""How sure a share is that was counted in few trials."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

HUNDREDTH = Decimal("0.01")
NORMAL_95 = Decimal("1.959963984540054")
"""The 97.5 % point of the standard normal distribution: two-sided 95 %."""


def wilson(hits: int, trials: int, *, z: Decimal = NORMAL_95) -> tuple[Decimal, Decimal] | None:
    """The score interval of a proportion.

    Parameters
    ----------
    hits, trials : int
        How many of how many (pieces, 0 ≤ hits ≤ trials).
    z : Decimal
        The two-sided point of the standard normal distribution; 95 % unless told.

    Returns
    -------
    (Decimal, Decimal) or None
        Lower and upper bound in percent with two decimals, rounded half up each for itself, within 0 and 100.
        None without a trial: nothing is known then.

    Raises
    ------
    ValueError
        ``hits`` is negative or greater than ``trials``.

    Notes
    -----
    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of the American
    Statistical Association 22 (1927) 209–212. Unlike the interval around the observed share it stays inside 0 … 1 and
    is of use for few trials and for shares near either end.
    """
    if not 0 <= hits <= trials:
        raise ValueError("hits lie outside 0 … trials")
    if trials == 0:
        return None
    with localcontext(prec=28):
        n, seen, square = Decimal(trials), Decimal(hits) / trials, z * z
        middle = seen + square / (2 * n)
        half = z * ((seen * (1 - seen) + square / (4 * n)) / n).sqrt()
        whole = 1 + square / n
        return _percent((middle - half) / whole), _percent((middle + half) / whole)


def _percent(share: Decimal) -> Decimal:
    inside = min(max(share, Decimal(0)), Decimal(1))
    return (inside * 100).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
