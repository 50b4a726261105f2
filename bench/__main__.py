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
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "README.md"
BENCHES = tuple(sorted(path.stem for path in FOLDER.glob("[a-z]*.py")))
MEASUREMENT = re.compile(r"^  (\S.*?)\s{2,}(\S.*?)(?:\s{2,}(.*))?$")
HEAD = """# Measurements

Written by `bench/run --write`. A figure may miss its aim on a slow machine: that is for people to judge. A wrong count
fails the bench.

{machine}

| bench | what | measured | |
| --- | --- | --- | --- |
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/run", description="Measure speed and memory.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/README.md")
    options = parser.parse_args()
    runs = [_run(name) for name in options.names or BENCHES]
    rows = "".join(row for _, printed in runs for row in printed)
    table = HEAD.format(machine=_machine()) + rows
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
        rows.append(f"| {name} | **failed**, see what it said | exit {bench.returncode} | |\n")
    return bench.returncode, rows


def _rows(name: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        print(line, end="", flush=True)
        if found := MEASUREMENT.match(line.rstrip("\n")):
            what, figure, aim = found.groups(default="")
            yield f"| {name} | {what} | {figure} | {aim} |\n"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{day}, {os.cpu_count()} cores {platform.machine()}, {memory:.0f} GB,"
        f" {platform.system()}, Python {platform.python_version()}."
    )


if __name__ == "__main__":
    sys.exit(main())
