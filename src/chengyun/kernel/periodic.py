"""Periodic work: a declared table run by the worker, each run claimed by a conditional update."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from chengyun.kernel import clock, registry
from chengyun.kernel.models.machinery import PeriodicRun
from chengyun.kernel.specs import Periodic

log = logging.getLogger(__name__)


def lanes() -> set[str]:
    """The lanes jobs run in, side by side."""
    return {job.lane for job in registry.all_of(Periodic)}


def lanes_apart() -> set[str]:
    """The lanes that have a process of their own."""
    return {job.lane for job in registry.all_of(Periodic) if job.apart}


def is_due(lane: str) -> bool:
    """Whether a job of a lane is due."""
    return next(_due(lane), None) is not None


def run_due(lane: str = "") -> int:
    """Run every periodic job of a lane that is due and not claimed by another worker; how many ran."""
    ran = 0
    for job, run, mark in _due(lane):
        if _claim(run, job):
            ran += 1
            _run(job, mark)
    return ran


def _due(lane: str) -> Iterator[tuple[Periodic, PeriodicRun, str]]:
    """The jobs whose time has come and that have something to do, with what that is."""
    now = clock.now()
    runs = {run.key: run for run in PeriodicRun.objects.all()}
    for job in registry.all_of(Periodic):
        if job.lane != lane:
            continue
        run = (
            runs.get(job.key)
            or PeriodicRun.objects.get_or_create(key=job.key, defaults={"next_at": now})[0]
        )
        if run.next_at <= now:
            mark = job.mark() if job.mark else ""
            if not job.mark or mark != run.mark:
                yield job, run, mark


def _claim(run: PeriodicRun, job: Periodic) -> bool:
    now = clock.now()
    mine = PeriodicRun.objects.filter(key=run.key, next_at=run.next_at)
    next_at = now + max(job.every, timedelta(milliseconds=200))
    return bool(mine.update(next_at=next_at, last_at=now, error=""))


def _run(job: Periodic, mark: str) -> None:
    row = PeriodicRun.objects.filter(key=job.key)
    try:
        job.run()
        if mark:
            row.update(mark=mark)
    except Exception as error:
        log.exception("periodic job %s failed", job.key)
        row.update(error=str(error) or type(error).__name__)
