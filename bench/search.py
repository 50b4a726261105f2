"""A million cases searched: by words of every weight, by codes whole and short, and what is offered while typing.

Server time is what one client on a kept connection waits for the whole page from granian as `./run` starts it. The
words are in none, some or all of the rows. Fails when a page takes more than twelve statements. Fills a database as
the bench of the lists does: about ten minutes and 6 GB of disk for each, fewer with BENCH_CASES.
"""

import json
import sys
from urllib.parse import urlencode

from bench._stage import CITY, Caller, Environ, percentile, run, serving, stages

TIMES = 40
STATEMENTS = 12

WORDS = {
    "a word of one case in eight": "井盖",
    "a word of every case": "柳园路",
    "two words, one of them in every case": "积水 柳园路",
    "a class by its name": "雨水井盖",
    "pinyin initials": "ysjg",
    "a word of no case": "直升机",
}
CODES = {"a whole code": "2511210007", "a short code": "1121-0007"}
PEOPLE = ("leader", "dispatcher", "officer", "department", "inspector")

Keys = dict[str, dict[str, str]]


def main() -> None:
    most = {}
    for name, environ in stages():
        keys = json.loads(run(environ, "bench._million"))
        run(environ, "collectstatic", "--no-input", "--verbosity", "0")
        most[name] = measure(name, environ, keys)
    if wrong := {name: n for name, n in most.items() if n > STATEMENTS}:
        sys.exit(f"too many statements for one page: {wrong}, at most {STATEMENTS}")


def measure(name: str, environ: Environ, keys: Keys) -> int:
    """Print the times on one database; the most statements a page took."""
    with serving(CITY, environ) as port:
        for who in PEOPLE:
            caller = _caller(port, keys[who])
            for title, url in _pages().items():
                print(f"  {name}: {who}, {title}  {_times(caller, url)}  p95 ≤ 100 ms", flush=True)
    with serving("bench._counted:application", environ) as port:
        caller = _caller(port, keys["dispatcher"])
        counts = {url: _statements(caller, url) for url in _pages().values()}
    most = max(counts, key=lambda url: counts[url])
    print(f"  {name}: most statements of a page  {counts[most]} ({most})  at most {STATEMENTS}")
    return counts[most]


def _pages() -> dict[str, str]:
    """What is measured: the list a search leads to, where a code leads, and the suggestions."""
    lists = {f"list by {title}": f"/cases/?{urlencode({'q': w})}" for title, w in WORDS.items()}
    codes = {title: f"/find/?{urlencode({'q': words})}" for title, words in CODES.items()}
    offers = {
        f"suggestions for {title}": f"/find/suggest/?{urlencode({'q': words})}"
        for title, words in {**WORDS, **CODES}.items()
    }
    return lists | codes | offers


def _caller(port: int, key: dict[str, str]) -> Caller:
    return Caller(port, Cookie=f"chengyun_session={key['session']}")


def _times(caller: Caller, url: str) -> str:
    """Median and 95th percentile in ms; the page has been opened once before."""
    taken = []
    for _ in range(TIMES + 1):
        answer = caller.get(url)
        if answer.status not in (200, 302):
            raise RuntimeError(f"{url}: {answer.status}")
        taken.append(answer.seconds * 1000)
    return f"{percentile(taken[1:], 0.5):.0f} / {percentile(taken[1:], 0.95):.0f} ms"


def _statements(caller: Caller, url: str) -> int:
    """Of a page as people meet it: what is kept for some seconds has been read."""
    return [int(caller.get(url).head["x-statements"]) for _ in range(2)][-1]


if __name__ == "__main__":
    main()
