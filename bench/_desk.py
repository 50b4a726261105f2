"""A bureau at work: many people at their desks with an open event stream, each a page or a verb every ten seconds.

Operators accept a case every second time. Who asks does not wait for who asked before: each request has its moment,
and its time counts from that moment on.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench._asked import Keys, at_api, at_pages
from bench._stage import CITY, Caller, Environ, percentile, run, serving
from bench.live import streams
from tools.install import ROOT, VENV

DESKS, PERIOD, ROUNDS = 200, 10.0, 7
"""The first round, in which everybody comes in, is not counted."""
PAGES = ("/desk/", "/cases/", "/cases/{code}/", "/cases/?state=handling", "/cases/?live=1&late=1")
ACTS = DESKS * (ROUNDS // 2)


@dataclass
class Told:
    """What the requests took, in seconds, and what went wrong."""

    pages: list[float] = field(default_factory=list)
    verbs: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One person's two connections: the browser's and, for verbs, the API's."""

    number: int
    accepts: bool
    codes: list[str]
    pages: Caller
    verbs: Caller


def measure(name: str, environ: Environ, keys: Keys) -> list[str]:
    """Print what one page and one verb take; says which request was not answered as it should be."""
    given = json.loads(run(environ, "bench._desks", str(DESKS), str(ACTS)))
    told = Told()
    with serving(CITY, environ) as port, _working(environ), _listening(port, given["desks"]):
        desks = [
            Desk(
                number=number,
                accepts=key["role"] == "operator",
                codes=given["codes"][number::DESKS],
                pages=at_pages(port, key),
                verbs=at_api(port, key),
            )
            for number, key in enumerate(given["desks"])
        ]
        for url in PAGES:
            desks[0].pages.get(url.format(code=given["codes"][-1]))
        spent, began = time.process_time(), time.perf_counter()
        _work(desks, told)
        share = (time.process_time() - spent) / (time.perf_counter() - began)
    for what, taken in (("page", told.pages), ("verb", told.verbs)):
        figures = ", ".join(f"{percentile(taken, s) * 1000:.0f}" for s in (0.5, 0.95, 1.0))
        print(f"  {name}: {DESKS} desks, a {what}: median, p95, last  {figures} ms  p95 ≤ 300 ms")
    print(
        f"  {name}: {len(told.pages) + len(told.verbs)} requests, not answered  {len(told.wrong)}"
    )
    print(f"  {name}: who asks takes of one core  {share:.0%}", flush=True)
    return [f"{name}: {sentence}" for sentence in told.wrong[:5]]


def _work(desks: list[Desk], told: Told) -> None:
    """Every desk asks once a period, each at its own moment of it."""
    begin = time.perf_counter() + 1
    with ThreadPoolExecutor(len(desks)) as pool:
        for desk in desks:
            pool.submit(_ask, desk, begin + desk.number * PERIOD / len(desks), told)


def _ask(desk: Desk, begin: float, told: Told) -> None:
    for turn in range(ROUNDS):
        at = begin + turn * PERIOD
        time.sleep(max(0.0, at - time.perf_counter()))
        verb = desk.accepts and turn % 2 == 1
        try:
            answer = _accept(desk, turn) if verb else _look(desk, turn)
        except (OSError, ValueError) as error:
            told.wrong.append(f"a request of {desk.number} broke: {error}")
            return
        if turn:
            (told.verbs if verb else told.pages).append(time.perf_counter() - at)
        if answer.status != 200:
            told.wrong.append(f"{answer.status} {answer.body[:120]!r}")


def _look(desk: Desk, turn: int) -> Any:
    page = PAGES[(desk.number + turn) % len(PAGES)]
    return desk.pages.get(page.format(code=desk.codes[turn // 2 % len(desk.codes)]))


def _accept(desk: Desk, turn: int) -> Any:
    return desk.verbs.post(f"/api/v1/cases/{desk.codes[turn // 2]}/accept", {"class": "E0110"})


@contextmanager
def _working(environ: Environ) -> Iterator[None]:
    words = (VENV / "bin" / "chengyun", "worker")
    with subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) as worker:
        try:
            yield
        finally:
            worker.terminate()


@contextmanager
def _listening(port: int, desks: list[dict[str, str]]) -> Iterator[None]:
    """Each desk's open page hears what others do; what it hears is read and forgotten."""
    sessions = [f"chengyun_session={key['session']}" for key in desks]
    ended = threading.Event()
    with streams(port, sessions) as ears:
        reader = threading.Thread(target=_read, args=(ears, ended), daemon=True)
        reader.start()
        try:
            yield
        finally:
            ended.set()
            reader.join()


def _read(ears: Any, ended: threading.Event) -> None:
    while not ended.is_set():
        for key, _ in ears.select(0.2):
            os.read(key.fd, 65_536)
