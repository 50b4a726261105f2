"""Whom an alarm that nobody answers is reported to, one after the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Above:
    """Who is told next: whoever holds ``may`` where the alarm is, after ``times`` the time of its level."""

    label: str
    may: str
    times: int


ABOVE = (
    Above(label="值班长", may="alarm.oversee", times=1),
    Above(label="领导", may="alarm.lead", times=2),
)
MINUTES = (("red", 5), ("orange", 15), ("yellow", 30), ("blue", 60))
"""After how long without an answer it is reported first."""
