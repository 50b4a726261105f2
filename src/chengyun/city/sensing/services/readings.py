"""The newest value of each series, for whoever looks at it now; the readings themselves are in the lake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from django.db import connection, transaction

from chengyun.science.quality import CLOCK_WRONG

Newest = tuple[int, datetime, float, int, datetime]
"""The key of a series, when, the value, what is doubted about it, and when it came."""

OLDER = f"at IS NULL OR at <= %s OR (quality & {CLOCK_WRONG}) <> 0"
"""What is known is no newer than a moment; a clock that was ahead said nothing about that."""
NEWER = f"""
UPDATE sensing_series SET heard_at = %s,
    value = CASE WHEN {OLDER} THEN %s ELSE value END,
    quality = CASE WHEN {OLDER} THEN %s ELSE quality END,
    at = CASE WHEN {OLDER} THEN %s ELSE at END
WHERE id = %s
"""  # noqa: S608 - made of constants


@transaction.atomic
def remember(newest: Iterable[Newest]) -> None:
    """Remember what is newer than what is known."""
    adapted = cache(connection.ops.adapt_datetimefield_value)
    rows = []
    for pk, when, value, quality, came in newest:
        at = adapted(when)
        rows.append((adapted(came), at, value, at, quality, at, at, pk))
    with connection.cursor() as cursor:
        cursor.executemany(NEWER, rows)
