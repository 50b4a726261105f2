"""What a phone reads: what this person is to do in the street, and what they report most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.cases import answers
from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import Case
from chengyun.city.people import patrols
from chengyun.city.people.models import User
from chengyun.city.people.queries import role_labels
from chengyun.city.places.grounds import labels_of
from chengyun.kernel import clock
from chengyun.kernel.history import Line, last_said
from chengyun.kernel.models import Message
from chengyun.kernel.notify.queries import inbox_for
from chengyun.systems.coordination.queries import piles_of

FIELDWORK = ("verify", "check", "handle", "rectify")
"""The queues whose work is done in the street."""
SOURCES = {
    "inspector": "inspector",
    "evaluator": "inspection",
    "leader": "leader",
    "community": "community",
    "steward": "steward",
}
TASKS_AT_MOST = 100
MESSAGES_AT_MOST = 50
LOOKED_AT = 200
AT_A_DESK = ("invite", "uninvite")
"""Steps that are not taken in the street: an address is copied from the page of the case."""
OFTEN = 8
SAID = (
    "case.ask_verify", "case.rush", "case.dispatch", "case.reassign", "case.refuse_return", "case.rework",
    "case.check_fail", "case.handle", "ledger.assign", "ledger.redo", "ledger.rectify",
)  # fmt: skip
"""Whose words the next one in the street must know: what to look at, what was done, why it came back."""


def tasks_for(user: User) -> list[Case]:
    """What waits for this person in the street, the tightest limit first."""
    wanted = Q(pk__in=())
    for pile in piles_of(user):
        if pile.key in FIELDWORK:
            mine = Q(assignee=user) if pile.mine else Q()
            wanted |= Q(state__in=pile.states) & mine
    return list(_open(user).filter(wanted).order_by("due_at", "id")[:TASKS_AT_MOST])


def _open(user: User) -> QuerySet[Case]:
    return cases.cases_for(user).filter(open=True).select_related(*cases.RELATED)


def words_for(tasks: Sequence[Case]) -> dict[int, Line]:
    """By task, what was said last by whoever sent it."""
    return last_said(Case, [case.pk for case in tasks], SAID, role_labels())


def task_of(user: User, case: Case, said: Line | None) -> dict[str, Any]:
    """A task with everything needed without a network: the steps, and the steps after each of them."""
    found = answers.detail(case, user)
    found["verbs"] = [verb for verb in found["verbs"] if verb["verb"] not in AT_A_DESK]
    for verb in found["verbs"]:
        verb["then"] = answers.verbs_after(user, case, verb["verb"])
    closing = case.condition.closing if case.condition else ""
    return {**found, "closing": closing, "said": _said(said)}


def _said(line: Line | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {"label": line.label, "words": line.note, "who": line.signature, "at": line.at}


def messages_for(user: User) -> list[Message]:
    """What this person was told lately, newest first."""
    return list(inbox_for(user).order_by("-id")[:MESSAGES_AT_MOST])


def classes_reported_by(user: User) -> list[str]:
    """The codes of the classes this person reported most lately; of a new person, what the district reports."""
    own = Case.objects.filter(reporter=user)
    district = user.standing[0].area[:6] if user.standing else ""
    return _often(own) or _often(Case.objects.filter(cases.within(district)))


def _often(rows: QuerySet[Case]) -> list[str]:
    newest = rows.order_by("-reported_at", "-id").values_list("case_class__code", flat=True)
    counted = Counter(code for code in newest[:LOOKED_AT] if code)
    return [code for code, _ in counted.most_common(OFTEN)]


def goes_on_duty(user: User) -> bool:
    """Whether duty concerns this person: who inspects, and who answers for a place today."""
    if not user.may("duty.record"):
        return False
    return user.may("case.check") or bool(patrols.places_of(user, localdate(clock.now())))


def patrol_of(user: User) -> dict[str, Any]:
    """What this person is to walk today, and how much of it is passed."""
    today = localdate(clock.now())
    row = patrols.latest_of(user, today)
    beats = {(b.place_type, b.place_code): b for b in row.beats.all()} if row else {}
    hours = {entry.place: entry.words for entry in patrols.planned_of(user, today)}
    places = list(dict.fromkeys([*hours, *beats]))
    labels, visits = labels_of(places), patrols.visits_of([row] if row else [])
    return {
        "points": [
            {
                **{name: getattr(point, name) for name in ("name", "lon", "lat", "times")},
                "visits": len(visits.get(point.pk, ())),
            }
            for point in patrols.must_visits(places, today)
        ],
        "began_at": row.began_at if row else None,
        "measured_at": row.measured_at if row else None,
        "metres": row.metres if row else 0,
        "outside_minutes": row.outside_seconds // 60 if row else 0,
        "places": [
            {
                "name": labels[place],
                "shift": hours.get(place, ""),
                "road_metres": beats[place].road_metres if place in beats else 0,
                "passed_metres": beats[place].passed_metres if place in beats else 0,
            }
            for place in places
        ],
    }
