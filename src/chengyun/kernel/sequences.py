"""Running numbers that never repeat, taken in one statement on both databases."""

from __future__ import annotations

from django.db import connection

TAKE = """
INSERT INTO kernel_sequence (key, value) VALUES (%s, %s)
ON CONFLICT (key) DO UPDATE SET value = kernel_sequence.value + %s RETURNING value
"""
RAISE = """
INSERT INTO kernel_sequence (key, value) VALUES (%s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE kernel_sequence.value < excluded.value
"""


def take(key: str, count: int = 1) -> int:
    """The last of ``count`` new numbers under ``key``, from 1. Gaps are possible, repeats are not."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [key, count, count])
        row = cursor.fetchone()
    return int(row[0])


def at_least(key: str, value: int) -> None:
    """Numbers up to ``value`` are in use: the next one under ``key`` is greater."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [key, value])
