"""How long all figures of a month take out of a year of cases, and which memory.

A year of a million cases with eight million acts, written month by month; then the figures of its November by district
and by unit, in a process of its own, and the cases behind one number. Fails when the figures do not count what was
written.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import _history

CASES = 1_000_000
PERIOD, MONTH = "2026-11", 10
KEYS = {"report": "reported", "dispatch": "dispatched", "dispose": "handled", "close": "closed"}


def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.home()) as home:
        folder = Path(home) / "facts"
        began = time.perf_counter()
        acts, reached = _history.write(folder, CASES)
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
        print(f"  acts written  {acts / (time.perf_counter() - began):,.0f} /s")
        print(f"  bytes an act  {size / acts:.1f}")
        found = _asked(Path(home), folder)
        _check(found["total"], reached)
        what = f"a month out of {CASES / 1e6:.0f} million cases with {acts / 1e6:.1f} million acts"
        for key, wait in found["waits"].items():
            print(f"  {what}, all figures by {key}  {wait:.2f} s  aim for ten times as many ≤ 10 s")
        behind = f"the {found['cases_behind']:,} cases behind one number, the first 50"
        print(f"  {what}, {behind}  {found['behind'] * 1000:.0f} ms  ≤ 300 ms")
        print(f"  {what}, memory  {found['memory']:.0f} MB  ≤ 2048 MB")


def _asked(home: Path, folder: Path) -> dict[str, Any]:
    environ = {
        **os.environ,
        "CHENGYUN_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home}/city.sqlite3",
        "DJANGO_SETTINGS_MODULE": "chengyun.config.settings",
    }
    words = [sys.executable, "-m", "bench._figures", str(folder), PERIOD]
    answer = subprocess.run(words, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _check(total: dict[str, int], reached: dict[str, Any]) -> None:
    for key, milestone in KEYS.items():
        if total[key] != (written := int(reached[milestone][MONTH])):
            sys.exit(f"{key} is {total[key]:,}, written were {written:,}")


if __name__ == "__main__":
    main()
