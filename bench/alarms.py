"""From a reading to the alarm on an open page, while all other devices speak.

20,000 readings a second over HTTP from one process (10,000 series, a rule of three levels on each); five times a second
a device tells of water that has stood for a minute, and a stream of events (the one the wall listens to) is told of its
alarm. From before the request to the bytes of the event, on the same machine. One that is not told fails the bench.
"""

import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bench._stage import CITY, Caller, Environ, percentile, run, serving, stages
from bench.telemetry import READINGS, SERIES
from tools.install import ROOT, VENV
from tools.start import GATEWAY, LOCAL

RATE, PROBES, EVERY = 20_000, 200, 0.2
SETTLED, WAIT = 8.0, 30.0
BEGIN = 1_780_000_000_000
EVENT = b"event: alarm\n"


def main() -> None:
    wrong = [each for name, environ in stages() if (each := measure(name, environ))]
    if wrong:
        sys.exit("; ".join(wrong))


def measure(name: str, environ: Environ) -> str:
    """Print how long it takes; what is wrong, "" when nothing is."""
    token = run(environ, "bench._devices", str(SERIES)).strip()
    session = run(environ, "bench._watcher").strip()
    with (
        serving(GATEWAY, environ, processes=1) as gateway,
        serving(CITY, environ, processes=1) as web,
        _stream(web, session) as heard,
        _humming(environ, gateway, token),
        ThreadPoolExecutor(1) as ear,
    ):
        telling = ear.submit(lambda: list(itertools.islice(_alarms(heard), PROBES)))
        caller = Caller(gateway, Authorization=f"Bearer {token}")
        time.sleep(SETTLED)
        sent = [_probe(caller, number) for number in range(PROBES)]
        told = telling.result()
    waits = sorted(after - before for before, after in zip(sent, told, strict=False))
    if len(told) < PROBES:
        return f"{name}: {PROBES - len(told)} alarms were not told"
    shares = ", ".join(f"{percentile(waits, share) * 1000:.0f}" for share in (0.5, 0.95, 0.99))
    what = f"from a reading to its alarm on a page at {RATE:,} readings/s, median, p95, p99"
    print(f"  {name}: {what}  {shares} ms  p99 ≤ 1000 ms")
    return ""


def _probe(caller: Caller, number: int) -> float:
    """When a device of its own began to tell that water has stood for a minute."""
    time.sleep(EVERY)
    device = SERIES - READINGS + number
    body = "\n".join(
        f'{{"device":"JS-{device:05}","point":"depth","at":{BEGIN + minute * 60_000},"value":30}}'
        for minute in range(2)
    )
    began = time.perf_counter()
    if caller.send(caller.request("POST", "/readings", body.encode())).status != 200:
        raise RuntimeError("a reading was not taken")
    return began


@contextmanager
def _humming(environ: Environ, port: int, token: str) -> Iterator[None]:
    words = (VENV / "bin" / "python", "-m", "bench._hum", str(port), token, str(RATE))
    with subprocess.Popen(words, cwd=ROOT, env=environ) as others:
        yield
        if others.poll() is not None:
            raise RuntimeError("the others fell silent")
        others.kill()


@contextmanager
def _stream(port: int, session: str) -> Iterator[socket.socket]:
    with socket.create_connection((LOCAL, port), timeout=WAIT) as line:
        head = f"GET /events/ HTTP/1.1\r\nHost: {LOCAL}:{port}\r\nCookie: {session}\r\n\r\n"
        line.sendall(head.encode())
        yield line


def _alarms(line: socket.socket) -> Iterator[float]:
    """When each alarm was told."""
    rest = b""
    while True:
        try:
            piece = line.recv(65536)
        except TimeoutError:
            return
        now, rest = time.perf_counter(), rest + piece
        for _ in range(rest.count(EVENT)):
            yield now
        rest = rest[-len(EVENT) + 1 :]


if __name__ == "__main__":
    main()
