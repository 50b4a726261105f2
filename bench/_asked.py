"""Pages and answers asked for again and again by one client on a kept connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench._stage import Caller, percentile

STATEMENTS = 12
"""So many may one page take."""
TIMES = 40

Key = dict[str, str]
Keys = dict[str, Key]


def at_pages(port: int, key: Key) -> Caller:
    return Caller(port, Cookie=f"chengyun_session={key['session']}")


def at_api(port: int, key: Key) -> Caller:
    return Caller(port, Authorization=f"Bearer {key['token']}")


def times(caller: Caller, urls: Sequence[str]) -> str:
    """Median and 95th percentile in ms, after one to warm up."""
    taken = []
    for url in [urls[0], *urls]:
        answer = caller.get(url)
        if answer.status not in (200, 302):
            raise RuntimeError(f"{url}: {answer.status} {answer.body[:200]!r}")
        taken.append(answer.seconds * 1000)
    return f"{percentile(taken[1:], 0.5):.0f} / {percentile(taken[1:], 0.95):.0f} ms"


def statements(caller: Caller, url: str) -> int:
    """Of an answer as people meet it: what is kept for some seconds has been read, and is not just being read anew."""
    return min(int(caller.get(url).head["x-statements"]) for _ in range(3))


def too_many(name: str, counts: Mapping[str, int]) -> list[str]:
    """One sentence for each page that took too many."""
    return [
        f"{name}: {url} took {count} statements, at most {STATEMENTS}"
        for url, count in counts.items()
        if count > STATEMENTS
    ]
