"""The ways a report can take, and how many of 200 reports take each: an invented plan, no Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

CHECK = ("feed_back", "check_pass", "close")
WORK = ("sign", "handle")
START = ("accept", "file")
WHOLE = (*START, "dispatch", *WORK, *CHECK)


@dataclass(frozen=True, kw_only=True)
class Way:
    """The verbs taken after the report, in order; ``untrue``: a verification finds nothing."""

    verbs: tuple[str, ...]
    share: int
    untrue: bool = False


WAYS = (
    Way(verbs=WHOLE, share=112),
    Way(verbs=("refuse",), share=12),
    Way(verbs=("ask_verify", "verify", *WHOLE), share=14),
    Way(verbs=("ask_verify", "verify", "refuse"), share=5, untrue=True),
    Way(verbs=("accept", "decline"), share=6),
    Way(verbs=("accept", "hand_back", *WHOLE), share=3),
    Way(verbs=(*START, "send_back", "file", "dispatch", *WORK, *CHECK), share=2),
    Way(verbs=(*START, "dispatch", "return", "dispatch", *WORK, *CHECK), share=5),
    Way(verbs=(*START, "dispatch", "sign", "suspend", "resume", "handle", *CHECK), share=4),
    Way(verbs=(*START, "dispatch", *WORK, "rework", *WORK, *CHECK), share=5),
    Way(verbs=(*START, "dispatch", *WORK, "feed_back", "check_fail", *WORK, *CHECK), share=14),
    Way(verbs=("void",), share=2),
    Way(verbs=(*START, "void"), share=2),
    Way(verbs=(*START, "dispatch", "sign", "void"), share=2),
    Way(verbs=(), share=2),
    Way(verbs=("ask_verify",), share=1),
    Way(verbs=("accept",), share=1),
    Way(verbs=START, share=1),
    Way(verbs=(*START, "dispatch"), share=1),
    Way(verbs=(*START, "dispatch", "sign"), share=1),
    Way(verbs=(*START, "dispatch", "sign", "suspend"), share=1),
    Way(verbs=(*START, "dispatch", *WORK), share=2),
    Way(verbs=(*START, "dispatch", *WORK, "feed_back"), share=1),
    Way(verbs=(*START, "dispatch", *WORK, "feed_back", "check_pass"), share=1),
)
FINDING_WAYS = (
    Way(verbs=(), share=8),
    Way(verbs=("rectify",), share=4),
    Way(verbs=("rectify", "clear"), share=12),
    Way(verbs=("rectify", "redo", "rectify", "clear"), share=3),
    Way(verbs=("void",), share=1),
)


def spread(ways: Iterable[Way], count: int) -> list[Way]:
    """``count`` ways in turn, the frequent ones between the rare: every way's n-th share lies at its own place."""
    placed = [
        ((turn + 0.5) / way.share, order, way)
        for order, way in enumerate(ways)
        for turn in range(way.share)
    ]
    line = [way for *_, way in sorted(placed, key=lambda place: place[:2])]
    return [line[n % len(line)] for n in range(count)]


def asked_of(ways: Iterable[Way]) -> Counter[str]:
    """How often each verb will be asked for."""
    return Counter(verb for way in ways for verb in way.verbs)
