"""The check for duplicates and the list of repeated problems among a million cases, over HTTP.

Server time is what one client on a kept connection waits for the whole answer. Fails when a check takes more statements
than those of any request and two of its own.
"""

import json
import sys
from typing import Any
from urllib.parse import urlencode

from bench._stage import CITY, Caller, Environ, percentile, run, serving, stages

STATEMENTS = 2
WORDS = "雨水井盖不见，请尽快处理"


def main() -> None:
    wrong = {}
    for name, environ in stages():
        keys = json.loads(run(environ, "bench._million"))
        spots = json.loads(run(environ, "bench._alike"))
        if (most := measure(name, environ, keys, spots)) > STATEMENTS:
            wrong[name] = most
    if wrong:
        sys.exit(f"a check for duplicates took {wrong} statements of its own, at most {STATEMENTS}")


def measure(name: str, environ: Environ, keys: dict[str, dict[str, str]], spots: Any) -> int:
    """Print the times on one database; the statements of a check beside those of the barest request."""
    run(environ, "collectstatic", "--no-input", "--verbosity", "0")
    asked = _asked(spots)
    with serving(CITY, environ) as port:
        caller = _caller(port, keys)
        for title, urls in asked.items():
            print(f"  {name}: {title}  {_times(caller, urls)}  p95 ≤ 20 ms", flush=True)
        page = Caller(port, Cookie=f"chengyun_session={keys['dispatcher']['session']}")
        repeated = _times(page, ["/repeated/"] * 20)
        print(f"  {name}: repeated problems of a district, 30 days  {repeated}  p95 ≤ 300 ms")
    with serving("bench._counted:application", environ) as port:
        caller = _caller(port, keys)
        bare = _statements(caller, "/api/v1/classes")
        urls = [_new(*at) for at in (spots["corner"], *spots["places"][:5])]
        most = max(_statements(caller, url) - bare for url in urls)
    print(
        f"  {name}: statements of a check beside those of any request  {most}  at most {STATEMENTS}"
    )
    return most


def _asked(spots: Any) -> dict[str, list[str]]:
    """What is asked for, by what it is."""
    of_case = {
        "a case nobody else reported": spots["alone"],
        "a case at a corner with 27 a day": spots["crowd"],
    }
    found = {
        f"duplicates of {title}": [f"/api/v1/cases/{code}/similar" for code in codes]
        for title, codes in of_case.items()
    }
    found["duplicates of a new report, quiet places"] = [_new(*at) for at in spots["places"]]
    found["duplicates of a new report, the busy corner"] = [_new(*spots["corner"])] * 100
    return found


def _new(lon: float, lat: float) -> str:
    said = {"lon": lon, "lat": lat, "class": "P0103", "description": WORDS}
    return f"/api/v1/similar?{urlencode(said)}"


def _caller(port: int, keys: dict[str, dict[str, str]]) -> Caller:
    return Caller(port, Authorization=f"Bearer {keys['leader']['token']}")


def _times(caller: Caller, urls: list[str]) -> str:
    """Median and 95th percentile in ms, after one to warm up."""
    taken = []
    for url in [urls[0], *urls]:
        answer = caller.get(url)
        if answer.status != 200:
            raise RuntimeError(f"{url}: {answer.status} {answer.body[:200]!r}")
        taken.append(answer.seconds * 1000)
    return f"{percentile(taken[1:], 0.5):.0f} / {percentile(taken[1:], 0.95):.0f} ms"


def _statements(caller: Caller, url: str) -> int:
    """Of an answer as people meet it: what is kept for some seconds has been read."""
    return [int(caller.get(url).head["x-statements"]) for _ in range(2)][-1]


if __name__ == "__main__":
    main()
