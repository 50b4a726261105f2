"""What may be declared in any app. Frozen, keyword-only, checked on construction; no Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from chengyun.kernel.soundness import faults

FieldKind = Literal[
    "text",
    "long",
    "int",
    "decimal",
    "date",
    "datetime",
    "choice",
    "bool",
    "point",
    "photos",
    "unit",
    "units",
    "person",
    "code",
    "limit",
]


ASKED: Mapping[str, str] = {
    **dict.fromkeys(("choice", "unit", "units", "person"), "选择"),
    "photos": "上传",
    "point": "标出",
}
"""What is done with an empty field of a kind; the others are filled in."""


class Misdeclared(Exception):
    """A declaration contradicts itself or refers to something that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value a person fills in: a form row, an import column, a required fact of a step."""

    key: str
    label: str
    kind: FieldKind = "text"
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    hint: str = ""
    max_length: int = 500
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self) -> None:
        if (self.kind == "choice") != bool(self.choices):
            raise Misdeclared(f"Field {self.key}: exactly the kind 'choice' has choices")

    @property
    def wanted(self) -> str:
        """The sentence for whoever left it empty."""
        return f"请{ASKED.get(self.kind, '填写')}{self.label}。"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a declared list; ``value`` takes the row and returns what the cell template needs."""

    key: str
    label: str
    value: Callable[[Any], Any]
    kind: Literal[
        "text",
        "short",
        "strong",
        "code",
        "time",
        "number",
        "light",
        "badge",
        "stage",
        "source",
        "share",
    ] = "text"
    sort: str = ""
    wide_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter of a declared list; ``choices`` takes the user."""

    key: str
    label: str
    kind: Literal["choice", "text", "period", "check"] = "choice"
    choices: Callable[[Any], list[tuple[str, str]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A single right, in the user's words; roles are made of these."""

    key: str
    label: str
    group: str


@dataclass(frozen=True, kw_only=True)
class Act:
    """A verb as it stands in the audit: ``record`` refuses one that nobody declared."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Param:
    """A value the city may change while running; a district inherits the city's unless it sets its own.

    ``check`` gives the sentence that says why a value is refused, "" when it is not; ``words`` how a value reads beside
    the other parameters that hold.
    """

    key: str
    label: str
    default: Any
    group: str
    field: Field
    by_area: bool = True
    check: Callable[[Any], str] | None = None
    words: Callable[[Any, Mapping[str, Any]], str] | None = None


@dataclass(frozen=True, kw_only=True)
class System:
    """One of the ten systems, in the order of the standard."""

    key: str
    label: str
    icon: str
    order: int
    home: str
    may: str


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A sub-page of a system; ``url`` is a URL name."""

    system: str
    key: str
    label: str
    url: str
    may: str
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A workbench entry in the side bar; ``count`` gives (total, late) for a user."""

    key: str
    label: str
    icon: str
    url: str
    may: str
    count: Callable[[Any], tuple[int, int]]
    order: int = 0
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What one app shows on another's page: ``template`` rendered with ``context(user, subject)``."""

    slot: str
    key: str
    label: str
    template: str
    context: Callable[[Any, Any], Mapping[str, Any]]
    may: str
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A job the worker runs again and again; ``run`` must be safe to repeat.

    Jobs of one ``lane`` wait for each other, and for none of another: what speaks to the outside has its own. A lane
    with a job that runs ``apart`` has a process that ends when nothing is left to do: for what needs much memory.
    ``mark`` tells what there is to do, in a few characters: as long as it stays what it was before the last run that
    went well, there is nothing.
    """

    key: str
    label: str
    every: timedelta
    run: Callable[[], None]
    lane: str = ""
    apart: bool = False
    mark: Callable[[], str] | None = None


@dataclass(frozen=True, kw_only=True)
class State:
    """A state of a workflow.

    ``stage`` is its ordinal among the stages shown to people; ``branches`` makes the state parallel:
    each branch has its own small state and the state is left for ``join`` once all are done.
    """

    key: str
    label: str
    stage: int
    holder: str = ""
    final: bool = False
    branches: tuple[str, ...] = ()
    join: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that stands on a subject beside its state: a request that waits, an extension that was given.

    ``why`` is read before 「，不能…」 when the mark is in the way. ``within``: the mark falls when the subject leaves
    these states. A ``lasting`` one is never lifted. One that is not ``shown`` only guides the table.
    """

    key: str
    label: str
    why: str = ""
    within: tuple[str, ...] = ()
    lasting: bool = False
    shown: bool = True
    tone: Literal["line", "accent", "amber", "red", "eco"] = "line"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a table of verbs: who may take a subject from where to where, with which facts.

    ``clock``: "" leaves the clock, a name starts that clock (and stops the running one), "stop", "pause", "resume", or
    "extend", which adds the limit once more to the running one.
    ``branch``: finishes that branch of a parallel state instead of leaving it.
    ``target`` "" stays in the state.
    ``may`` "" is for the system alone.
    ``where`` names marks that must stand, ``unless`` marks that must not; ``puts`` and ``lifts`` change them, "=fact"
    is the mark called as that fact's choice. An ``aside`` step is seldom taken and stands behind 更多.
    """

    verb: str
    label: str
    source: tuple[str, ...]
    target: str
    may: str
    needs: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    clock: str = ""
    branch: str = ""
    where: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    puts: tuple[str, ...] = ()
    lifts: tuple[str, ...] = ()
    primary: bool = False
    danger: bool = False
    aside: bool = False


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A process as data: states, stages, facts, marks and the table of verbs. The checker refuses an unsound one.

    ``given`` names the marks the noun itself puts, when a subject is opened or by what a fact means.
    """

    key: str
    label: str
    stages: tuple[str, ...]
    states: tuple[State, ...]
    facts: tuple[Field, ...]
    steps: tuple[Step, ...]
    start: str
    start_clock: str = ""
    clocks: tuple[str, ...] = field(default=())
    marks: tuple[Mark, ...] = ()
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if found := faults(self):
            raise Misdeclared(f"Workflow {self.key}: " + "; ".join(found))

    def state(self, key: str) -> State:
        """The state of that key; StopIteration when there is none."""
        return next(s for s in self.states if s.key == key)

    def fact(self, key: str) -> Field:
        """The fact of that key; StopIteration when there is none."""
        return next(f for f in self.facts if f.key == key)

    def mark(self, key: str) -> Mark:
        """The mark of that key; StopIteration when there is none."""
        return next(m for m in self.marks if m.key == key)

    def step(self, verb: str, source: str) -> Step | None:
        """The step of that verb that starts in that state."""
        return next((s for s in self.steps if s.verb == verb and source in s.source), None)

    def verbs(self) -> tuple[str, ...]:
        """All verbs, in the order of the table."""
        return tuple(dict.fromkeys(s.verb for s in self.steps))
