"""A bureau's day over HTTP: 3,000 cases, 40 inspectors, 6 desks, 60 units, a bad network, a worker killed three times.

The clock runs faster, for the city and its worker alike; verbs, timers, mail and the signed calls are real. In the end
our own ledger of what was sent is reconciled with lists, audit and messages; any difference fails the bench.
BENCH_DAY_CASES and BENCH_DAY_SPEED make it smaller or faster.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from bench._stage import Environ, run, serving, stages
from tools.install import ROOT, VENV
from tools.start import LOCAL, free_port

CASES = int(os.environ.get("BENCH_DAY_CASES", "3000"))
SPEED = float(os.environ.get("BENCH_DAY_SPEED", "45"))
INSPECTORS, UNITS, HOURS = 40, 60, 10
KILLS = (0.25, 0.5, 0.75)
PYTHON = VENV / "bin" / "python"


def main() -> None:
    failed = [name for name, environ in stages() if not _day(name, environ)]
    if failed:
        sys.exit(f"the day does not add up on {', '.join(failed)}")


def _day(name: str, environ: Environ) -> bool:
    mail, hook = free_port(), free_port()
    environ = environ | {
        "CHENGYUN_SMTP_HOST": LOCAL,
        "CHENGYUN_SMTP_PORT": str(mail),
        "CHENGYUN_SMTP_SECURITY": "none",
        "CHENGYUN_SMTP_FROM": "city@day.example",
        "CHENGYUN_WEBHOOK_NETWORKS": f"{LOCAL}/32",
    }
    run(environ, "migrate", "--no-input", "--verbosity", "0")
    run(environ, "collectstatic", "--no-input", "--verbosity", "0")
    run(environ, "demo", "--days", "9")
    who = run(environ, "bench._day_people", str(INSPECTORS), str(UNITS), f"http://{LOCAL}:{hook}/")
    environ |= {"BENCH_DAY": f"{time.time()} {_morning().isoformat()} {SPEED}"}
    with serving("bench._day_asgi:application", environ) as port, _worker(name, environ):
        given = json.loads(who) | {
            "url": f"http://{LOCAL}:{port}", "cases": CASES, "hours": HOURS, "mail": mail,
            "hook": hook,
        }  # fmt: skip
        command: list[str | Path] = [PYTHON, "-m", "bench._day"]
        done = subprocess.run(command, cwd=ROOT, env=environ, input=json.dumps(given), text=True)
    return done.returncode == 0


def _morning() -> datetime:
    """Eight o'clock in China on the next Monday, so that it is a working day and lies ahead of the demo's history."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


@contextmanager
def _worker(name: str, environ: Environ) -> Iterator[None]:
    """A worker that is killed without a word three times in the day, and started again each time."""
    over = Event()
    thread = Thread(target=_keep_working, args=(name, environ, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep_working(name: str, environ: Environ, over: Event) -> None:
    began = time.monotonic()
    for kill in (*KILLS, None):
        moment = None if kill is None else began + kill * HOURS * 3600 / SPEED
        words: list[str | Path] = [PYTHON, "-m", "bench._day_worker", "worker"]
        with subprocess.Popen(words, cwd=ROOT, env=environ, process_group=0) as worker:
            over.wait(None if moment is None else max(0.0, moment - time.monotonic()))
            os.killpg(worker.pid, signal.SIGKILL)
        if over.is_set():
            return
        print(f"  {name}: worker killed  at {kill:.0%} of the day", flush=True)


if __name__ == "__main__":
    main()
