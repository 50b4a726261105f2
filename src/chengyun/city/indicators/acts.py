"""The history of a case, told as facts: one row an act, with what was known of the case when it was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chengyun.kernel.models import Audit

DISTRICT = 6
REACHED = {
    "accepted": ("accept", "rush", "pass"),
    "filed": ("file", "rush", "pass"),
    "dispatched": ("dispatch", "rush", "assign"),
    "handled": ("handle", "rectify"),
    "closed": ("close", "force_close", "pass", "follow", "clear"),
}
"""The milestones of a case, and the acts by which it reaches them."""
ANSWERS = ("verdict", "cause", "grade")
CLEARS_UNIT = ("return",)
OF_THE_UNIT = ("handle", "repair", "rectify")
TIMING = "timing"
"""The fact of an act that says which clock it ended and which began (`cases.services.clocks`)."""
NOBODY = {"code": "", "name": ""}


@dataclass(frozen=True)
class Clock:
    """The clock that runs on a case; without a name there is none, without a due moment it stands."""

    name: str = ""
    due: datetime | None = None

    def after(self, said: Mapping[str, Any]) -> Clock:
        """The clock after an act that said this of it."""
        if "began" in said:
            return Clock(said["began"], _moment(said["due"]))
        if "ended" in said:
            return Clock()
        return Clock(self.name, _moment(said["due"])) if "due" in said else self


@dataclass
class Known:
    """What is known of a case from its acts so far."""

    flow: str = ""
    source: str = ""
    kind: str = ""
    unit: Mapping[str, str] = field(default_factory=lambda: NOBODY)
    clock: Clock = Clock()
    was_late: bool = False
    counted: Counter[str] = field(default_factory=Counter)
    past: set[str] = field(default_factory=set)

    def verb(self, whole: str) -> str:
        """The verb as facts have it; the first act names the workflow of the case."""
        own, _, verb = whole.partition(".")
        self.flow = self.flow or own
        return verb if own == self.flow else whole

    def hear(self, verb: str, facts: Mapping[str, Any]) -> None:
        """What an act says holds for it already; what is no step of the workflow speaks of other units."""
        self.counted[verb] += 1
        if "." in verb:
            return
        timing = facts.get(TIMING) or {}
        self.source = facts.get("source", self.source)
        self.kind = _code(facts.get("class")) or self.kind
        self.unit = facts["unit"] if isinstance(facts.get("unit"), dict) else self.unit
        self.clock = self.clock.after(timing)
        self.was_late |= bool(timing.get("late")) and timing["ended"] in OF_THE_UNIT

    def leave(self, verb: str) -> None:
        """What holds from the next act on."""
        self.past |= {name for name, verbs in REACHED.items() if verb in verbs}
        self.unit = NOBODY if verb in CLEARS_UNIT else self.unit

    def told(self, verb: str) -> dict[str, Any]:
        return {
            "flow": self.flow,
            "verb": verb,
            "nth": self.counted[verb],
            "source": self.source,
            "class": self.kind,
            "unit": self.unit["code"],
            "unit_name": self.unit["name"],
            "was_filed": "filed" in self.past,
            "was_late": self.was_late,
            "stage": self.clock.name,
            "due": self.clock.due,
            **{name: verb in verbs and name not in self.past for name, verbs in REACHED.items()},
        }


def told(history: Iterable[Audit]) -> Iterator[dict[str, Any]]:
    """The facts of all acts on one case, oldest first; nothing is read but its history.

    The first act names its workflow. What is no step of that keeps its whole name, ``limit.over``.
    """
    known = Known()
    for row in history:
        verb = known.verb(row.verb)
        known.hear(verb, row.facts)
        yield {**_act(row), **known.told(verb), **_ended(row.facts.get(TIMING) or {})}
        known.leave(verb)


def _act(row: Audit) -> dict[str, Any]:
    """What the act says of itself."""
    return {
        "id": row.pk,
        "origin": "",
        "at": row.at,
        "month": f"{row.at.astimezone(UTC):%Y-%m}",
        "case": row.subject_code,
        "district": row.area[:DISTRICT],
        "area": row.area,
        "actor": str(row.actor_id or ""),
        "post": row.post,
        "sent_to": str(row.facts.get("inspector") or ""),
        "answer": _answer(row.facts),
    }


def _code(fact: Any) -> str:
    return str(fact.get("code", "")) if isinstance(fact, dict) else ""


def _answer(facts: Mapping[str, Any]) -> str:
    """The key of the choice that was made, where one was asked."""
    for name in ANSWERS:
        if name in facts:
            found = facts[name]
            return str(found["key"] if isinstance(found, dict) else found)
    return ""


def _ended(said: Mapping[str, Any]) -> dict[str, Any]:
    """The clock that ended with the act."""
    return {
        "ended": said.get("ended", ""),
        "since": _moment(said.get("since")),
        "was_due": _moment(said.get("was_due")),
        "late": said.get("late"),
        "used": said.get("used"),
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
