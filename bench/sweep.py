"""The look at all limits: a hundred thousand open cases of which none, two hundred, or ten thousand come near.

The last is a city whose worker stood still for hours: one run tells three thousand, the rest follows in the next runs.
Fails when the statements are more than a fixed number for a look and for each two hundred that are told.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from bench._stage import Environ, run, stages

OPEN = 100_000
FEW, MANY, A_RUN = 200, 10_000, 3_000
A_LOOK, TWO_HUNDRED = 4, 14
WHAT = (
    "none is near its limit",
    f"{FEW} come near",
    f"{MANY:,} came near, the first {A_RUN:,} told",
)


def main() -> None:
    wrong = [each for name, environ in stages() for each in _measure(name, environ)]
    if wrong:
        sys.exit("; ".join(wrong))


def _measure(name: str, environ: Environ) -> list[str]:
    """Print the runs on one database; what was wrong with their counts."""
    found = json.loads(run(environ, "bench._sweep", str(OPEN), str(FEW), str(MANY)))
    wrong = [] if found["open"] == OPEN + 1 else [f"{name}: {found['open']} open cases"]
    for what, told, taken in zip(WHAT, (0, FEW, A_RUN), found["taken"], strict=True):
        _say(name, what, taken)
        most = A_LOOK + TWO_HUNDRED * -(-told // FEW)
        if taken["told"] != told or taken["statements"] > most:
            wrong.append(f"{name}: {what}: {taken}, at most {most} statements")
    return wrong


def _say(name: str, what: str, taken: dict[str, Any]) -> None:
    figures = f"{taken['seconds']:.3f} s, {taken['statements']} statements"
    print(f"  {name}: sweep of {OPEN:,} open cases, {what}  {figures}  ≤ 2 s", flush=True)


if __name__ == "__main__":
    main()
