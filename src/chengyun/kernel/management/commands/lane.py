"""``chengyun lane``: the periodic jobs of one lane, in a process that ends when nothing is left to do."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from chengyun.kernel import periodic

QUIET = 20.0
"""Seconds without any work, after which the memory is given back."""
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
YIELDING = 10
"""How much it stands back for the pages people wait for (nice)."""


class Command(BaseCommand):
    help = "Run periodic jobs of one lane until there are none for a while; the worker starts it."
    requires_system_checks = ()  # they would load every page

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lane", choices=sorted(periodic.lanes_apart()))
        parser.add_argument("worker", type=int, help="the process it works for, and ends with")

    def handle(self, *, lane: str, worker: int, **options: Any) -> None:
        os.nice(YIELDING)
        _end_with_parent()
        worked = time.monotonic()
        while os.getppid() == worker and time.monotonic() - worked < QUIET:
            if periodic.run_due(lane):
                worked = time.monotonic()
            close_old_connections()
            time.sleep(0.5)


def _end_with_parent() -> None:
    """At once where the system can; elsewhere it is seen between two jobs."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(DIE_WITH_PARENT, signal.SIGKILL)
