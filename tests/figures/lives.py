"""What is told of a city to whoever counts a second time: the life of each case, as its rows showed it.

After each act the case is looked at; nothing of it is taken from the lake or from what the history says of clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from chengyun.city.cases.models import FAR, Case, StageClock
from chengyun.kernel.models import Audit


@dataclass(frozen=True, kw_only=True)
class Look:
    """A case as it stood."""

    source: str
    area: str
    kind: str
    unit: str
    state: str
    open: bool
    clock: str
    due: datetime | None
    late: bool


@dataclass(frozen=True)
class Ended:
    """A clock that was stopped."""

    name: str
    began: datetime
    late: bool


@dataclass(frozen=True)
class Event:
    """An act on a case, how it stood after it, whose act it was, and the clock it stopped."""

    verb: str
    at: datetime
    after: Look
    whose: Look
    clock: Ended | None


@dataclass
class Life:
    """A case from its report on, oldest event first."""

    code: str
    events: list[Event] = field(default_factory=list)

    @property
    def forgiven(self) -> bool:
        """An appeal was granted, whenever."""
        return any(event.verb == "grant_appeal" for event in self.events)

    def at(self, moment: datetime) -> Look | None:
        """How it stood when a moment came; None before it was reported."""
        return next((e.after for e in reversed(self.events) if e.at < moment), None)


class Watch:
    """Looks at every case of the standard kind that something is done with, if no two acts fall into one moment."""

    def __init__(self) -> None:
        self.seen = max(Audit.objects.values_list("pk", flat=True), default=0)
        self.looks: dict[str, list[tuple[str, datetime, Look]]] = {}

    def look(self) -> None:
        """Take down what was done since the last time."""
        rows = Audit.objects.filter(subject_type="cases.case", pk__gt=self.seen).order_by("pk")
        for row in rows:
            self.seen = row.pk
            case = Case.objects.select_related("unit", "case_class").get(pk=row.subject_id)
            if case.workflow != "case":
                continue
            known = self.looks.setdefault(case.code, [])
            known.append((row.verb.removeprefix("case."), row.at, _look(case)))

    def lives(self) -> list[Life]:
        """All cases there are."""
        ended: dict[str, dict[datetime, Ended]] = {}
        for row in StageClock.objects.filter(stopped_at__isnull=False).select_related("case"):
            assert row.stopped_at is not None
            clock = Ended(row.name, row.started_at, row.late)
            ended.setdefault(row.case.code, {})[row.stopped_at] = clock
        return [
            Life(code, list(_events(told, ended.get(code, {}))))
            for code, told in self.looks.items()
        ]


def _look(case: Case) -> Look:
    return Look(
        source=case.source,
        area=case.area,
        kind=case.case_class.code if case.case_class else "",
        unit=case.unit.code if case.unit else "",
        state=case.state,
        open=case.open,
        clock=case.clock,
        due=None if case.due_at == FAR else case.due_at,
        late=case.late,
    )


def _events(
    told: Iterable[tuple[str, datetime, Look]], ended: dict[datetime, Ended]
) -> Iterator[Event]:
    unit = ""
    for verb, at, look in told:
        # What a unit gives back is its own, though it is gone from there.
        whose = replace(look, unit=unit) if verb == "return" else look
        yield Event(verb, at, look, whose, ended.get(at))
        unit = look.unit
