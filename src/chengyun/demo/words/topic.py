"""What a topic of reports consists of: its class, its unit, and the words people use for it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A common problem. ``condition`` is a part of the filing condition's text it is filed under.

    ``limit`` repeats that condition's limit so that a plan can be made without a database. ``seen`` are an inspector's
    words, ``told`` a citizen's, ``done`` results; slots are {n}, {cm}, {m} and {days}.
    """

    key: str
    class_code: str
    condition: str
    limit: tuple[str, str]
    photo: str
    unit: str
    weight: int
    spot: str
    seen: tuple[str, ...]
    told: tuple[str, ...]
    done: tuple[str, ...]
