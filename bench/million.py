"""A million cases with eight audit rows each: the list by each filter on page 1 and far behind, the desk, one case.

Server time is what one client on a kept connection waits for the whole page from granian as `./run` starts it. Fails
when a page takes more than twelve statements. Takes about ten minutes and 6 GB of disk for each database.
"""

import json
import sys
from typing import Any
from urllib.parse import urlencode

from bench._stage import CITY, Caller, Environ, percentile, run, serving, stages

TIMES = 40
STATEMENTS = 12
CASES = 1_000_000

Keys = dict[str, dict[str, str]]


def main() -> None:
    most = {}
    for name, environ in stages():
        keys = json.loads(run(environ, "bench._million"))
        most[name] = measure(name, environ, keys)
    if wrong := {name: n for name, n in most.items() if n > STATEMENTS}:
        sys.exit(f"too many statements for one page: {wrong}, at most {STATEMENTS}")


def measure(name: str, environ: Environ, keys: Keys) -> int:
    """Print the times on one database; the most statements a page took."""
    run(environ, "collectstatic", "--no-input", "--verbosity", "0")
    pages = _pages(json.loads(run(environ, "bench._pages")))
    with serving(CITY, environ) as port:
        for title, who, urls in pages:
            caller = _caller(port, keys[who])
            told = [f"{words} {_times(caller, url)}" for words, url in urls.items()]
            print(f"  {name}: {title}  {', '.join(told)}  p95 ≤ 100 ms", flush=True)
    with serving("bench._counted:application", environ) as port:
        counts = {
            url: _statements(_caller(port, keys[who]), url)
            for _, who, urls in pages
            for url in urls.values()
        }
    most = max(counts, key=lambda url: counts[url])
    print(
        f"  {name}: most statements of a page  {counts[most]} ({most.split('&after')[0]})  at most 12"
    )
    return counts[most]


def _pages(lists: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, str]]]:
    """Title, person, and URLs by what they are."""
    found = [_list(given) for given in lists]
    code = "2511210007"
    found.append(("desk, what a district must dispatch", "dispatcher", {"page 1": "/desk/"}))
    found.append(("desk, what a department must handle", "department", {"page 1": "/desk/"}))
    found.append(("desk, what an inspector must check", "inspector", {"page 1": "/desk/"}))
    found.append(("one case with its timeline", "leader", {"page": f"/cases/{code}/"}))
    found.append(("one case beside the list", "leader", {"page": f"/cases/{code}/preview/"}))
    return found


def _list(given: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    total, values = given["total"], given["values"]
    title = f"cases by {given['name']}, {total / CASES:.1%} of the rows"
    urls = {"page 1": f"/cases/?{urlencode(values)}"}
    if given["mark"]:
        far = min(1000, -(-total // 50))
        urls[f"page {far:,}"] = f"/cases/?{urlencode({**values, 'after': given['mark']})}"
    return title, given["who"], urls


def _caller(port: int, key: dict[str, str]) -> Caller:
    return Caller(port, Cookie=f"chengyun_session={key['session']}")


def _times(caller: Caller, url: str) -> str:
    """Median and 95th percentile in ms; the page has been opened once before."""
    taken = []
    for _ in range(TIMES + 1):
        answer = caller.get(url)
        if answer.status != 200:
            raise RuntimeError(f"{url}: {answer.status}")
        taken.append(answer.seconds * 1000)
    return f"{percentile(taken[1:], 0.5):.0f} / {percentile(taken[1:], 0.95):.0f} ms"


def _statements(caller: Caller, url: str) -> int:
    """Of a page as people meet it: what is kept for some seconds has been read."""
    return [int(caller.get(url).head["x-statements"]) for _ in range(2)][-1]


if __name__ == "__main__":
    main()
