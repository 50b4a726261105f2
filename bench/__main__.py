"""Run the benches and print one table; `--write` also keeps it in bench/README.md.

A bench is a script of this folder, run in a process of its own. Each measurement is an
indented line it prints: what, figure, aim, with two spaces or more between. It exits with an error when
a count (of statements, files, bytes, answers) is wrong, never because of a clock.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "README.md"
BENCHES = tuple(sorted(path.stem for path in FOLDER.glob("[a-z]*.py")))
MEASUREMENT = re.compile(r"^  (\S.*?)\s{2,}(\S.*?)(?:\s{2,}(.*))?$")
HEAD = """# Measurements

Written by `bench/run --write`; with names of benches it renews their rows alone. A figure may miss its aim on a slow
machine: that is for people to judge. A wrong count fails the bench.

{machine}

| bench | what | measured | aim | day |
| --- | --- | --- | --- | --- |
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/run", description="Measure speed and memory.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/README.md")
    options = parser.parse_args()
    names = options.names or BENCHES
    runs = [_run(name) for name in names]
    rows = [row for _, printed in runs for row in printed]
    if options.write:
        rows = sorted([*_kept(names), *rows], key=_bench_of)
    table = HEAD.format(machine=_machine()) + "".join(rows)
    if options.write:
        PAGE.write_text(table, encoding="utf-8")
    print(table)
    return max(code for code, _ in runs)


def _run(name: str) -> tuple[int, list[str]]:
    """Exit code and rows of one bench."""
    command = [sys.executable, "-m", f"bench.{name}"]
    with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout is not None
        rows = list(_rows(name, bench.stdout))
    if bench.returncode:
        rows.append(_row(name, "**failed**, see what it said", f"exit {bench.returncode}", ""))
    return bench.returncode, rows


def _rows(name: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        print(line, end="", flush=True)
        if found := MEASUREMENT.match(line.rstrip("\n")):
            what, figure, aim = found.groups(default="")
            yield _row(name, what, figure, aim)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} | {datetime.now(UTC).date().isoformat()} |\n"


def _kept(names: Sequence[str]) -> list[str]:
    """The rows on the page of benches that were not run now."""
    lines = PAGE.read_text(encoding="utf-8").splitlines(keepends=True) if PAGE.exists() else []
    others = set(BENCHES) - set(names)
    return [line for line in lines if line.startswith("| ") and _bench_of(line) in others]


def _bench_of(row: str) -> str:
    return row.split("|")[1].strip()


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {memory:.0f} GB,"
        f" {platform.system()}, Python {platform.python_version()}."
    )


if __name__ == "__main__":
    sys.exit(main())
