"""Texts that come from outside through the API."""

from __future__ import annotations

from pydantic import AfterValidator


def storable(text: str) -> str:
    """Text both databases can keep: no control character but line breaks and tabs, no lone surrogate."""
    if any((c < " " and c not in "\n\r\t") or "\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("unstorable text")
    return text


Storable = AfterValidator(storable)
"""Behind the length of a text: ``Annotated[str, StringConstraints(max_length=40), Storable]``."""
