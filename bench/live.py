"""Open streams: what they cost, how fast an act reaches other screens, and what the bridge to WSGI takes from pages.

Pages are asked by the same clients, in turns, from the server as it is and from WSGI alone with the same four threads.
Fails when the open streams take more statements than a fixed number, whoever many they are, or when one is not told.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from bench._stage import CITY, Caller, Environ, percentile, run, serving, stages
from bench.intake import REPORT
from tools.start import LOCAL

WSGI = "chengyun.config.wsgi:application"
STREAMS = 200
ACTS = 20
TURNS, TURN = 6, 1.5
MOST_STATEMENTS = 12.0
"""In a second, by the one thread that reads for all streams, while nothing happens."""


def main() -> None:
    wrong = []
    for name, environ in stages():
        run(environ, "collectstatic", "--no-input", "--verbosity", "0")
        keys = json.loads(run(environ, "bench._live", str(STREAMS)))
        _compare(name, environ, keys)
        wrong += _listen(name, environ, keys)
    if wrong:
        sys.exit("; ".join(wrong))


# What the bridge takes ------------------------------------------------------------------------------


def _compare(name: str, environ: Environ, keys: dict[str, Any]) -> None:
    pages = {
        "/healthz": "/healthz",
        "login page": "/login/",
        "desk": "/desk/",
        "one case": f"/cases/{keys['code']}/",
        "a style sheet": "/static/ui/tokens.css",
    }
    with serving(WSGI, environ) as before, serving(CITY, environ) as now:
        for title, url in pages.items():
            for clients in (1, 8):
                told = _turns({WSGI: before, CITY: now}, url, clients, keys["sessions"][0])
                share = told[CITY] / told[WSGI] - 1
                what = f"{name}: {title}, {clients} client{'s' if clients > 1 else ''}"
                figures = f"{told[WSGI]:,.0f} before, {told[CITY]:,.0f} now, per second"
                print(f"  {what}  {figures} ({share:+.0%})  within 10 % on pages", flush=True)


def _turns(ports: dict[str, int], url: str, clients: int, session: str) -> dict[str, float]:
    """Requests per second of each server, asked in turns: what else the machine does meets both."""
    counts = dict.fromkeys(ports, 0)
    callers = {k: [_caller(port, session) for _ in range(clients)] for k, port in ports.items()}
    for some in callers.values():
        some[0].get(url)
    with ThreadPoolExecutor(clients) as pool:
        for _ in range(TURNS):
            for key, some in callers.items():
                end = time.perf_counter() + TURN
                counts[key] += sum(pool.map(_asking(url, end), some))
    return {key: count / (TURNS * TURN) for key, count in counts.items()}


def _asking(url: str, end: float) -> Callable[[Caller], int]:
    def ask(caller: Caller) -> int:
        done = 0
        while time.perf_counter() < end:
            if caller.get(url).status != 200:
                raise RuntimeError(f"{url} was not answered")
            done += 1
        return done

    return ask


def _caller(port: int, session: str) -> Caller:
    return Caller(port, Cookie=session)


# What streams cost ----------------------------------------------------------------------------------


def _listen(name: str, environ: Environ, keys: dict[str, Any]) -> list[str]:
    with serving("bench._asgi:application", environ) as port:
        caller, actor = Caller(port), Caller(port, Authorization=f"Bearer {keys['token']}")
        for _ in range(50):
            actor.get("/api/v1/cases?limit=1")
        before = caller.get("/cost").json()
        with streams(port, keys["sessions"]) as ears:
            time.sleep(3)
            began = caller.get("/cost").json()
            time.sleep(10)
            ended = caller.get("/cost").json()
            statements = (ended["statements"] - began["statements"]) / 10
            memory = (ended["memory"] - before["memory"]) / STREAMS / 1024
            print(f"  {name}: {ended['streams']} open streams  {statements:.1f} statements/s")
            print(f"  {name}: memory of one stream  {memory:.0f} KB")
            waits, missing = _acts(actor, ears)
    told = ", ".join(f"{percentile(waits, share) * 1000:.0f}" for share in (0.5, 0.95, 1.0))
    print(f"  {name}: from an act to {STREAMS} screens, median, p95, last  {told} ms  ≤ 1000 ms")
    wrong = [f"{name}: {missing} streams were not told"] if missing else []
    if statements > MOST_STATEMENTS or ended["streams"] != STREAMS:
        wrong.append(f"{name}: {ended['streams']} streams take {statements} statements/s")
    return wrong


@contextmanager
def streams(port: int, sessions: list[str]) -> Iterator[selectors.BaseSelector]:
    ears = selectors.DefaultSelector()
    for session in sessions:
        line = socket.create_connection((LOCAL, port), timeout=20)
        head = f"GET /events/ HTTP/1.1\r\nHost: {LOCAL}:{port}\r\nCookie: {session}\r\n\r\n"
        line.sendall(head.encode())
        line.setblocking(False)
        ears.register(line, selectors.EVENT_READ)
    try:
        yield ears
    finally:
        for key in list(ears.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]


def _acts(actor: Caller, ears: selectors.BaseSelector) -> tuple[list[float], int]:
    """Report cases one by one; how long after each answer every stream was told, and how many never were."""
    waits, missing = [], 0
    for _ in range(ACTS):
        _drain(ears)
        sent = actor.post("/api/v1/cases", REPORT)
        done = time.perf_counter()
        told = _told(ears, sent.json()["code"].encode(), done + 3)
        waits += [max(moment - done, 0.0) for moment in told]
        missing += STREAMS - len(told)
        time.sleep(0.17)
    return waits, missing


def _drain(ears: selectors.BaseSelector) -> None:
    for key, _ in ears.select(0):
        key.fileobj.recv(65536)  # type: ignore[union-attr]


def _told(ears: selectors.BaseSelector, code: bytes, until: float) -> list[float]:
    heard: dict[int, float] = {}
    while len(heard) < STREAMS and time.perf_counter() < until:
        for key, _ in ears.select(0.05):
            if code in key.fileobj.recv(65536):  # type: ignore[union-attr]
                heard.setdefault(key.fd, time.perf_counter())
    return list(heard.values())


if __name__ == "__main__":
    main()
