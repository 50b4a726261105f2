"""How steadily a source tells: how much of the time it was heard, and how much of what it usually tells has come.

Time is cut into slots in each of which a source that works is heard. What it usually tells in a slot is the median of
the slots in which it was heard: its own rhythm, so that nobody has to write down how often each device reports. Both
are given as whole numbers, so that those of many sources add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chengyun.science.signals import Ints


@dataclass(frozen=True, kw_only=True)
class Steadiness:
    """Of ``slots`` slots it was heard in ``heard``; ``told`` of ``usual`` readings came, at most the usual of each."""

    slots: int
    heard: int
    told: int
    usual: int

    def __add__(self, other: Steadiness) -> Steadiness:
        return Steadiness(
            slots=self.slots + other.slots,
            heard=self.heard + other.heard,
            told=self.told + other.told,
            usual=self.usual + other.usual,
        )


NOTHING = Steadiness(slots=0, heard=0, told=0, usual=0)


def steadiness(counts: Ints, slot: int) -> Steadiness:
    """Of one source.

    Parameters
    ----------
    counts
        Readings of each hour, oldest first, shape (n,), not negative.
    slot
        Hours of one slot, at least 1; hours at the beginning that fill no slot are left out.

    Returns
    -------
    Steadiness
        In slots and readings; all zero when there is not one whole slot. ``usual`` is zero when it was never heard.

    Raises
    ------
    ValueError
        ``slot`` is less than 1.
    """
    if slot < 1:
        raise ValueError("a slot has at least an hour")
    whole = counts[len(counts) % slot :].reshape(-1, slot).sum(axis=1)
    heard = whole[whole > 0]
    usual = int(np.median(heard)) if len(heard) else 0
    return Steadiness(
        slots=len(whole),
        heard=len(heard),
        told=int(np.minimum(whole, usual).sum()),
        usual=usual * len(whole),
    )
