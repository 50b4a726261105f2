"""What `./test` does: install the development set, run pytest on SQLite and then on PostgreSQL.

    ./test [--only sqlite|postgresql] [--long] [--cover] [pytest arguments]

`TEST_DATABASE_URL` names a server to use; without it one is started for this run alone.
"""

import argparse
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tools.cluster import binaries, cluster
from tools.install import ROOT, VENV, Unready, install, say

COVER = ("--cov=src/chengyun", "--cov-report=", "--cov-fail-under=90")
WORKERS = "3"
"""One more than the cores of a small machine: a test that waits for a browser leaves its core to another."""
COUNTING = {"COVERAGE_CORE": "sysmon"} if sys.version_info >= (3, 12) else {}
"""From there on a line that was reached once costs nothing any more."""
CLOSING = re.compile(r"\d+ (passed|failed|error|skipped|deselected)|no tests ran")
NO_SERVER = (
    "not run on PostgreSQL: there is none here (apt install postgresql, or TEST_DATABASE_URL)"
)


@dataclass(frozen=True)
class Run:
    database: str
    code: int
    closing: str


def main() -> int:
    options, words = _options()
    try:
        install(dev=True, spark=options.long)
    except Unready as error:
        sys.exit(str(error))
    if options.long:
        seed = random.SystemRandom().randrange(2**32)
        words = ["--long", f"--hypothesis-seed={seed}", *words]
        say(f"seed {seed}: repeat with --hypothesis-seed={seed}")
    cover = COVER if options.cover else ()
    runs = []
    for name, url in _databases(options.only):
        runs.append(_run(name, url, [*cover, *words]))
        cover = ()
    return _close(runs, options.only)


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="./test", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database, not both")
    parser.add_argument(
        "--cover",
        action="store_true",
        help="less than 90 %% of lines covered in the first run fails",
    )
    parser.add_argument("--long", action="store_true", help="add what takes minutes")
    return parser.parse_known_args()


def _databases(only: str | None) -> Iterator[tuple[str, str]]:
    """Name and URL of each database to run on; a server of our own lives until the next is asked."""
    if only != "postgresql":
        yield "SQLite", ""
    if only != "sqlite":
        with _server() as url:
            if url:
                yield "PostgreSQL", url


@contextmanager
def _server() -> Iterator[str]:
    given, programs = os.environ.get("TEST_DATABASE_URL", ""), binaries()
    if given or programs is None:
        yield given
    else:
        with cluster(programs) as url:
            yield url


def _run(name: str, url: str, words: list[str]) -> Run:
    say(f"\n{name}")
    colour = "yes" if sys.stdout.isatty() else "no"
    command = (
        str(VENV / "bin" / "python"), "-m", "pytest", "-n", WORKERS, "--dist", "worksteal",
        f"--color={colour}", *words,
    )  # fmt: skip
    environ = {**os.environ, "TEST_DATABASE_URL": url} | COUNTING
    closing = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            closing = line.strip() if CLOSING.search(line) else closing
    return Run(name, process.returncode, closing or f"pytest ended early ({process.returncode})")


def _close(runs: list[Run], only: str | None) -> int:
    say("")
    if only is None and len(runs) == 1:
        say(NO_SERVER)
    for run in runs:
        say(f"{run.database}:")
        say(run.closing)
    return max(run.code for run in runs) if runs else 1


if __name__ == "__main__":
    sys.exit(main())
