"""The list by each filter on page 1 and far behind, the desks, one case."""

import json
from typing import Any
from urllib.parse import urlencode

from bench._asked import STATEMENTS, TIMES, Keys, at_pages, statements, times, too_many
from bench._stage import CITY, Environ, run, serving

CASES = 1_000_000


def measure(name: str, environ: Environ, keys: Keys) -> list[str]:
    """Print the times on one database; says which page took too many statements."""
    pages = _pages(json.loads(run(environ, "bench._pages")))
    with serving(CITY, environ) as port:
        for title, who, urls in pages:
            caller = at_pages(port, keys[who])
            told = [f"{words} {times(caller, [url] * TIMES)}" for words, url in urls.items()]
            print(f"  {name}: {title}  {', '.join(told)}  p95 ≤ 100 ms", flush=True)
    with serving("bench._counted:application", environ) as port:
        counts = {
            url: statements(at_pages(port, keys[who]), url)
            for _, who, urls in pages
            for url in urls.values()
        }
    most = max(counts, key=lambda url: counts[url])
    print(
        f"  {name}: most statements of a page  {counts[most]} ({most.split('&after')[0]})  at most {STATEMENTS}"
    )
    return too_many(name, counts)


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
