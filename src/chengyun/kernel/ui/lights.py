"""The light 灯: one sign for every limit, with colour, shape and words (ux.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from chengyun.kernel.ui.words import duration

LightState = Literal["green", "amber", "red", "paused", "kept", "missed"]
MINUTE = timedelta(minutes=1)
RING = 31.4
"""Circumference of the ring of radius 5 in the sign's 14 by 14 box."""


@dataclass(frozen=True, kw_only=True)
class Light:
    """A sign; ``left`` and ``limit`` in seconds and ``near`` let the page count on while ``ticks``."""

    state: LightState
    words: str
    title: str = ""
    left: int = 0
    limit: int = 0
    near: float = 0.8
    ticks: bool = False

    @property
    def arc(self) -> str:
        """The part of the ring that is still there, as a dash pattern."""
        remaining = min(max(self.left / self.limit, 0.0), 1.0) if self.limit else 0.0
        return f"{remaining * RING:.1f} {RING}"

    @property
    def tone(self) -> str:
        """Which of the four colours."""
        return {"kept": "green", "missed": "red"}.get(self.state, self.state)


def running(
    left: timedelta, limit: timedelta, *, title: str = "", near: float = 0.8, ticks: bool = True
) -> Light:
    """A clock that runs; ``left`` is negative once past; ``near`` is the share of the limit from which it is amber."""
    state: LightState = (
        "red" if left < timedelta(0) else "amber" if limit - left >= near * limit else "green"
    )
    words = f"超 {duration(max(-left, MINUTE))}" if state == "red" else f"剩 {duration(left)}"
    return Light(
        state=state,
        words=words,
        title=title,
        left=int(left.total_seconds()),
        limit=int(limit.total_seconds()),
        near=near,
        ticks=ticks,
    )


def stopped(since: timedelta | None = None, *, title: str = "") -> Light:
    """The clock stands: 挂账 or an approved stop; for how long, where that is known."""
    words = f"停表 {duration(since)}" if since is not None else "停表"
    return Light(state="paused", words=words, title=title)


def finished(late: timedelta, *, title: str = "") -> Light:
    """Done; ``late`` of zero or less is in time."""
    if late <= timedelta(0):
        return Light(state="kept", words="按期", title=title)
    return Light(state="missed", words=f"超期 {duration(max(late, MINUTE))}", title=title)


def ended(*, late: bool) -> Light:
    """Done, where only whether it came late is known, not by how much."""
    return Light(state="missed", words="超期") if late else finished(timedelta(0))
