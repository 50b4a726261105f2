"""Searched by words of every weight, by codes whole and short, and what is offered while typing.

The words are in none, some or all of the rows.
"""

from urllib.parse import urlencode

from bench._asked import STATEMENTS, TIMES, Keys, at_pages, statements, times, too_many
from bench._stage import CITY, Environ, serving

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


def measure(name: str, environ: Environ, keys: Keys) -> list[str]:
    """Print the times on one database; says which page took too many statements."""
    with serving(CITY, environ) as port:
        for who in PEOPLE:
            caller = at_pages(port, keys[who])
            for title, url in _pages().items():
                told = times(caller, [url] * TIMES)
                print(f"  {name}: {who}, {title}  {told}  p95 ≤ 100 ms", flush=True)
    with serving("bench._counted:application", environ) as port:
        caller = at_pages(port, keys["dispatcher"])
        counts = {url: statements(caller, url) for url in _pages().values()}
    most = max(counts, key=lambda url: counts[url])
    print(f"  {name}: most statements of a page  {counts[most]} ({most})  at most {STATEMENTS}")
    return too_many(name, counts)


def _pages() -> dict[str, str]:
    """What is measured: the list a search leads to, where a code leads, and the suggestions."""
    lists = {f"list by {title}": f"/cases/?{urlencode({'q': w})}" for title, w in WORDS.items()}
    codes = {title: f"/find/?{urlencode({'q': words})}" for title, words in CODES.items()}
    offers = {
        f"suggestions for {title}": f"/find/suggest/?{urlencode({'q': words})}"
        for title, words in {**WORDS, **CODES}.items()
    }
    return lists | codes | offers
