"""All figures of a month out of the facts of a folder; prints what they were and took, and the memory, as JSON.

No city stands behind it: the wholes of the rates are those that are declared.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402

from chengyun.city.indicators.queries import Answer, Behind, Question, asked, behind  # noqa: E402
from chengyun.city.indicators.specs import Group, Indicator  # noqa: E402
from chengyun.kernel import clock, registry  # noqa: E402
from chengyun.science.periods import parse  # noqa: E402

WHOLES = {each.key: each.whole[0] for each in registry.all_of(Indicator) if each.whole}
AFTERWARDS = datetime(2027, 6, 1, tzinfo=UTC)
TIMES = 3


def main(folder: str, period: str) -> None:
    settings.FACTS = Path(folder)
    waits, told = {}, None
    for key in ("district", "unit"):
        waits[key], told = _quickest(Question(period=parse(period), by=registry.get(Group, key)))
    assert told is not None
    began = time.perf_counter()
    question = Question(period=parse(period), by=registry.get(Group, "unit"))
    overdue = registry.get(Indicator, "overtime_todo_dispose")
    number = Behind(question=question, indicator=overdue, group=next(iter(told.groups)))
    count, _ = behind(number, first=0, most=50)
    found = {
        "waits": waits,
        "behind": time.perf_counter() - began,
        "cases_behind": count,
        "total": {key: figure.part for key, figure in told.total.items()},
        "memory": _peak(),
    }
    print(json.dumps(found))


def _peak() -> float:
    """The most memory this process held, in MB; what `getrusage` says begins with that of whoever started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _quickest(question: Question) -> tuple[float, Answer]:
    waits = []
    for _ in range(TIMES):
        began = time.perf_counter()
        told = asked(question, WHOLES)
        waits.append(time.perf_counter() - began)
    return min(waits), told


if __name__ == "__main__":
    with clock.at(AFTERWARDS):
        main(*sys.argv[1:])
