"""The newest value of each series, for whoever looks at it now; the readings themselves are in the lake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

Newest = tuple[int, datetime, float, int, datetime]
"""The key of a series, when, the value, what is doubted about it, and when it came."""

HEARD = "UPDATE sensing_series SET heard_at = %s WHERE id = %s"
NEWER = """
UPDATE sensing_series SET at = %s, value = %s, quality = %s WHERE id = %s AND (at IS NULL OR at <= %s)
"""


@transaction.atomic
def remember(newest: Iterable[Newest]) -> None:
    """Remember what is newer than what is known."""
    adapted = connection.ops.adapt_datetimefield_value
    told = [(pk, adapted(at), *rest, adapted(came)) for pk, at, *rest, came in newest]
    with connection.cursor() as cursor:
        cursor.executemany(HEARD, [(came, pk) for pk, *_, came in told])
        cursor.executemany(NEWER, [(at, value, doubt, pk, at) for pk, at, value, doubt, _ in told])
