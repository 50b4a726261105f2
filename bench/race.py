"""Fifty clients press one button on one case at the same moment: one wins, the others are told that they came late."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from bench._stage import CITY, Caller, Environ, run, serving, stages
from bench.intake import REPORT

CLIENTS = 50
CASES = 10
EXPECTED = {200: CASES, 409: CASES * (CLIENTS - 1)}


def main() -> None:
    answers = {name: race(name, environ) for name, environ in stages()}
    if wrong := {name: dict(found) for name, found in answers.items() if found != EXPECTED}:
        sys.exit(f"wrong answers: {wrong}, expected {EXPECTED}")


def race(name: str, environ: Environ) -> Counter[int]:
    """Print and return how often each status was answered on one database."""
    inspector, operator = run(environ, "bench._city", "inspector", "operator").split()
    with serving(CITY, environ) as port:
        reporter = Caller(port, Authorization=f"Bearer {inspector}")
        codes = [reporter.post("/api/v1/cases", REPORT).json()["code"] for _ in range(CASES)]
        clients = [Caller(port, Authorization=f"Bearer {operator}") for _ in range(CLIENTS)]
        found = Counter(status for code in codes for status in _press(clients, code))
    told = ", ".join(f"{count} × {status}" for status, count in sorted(found.items()))
    print(f"  {name}: {CLIENTS} clients accept one case, {CASES} times  {told}  one 200 per case")
    return found


def _press(clients: list[Caller], code: str) -> list[int]:
    together = Barrier(CLIENTS)

    def press(client: Caller) -> int:
        together.wait()
        return client.post(f"/api/v1/cases/{code}/accept", {"version": 1}).status

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(press, clients))


if __name__ == "__main__":
    main()
