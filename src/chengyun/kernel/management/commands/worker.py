"""``chengyun worker``: queued tasks, periodic jobs and event delivery; what needs much memory runs beside it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from chengyun.kernel import periodic

log = logging.getLogger(__name__)

APART: tuple[str, ...] = (sys.executable, "-m", "django", "lane")
"""What runs a lane in a process of its own."""


class Command(BaseCommand):
    help = "Run background work until stopped."
    requires_system_checks = ()  # they would load every page

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        apart = periodic.lanes_apart()
        ticking = [
            threading.Thread(
                target=_start_apart if lane in apart else _tick,
                args=(stop, lane),
                name=f"periodic {lane}",
                daemon=True,
            )
            for lane in sorted(periodic.lanes())
        ]
        for thread in ticking:
            thread.start()
        try:
            _do_tasks()
        finally:
            stop.set()
            for thread in ticking:
                thread.join(timeout=5)


def _do_tasks() -> None:
    """Queued tasks, until a signal ends it; a database that is away for a while does not."""
    while True:
        try:
            call_command("db_worker", interval=1.0, startup_delay=False, reload=False)
            return
        except (OperationalError, InterfaceError):
            log.exception("the database does not answer; trying again")
            close_old_connections()
            time.sleep(1)


def _tick(stop: threading.Event, lane: str) -> None:
    while not stop.wait(0.5):
        try:
            periodic.run_due(lane)
        except Exception:
            log.exception("periodic work failed; trying again")
        finally:
            close_old_connections()


def _start_apart(stop: threading.Event, lane: str) -> None:
    """Start the lane's process when something is due, and wait until it has ended."""
    while not stop.wait(1):
        try:
            if periodic.is_due(lane):
                _until_ended(stop, _apart(lane))
        except Exception:
            log.exception("periodic work failed; trying again")
        finally:
            close_old_connections()


def _apart(lane: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen((*APART, lane, str(os.getpid())))  # noqa: S603 - our own command


def _until_ended(stop: threading.Event, process: subprocess.Popen[bytes]) -> None:
    with process:
        while process.poll() is None:
            if stop.wait(0.2):
                process.terminate()
