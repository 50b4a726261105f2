"""The numbers by which people name a case: the whole code, or the short one of lists, which leaves the year open."""

from __future__ import annotations

import re

from django.utils.timezone import localtime

from chengyun.kernel import clock

SHORT = re.compile(r"(\d{4})-(\d{4,6})")
YEARS = 20
"""As far back as a short code is looked for."""


def meant(words: str) -> list[str]:
    """The codes this can stand for, that of this year first."""
    if found := SHORT.fullmatch(words.strip()):
        this = localtime(clock.now()).year
        return [f"{(this - n) % 100:02}{found[1]}{found[2]}" for n in range(YEARS)]
    return [words.strip()]
