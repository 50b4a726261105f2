"""A clock that runs faster. ``BENCH_DAY``: when the day began here (epoch), when it begins there, how much faster."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

from chengyun.kernel import clock


def hurry() -> None:
    """From here on this process reads the fast clock; a moved clock stays where it was moved to."""
    began, start, speed = os.environ["BENCH_DAY"].split()
    first = datetime.fromisoformat(start)

    def now() -> datetime:
        passed = (time.time() - float(began)) * float(speed)
        return clock._moved.get() or (first + timedelta(seconds=passed)).astimezone(UTC)

    setattr(clock, "now", now)  # noqa: B010 - a plain assignment is what mypy forbids
