"""Periodic work: a declared table run by the worker, each run claimed by a conditional update."""

from __future__ import annotations

import logging
from datetime import timedelta

from chengyun.kernel import clock, registry
from chengyun.kernel.models.machinery import PeriodicRun
from chengyun.kernel.specs import Periodic

log = logging.getLogger(__name__)


def lanes() -> set[str]:
    """The lanes jobs run in, side by side."""
    return {job.lane for job in registry.all_of(Periodic)}


def run_due(lane: str = "") -> int:
    """Run every periodic job of a lane that is due and not claimed by another worker; how many ran."""
    now = clock.now()
    runs = {run.key: run for run in PeriodicRun.objects.all()}
    ran = 0
    for job in registry.all_of(Periodic):
        if job.lane != lane:
            continue
        run = (
            runs.get(job.key)
            or PeriodicRun.objects.get_or_create(key=job.key, defaults={"next_at": now})[0]
        )
        if run.next_at <= now and _claim(run, job):
            ran += 1
            _run(job)
    return ran


def _claim(run: PeriodicRun, job: Periodic) -> bool:
    now = clock.now()
    mine = PeriodicRun.objects.filter(key=run.key, next_at=run.next_at)
    next_at = now + max(job.every, timedelta(milliseconds=200))
    return bool(mine.update(next_at=next_at, last_at=now, error=""))


def _run(job: Periodic) -> None:
    try:
        job.run()
    except Exception as error:
        log.exception("periodic job %s failed", job.key)
        PeriodicRun.objects.filter(key=job.key).update(error=str(error) or type(error).__name__)
