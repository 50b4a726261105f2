"""What is doubted about a reading, as bits: what is known when it comes, and what its neighbours show later.

The definitions are the usual ones of real-time quality control of sensors (spike test and flat line test, IOOS QARTOD
manuals); there is no error beyond that of a float.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chengyun.science.signals import Floats, Ints

OUT_OF_RANGE, CLOCK_WRONG, DOUBTED, UNPLACED = 1, 2, 4, 8
"""Kept with the reading as it comes: the value is none its point can have; the clock of the device is ahead of ours;
the device itself doubts it; half of a position that should have been converted."""
STILL, LATE, JUMP = 16, 32, 64
"""Found when somebody looks: it does not move, it came late, it jumps away and back."""
Marks = NDArray[np.int16]


def late(at: Ints, received: Ints, after: int) -> Marks:
    """``LATE`` for what came more than ``after`` microseconds after it was measured; all of the shape (n,)."""
    return _marks(received - at > after, LATE)


def jumps(value: Floats, most: float) -> Marks:
    """``JUMP`` for a reading that lies more than ``most`` above both its neighbours, or below both.

    ``value``: of one series in the order of time, shape (n,), in its unit. The first and the newest have one neighbour
    only: of them nothing is said yet. A step that lasts is no jump.
    """
    found = np.zeros(len(value), np.bool_)
    if len(value) > 2:
        before, after = value[1:-1] - value[:-2], value[1:-1] - value[2:]
        found[1:-1] = np.minimum(before, after) > most
        found[1:-1] |= np.minimum(-before, -after) > most
    return _marks(found, JUMP)


def stands(at: Ints, value: Floats, longest: int) -> Marks:
    """``STILL`` for the readings that tell the same value for more than ``longest`` microseconds, all of that run.

    ``at``, ``value``: of one series in the order of time, shape (n,).
    """
    if not len(value):
        return np.zeros(0, np.int16)
    first = np.flatnonzero(np.append(True, np.diff(value) != 0))
    last = np.append(first[1:], len(value)) - 1
    lasted = at[last] - at[first] > longest
    return _marks(np.repeat(lasted, last - first + 1), STILL)


def _marks(found: NDArray[np.bool_], mark: int) -> Marks:
    return (found * mark).astype(np.int16)
