"""``chengyun worker``: queued tasks, periodic jobs and event delivery in one process."""

from __future__ import annotations

import logging
import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from chengyun.kernel import periodic

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Run background work until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        ticking = [
            threading.Thread(target=_tick, args=(stop, lane), name=f"periodic {lane}", daemon=True)
            for lane in sorted(periodic.lanes())
        ]
        for thread in ticking:
            thread.start()
        try:
            call_command("db_worker", interval=1.0, startup_delay=False, reload=False)
        finally:
            stop.set()
            for thread in ticking:
                thread.join(timeout=5)


def _tick(stop: threading.Event, lane: str) -> None:
    while not stop.wait(0.5):
        try:
            periodic.run_due(lane)
        except Exception:
            log.exception("periodic work failed; trying again")
        finally:
            close_old_connections()
