"""Shifts 班次: what the city calls them, and from when to when they are on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.timezone import get_default_timezone

SHIFT = re.compile(r"(\S{1,20})\s+(\d{1,2}):(\d{2})\s*[-—–~至到]\s*(\d{1,2}):(\d{2})")
FAULT = "每个班次写成「早班 06:00-14:00」，班次之间用分号分开。"


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A shift; one that ends before it begins ends on the next day."""

    name: str
    begins: time
    ends: time

    @property
    def words(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"

    def on(self, day: date) -> tuple[datetime, datetime]:
        """From when to when it is on a day."""
        zone = get_default_timezone()
        begins = datetime.combine(day, self.begins, tzinfo=zone)
        ends = datetime.combine(day, self.ends, tzinfo=zone)
        return begins, ends if ends > begins else ends + timedelta(days=1)


def shifts_in(text: str) -> list[Shift]:
    """The shifts of the parameter, the usual one first. Raises ValueError."""
    found = [_shift(part.strip()) for part in re.split(r"[;；\n]", text) if part.strip()]
    if not found or len({shift.name for shift in found}) < len(found):
        raise ValueError(text)
    return found


def _shift(part: str) -> Shift:
    match = SHIFT.fullmatch(part)
    if match is None:
        raise ValueError(part)
    name, *numbers = match.groups()
    first, second, third, fourth = (int(number) for number in numbers)
    return Shift(name=name, begins=time(first, second), ends=time(third, fourth))


def shifts_fault(text: object) -> str:
    """Why this is no list of shifts, "" when it is one."""
    try:
        shifts_in(str(text))
    except ValueError:
        return FAULT
    return ""
