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
    """The verbs taken after the report, in order, and what is special about it.

    ``untrue``: a verification finds nothing. ``simple``: handled on the spot. ``helped``: dispatched with a helper.
    ``cause``: why the unit gives it back. ``watch``: the level of supervision.
    """

    verbs: tuple[str, ...]
    share: int
    untrue: bool = False
    simple: bool = False
    helped: bool = False
    cause: str = "wrong_unit"
    watch: str = "watch"


BY_ITSELF = frozenset({"follow", "follow_void"})
"""What the city does by itself, when the case another one was merged into comes to its end."""
AFTER_THE_LIMIT = frozenset({"ask_appeal", "review_appeal", "grant_appeal", "refuse_appeal"})
"""What needs a limit that has passed: the play of the history shows it, the drive has no time to wait."""
ANOTHER_INSPECTOR = frozenset({"resend"})
"""What needs a second inspector of the place: the drive has one."""
SENT = (*START, "dispatch")
TAKEN = (*SENT, "sign")
LONGER = ("ask_extension", "grant_extension")

WAYS = (
    Way(verbs=WHOLE, share=92),
    Way(verbs=("ask_reporter", "take_answer", *WHOLE), share=2),
    Way(verbs=("accept", "ask_reporter", "drop_question", "file", *WHOLE[2:]), share=1),
    Way(verbs=("refuse",), share=7),
    Way(verbs=("ask_verify", "verify", *WHOLE), share=12),
    Way(verbs=("ask_verify", "verify", "refuse"), share=3, untrue=True),
    Way(verbs=("accept", "decline"), share=4),
    Way(verbs=("accept", "hand_back", *WHOLE), share=2),
    Way(verbs=(*START, "send_back", "file", "dispatch", *WORK, *CHECK), share=2),
    Way(verbs=(*SENT, "ask_return", "return", "dispatch", *WORK, *CHECK), share=4),
    Way(
        verbs=(*SENT, "ask_return", "return", "send_back", "file", "dispatch", *WORK, *CHECK),
        share=1,
        cause="wrong_class",
    ),
    Way(
        verbs=(*TAKEN, "ask_return", "return", "supplement", "dispatch", *WORK, *CHECK),
        share=1,
        cause="unclear",
    ),
    Way(
        verbs=(*TAKEN, "ask_return", "return", "decide", "dispatch", *WORK, *CHECK),
        share=1,
        cause="cannot",
    ),
    Way(verbs=(*SENT, "ask_return", "refuse_return", *WORK, *CHECK), share=1),
    Way(verbs=(*SENT, "reassign", *WORK, *CHECK), share=2),
    Way(verbs=(*TAKEN, *LONGER, "handle", *CHECK), share=3),
    Way(verbs=(*TAKEN, *LONGER, *LONGER, "handle", *CHECK), share=1),
    Way(verbs=(*TAKEN, "ask_extension", "refuse_extension", "handle", *CHECK), share=1),
    Way(verbs=(*TAKEN, "suspend", "resume", "handle", *CHECK), share=2),
    Way(verbs=(*TAKEN, "ask_suspend", "grant_suspend", "resume", "handle", *CHECK), share=2),
    Way(verbs=(*TAKEN, "ask_suspend", "refuse_suspend", "handle", *CHECK), share=1),
    Way(verbs=(*SENT, "sign", "assist_done", "handle", *CHECK), share=2, helped=True),
    Way(verbs=(*TAKEN, "invite", "handle", *CHECK), share=1),
    Way(verbs=(*TAKEN, "invite", "uninvite", "handle", *CHECK), share=1),
    Way(verbs=("rush", "guard", "name_owner", "handle", *CHECK), share=2),
    Way(verbs=(*SENT, *WORK, "rework", *WORK, *CHECK), share=4),
    Way(verbs=(*SENT, *WORK, "feed_back", "check_fail", *WORK, *CHECK), share=13),
    Way(verbs=(*SENT, "urge", *WORK, *CHECK), share=2),
    Way(verbs=(*SENT, "supervise", "reply", *WORK, *CHECK), share=2),
    Way(
        verbs=(
            *TAKEN,
            "supervise",
            "reply",
            "handle",
            "feed_back",
            "check_pass",
            "release",
            "close",
        ),
        share=1,
        watch="listed",
    ),
    Way(verbs=(*TAKEN, "escalate", "stand_down", "handle", *CHECK), share=1),
    Way(verbs=("split", *WHOLE), share=1),
    Way(verbs=("accept", "merge"), share=2),
    Way(verbs=("pass",), share=4, simple=True),
    Way(verbs=("refuse",), share=1, simple=True),
    Way(verbs=("void",), share=1),
    Way(verbs=(*START, "void"), share=1),
    Way(verbs=(*SENT, "ask_void", "grant_void"), share=2),
    Way(verbs=(*SENT, "ask_void", "refuse_void", *WORK, *CHECK), share=1),
    Way(verbs=(*TAKEN, "force_close"), share=1),
    Way(verbs=(), share=2),
    Way(verbs=("ask_verify",), share=1),
    Way(verbs=("accept",), share=1),
    Way(verbs=START, share=1),
    Way(verbs=SENT, share=1),
    Way(verbs=TAKEN, share=1),
    Way(verbs=(*TAKEN, "ask_extension"), share=1),
    Way(verbs=(*TAKEN, "ask_suspend", "grant_suspend"), share=1),
    Way(verbs=(*SENT, *WORK), share=1),
    Way(verbs=(*SENT, *WORK, "feed_back"), share=1),
    Way(verbs=(*SENT, *WORK, "feed_back", "check_pass"), share=1),
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
