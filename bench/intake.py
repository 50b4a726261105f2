"""Cases opened per second over HTTP with everything that belongs to one, beside a bare handler that inserts one row.

Four clients keep their connections open; rounds of both alternate, so that both meet the same machine.
"""

import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from bench._stage import CITY, Caller, Environ, run, serving, stages

CLIENTS = 4
ROUNDS = 5
SECONDS = 4.0
STATEMENTS = 8
REPORT = {
    "source": "inspector",
    "class": "P0103",
    "description": "雨水井盖不见，井口约 70 厘米，夜里没有灯，已有电动车绊倒",
    "lon": 115.979,
    "lat": 36.451,
    "reporter_name": "周启明",
    "reporter_phone": "13800002046",
}


def main() -> None:
    counts = {name: measure(name, environ) for name, environ in stages()}
    if wrong := {name: n for name, n in counts.items() if n > STATEMENTS}:
        sys.exit(f"too many statements for one case: {wrong}, at most {STATEMENTS}")


def measure(name: str, environ: Environ) -> int:
    """Print the rates on one database; the number of statements of one case."""
    token = run(environ, "bench._city", "inspector").strip()
    statements = _statements(environ, token)
    with serving("bench._bare_asgi:application", environ) as bare, serving(CITY, environ) as city:
        rates: dict[str, list[float]] = {"/bare": [], "/api/v1/cases": []}
        for _ in range(ROUNDS):
            rates["/bare"].append(_rate(bare, "/bare", token))
            rates["/api/v1/cases"].append(_rate(city, "/api/v1/cases", token))
    base, cases = (statistics.median(found) for found in rates.values())
    print(f"  {name}: bare handler, one row  {base:.0f} /s  baseline")
    print(f"  {name}: cases opened  {cases:.0f} /s")
    print(f"  {name}: cases / bare  {cases / base:.2f}  aim ≥ 0.2")
    print(
        f"  {name}: SQL statements of one case, BEGIN and COMMIT included  {statements}  at most 8"
    )
    return statements


def _statements(environ: Environ, token: str) -> int:
    """Of a case in the middle of the day: what hardly changes has been read before."""
    with serving("bench._counted:application", environ) as port:
        caller = Caller(port, Authorization=f"Bearer {token}")
        answers = [caller.post("/api/v1/cases", REPORT) for _ in range(3)]
    return int(answers[-1].head["x-statements"])


def _rate(port: int, path: str, token: str) -> float:
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = list(clients.map(lambda _: _client(port, path, token), range(CLIENTS)))
    return sum(done) / SECONDS


def _client(port: int, path: str, token: str) -> int:
    """How many rows one client makes in a round; anything but 201 stops the bench."""
    caller = Caller(port, Authorization=f"Bearer {token}")
    request = caller.request("POST", path, json.dumps(REPORT).encode())
    done, end = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        answer = caller.send(request)
        if answer.status != 201:
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()[:200]}")
        done += 1
    return done


if __name__ == "__main__":
    main()
