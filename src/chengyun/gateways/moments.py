"""Moments in microseconds since 1970, as arrays hold them, and the rows of what is sorted by series."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from chengyun.science.signals import Ints

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970 (UTC)."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds(at: datetime) -> int:
    """How many microseconds after 1970 a moment is."""
    return (at - EPOCH) // MICROSECOND


def matched(known: Ints, series: Ints) -> tuple[Ints, Ints]:
    """For each of some series the rows of ``known``, which is sorted: the rows, and which series each is of."""
    first = np.searchsorted(known, series, "left")
    many = np.searchsorted(known, series, "right") - first
    of = np.repeat(np.arange(len(series)), many)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
    return first[of] + nth, of
