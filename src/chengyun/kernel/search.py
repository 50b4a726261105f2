"""One search on both databases: a column of bigrams, kept by the verb that writes the row.

Chinese has no spaces, so every run of Chinese characters is cut into overlapping pairs; codes and Latin words are kept
whole. A query is cut the same way and all its parts must occur.
"""

from __future__ import annotations

import re

RUN = re.compile(r"[㐀-鿿]+|[a-z0-9]+")


def terms(text: str) -> list[str]:
    """The search terms of a text, in order: bigrams of Chinese runs, whole Latin and digit runs."""
    found: list[str] = []
    for run in RUN.findall(text.lower()):
        if run[0].isascii():
            found.append(run)
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def document(*texts: str) -> str:
    """What is stored in a row's search column: each term once, separated by spaces."""
    return " ".join(dict.fromkeys(term for text in texts for term in terms(text)))
