"""What has happened since, for whom: read from the database by one thread, for all open pages of this process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from chengyun.kernel import clock, registry
from chengyun.kernel.live.specs import Watched
from chengyun.kernel.models.history import Audit
from chengyun.kernel.models.messages import Message
from chengyun.kernel.notify.queries import unread_counts
from chengyun.kernel.specs import Act

LATE = 10.0
"""Seconds after which no transaction ends any more whose rows have lower numbers than those already seen."""
WINDOW = 2000
MISSED_AT_MOST = 200
RECHECK = 10.0
COLUMNS = ("pk", "at", "verb", "subject_type", "subject_id", "subject_code", "actor_id", "facts")
ACCOUNTS = settings.AUTH_USER_MODEL.lower()

Frames = dict[int, list[tuple[int, bytes]]]
"""By person, what is told: a number to resume from (0: none), and the bytes."""


@dataclass(frozen=True)
class Change:
    """One audit row as pages hear of it."""

    pk: int
    at: datetime
    verb: str
    subject_type: str
    subject_id: int
    code: str
    actor: int | None
    facts: Mapping[str, Any]

    def frame(self, kind: str, who: str, *, mine: bool) -> bytes:
        label = registry.get(Act, self.verb).label if registry.has(Act, self.verb) else self.verb
        told = {
            "kind": kind,
            "code": self.code,
            "verb": self.verb,
            "label": label,
            "by": who,
            "to": self.facts.get("to", ""),
            "marked": bool(self.facts.get("puts") or self.facts.get("lifts")),
            "at": int(self.at.timestamp() * 1000),
            "mine": mine,
        }
        return frame(kind, told, number=self.pk)


def frame(event: str, told: Mapping[str, Any], *, number: int = 0) -> bytes:
    """One event as it goes over the wire."""
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {event}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


def newest(table: type[models.Model]) -> int:
    """The highest number of a table, whatever its rows are about: found without looking through them."""
    pk: int | None = table._base_manager.order_by("-pk").values_list("pk", flat=True).first()
    return pk or 0


class Newest:
    """Rows of a table that came since last asked, those too whose transaction ended after that of a higher number."""

    def __init__(self, rows: QuerySet[Any], columns: Sequence[str]) -> None:
        self.rows, self.columns = rows, columns
        self.seen: dict[int, float] = {}
        self.floor: int = newest(rows.model)

    def take(self) -> list[tuple[Any, ...]]:
        found = self.rows.filter(pk__gt=self.floor).order_by("pk")
        window = list(found.values_list(*self.columns)[:WINDOW])
        fresh = [row for row in window if row[0] not in self.seen]
        now = time.monotonic()
        self.seen.update((row[0], now) for row in fresh)
        settled = [pk for pk, since in self.seen.items() if now - since > LATE]
        floor = window[-1][0] if len(window) == WINDOW else max(settled, default=self.floor)
        if floor > self.floor:
            self.floor = floor
            self.seen = {pk: since for pk, since in self.seen.items() if pk > floor}
        return fresh


@dataclass
class News:
    """What one look has found: frames by person, and the sessions that are over."""

    frames: Frames = field(default_factory=dict)
    people: dict[str, Any] | None = None

    def add(self, person: int, number: int, data: bytes) -> None:
        self.frames.setdefault(person, []).append((number, data))


class Feed:
    """Reads for the open pages of one process. Every method runs in the same thread."""

    def __init__(self) -> None:
        self.checked = 0.0

    @cached_property
    def changes(self) -> Newest:
        kinds = [spec.key for spec in registry.all_of(Watched)]
        return Newest(Audit.objects.filter(subject_type__in=[*kinds, ACCOUNTS]), COLUMNS)

    @cached_property
    def messages(self) -> Newest:
        return Newest(Message.objects.filter(shown=True), ("pk", "person_id"))

    def open(self) -> None:
        """Begin to look: what comes from now on is news."""
        self.__dict__.pop("changes", None)
        self.__dict__.pop("messages", None)
        assert self.changes and self.messages

    def news(self, sessions: Mapping[str, Any]) -> News:
        """What has happened since the last look, for the people of these sessions."""
        people = {user.pk: user for user in sessions.values()}
        fresh = [Change(*row) for row in self.changes.take()]
        found = News()
        self._tell(found, fresh, list(people.values()))
        self._count(found, {row[1] for row in self.messages.take()} & people.keys())
        touched = any(c.subject_type == ACCOUNTS and c.subject_id in people for c in fresh)
        if touched or time.monotonic() - self.checked > RECHECK:
            self.checked = time.monotonic()
            found.people = living(sessions)
        return found

    def missed(self, user: Any, *, after: int, since: datetime | None) -> list[tuple[int, bytes]]:
        """What a page that comes back, or has just been drawn, has not heard; too much is one word."""
        if not (after or since):
            return []
        last = newest(Audit)
        floor = last - WINDOW
        rows = Audit.objects.filter(pk__gt=max(after, floor))
        if after < floor if after else since and _end(floor) > since:
            return [(last, frame("reset", {}))]
        kinds = [spec.key for spec in registry.all_of(Watched)]
        rows = rows.filter(subject_type__in=kinds, **({} if after else {"at__gt": since}))
        lines = list(rows.order_by("pk").values_list(*COLUMNS)[: MISSED_AT_MOST + 1])
        if len(lines) > MISSED_AT_MOST:
            return [(lines[-1][0], frame("reset", {}))]
        found = News()
        self._tell(found, [Change(*line) for line in lines], [user])
        return found.frames.get(user.pk, [])

    def unread(self, user: Any) -> bytes:
        return frame("unread", {"count": unread_counts([user.pk]).get(user.pk, 0)})

    def _count(self, found: News, people: set[int]) -> None:
        if people:
            counts = unread_counts(people)
            for person in people:
                found.add(person, 0, frame("unread", {"count": counts.get(person, 0)}))

    def _tell(self, found: News, fresh: Sequence[Change], people: Sequence[Any]) -> None:
        """Each change to those who may open what was changed."""
        names = _names({change.actor for change in fresh if change.actor})
        for spec in registry.all_of(Watched):
            mine = [change for change in fresh if change.subject_type == spec.key]
            if not mine or not people:
                continue
            readers = spec.readers(sorted({change.subject_id for change in mine}), people)
            for change in mine:
                who = names.get(change.actor or 0, "系统")
                data = {own: change.frame(spec.kind, who, mine=own) for own in (True, False)}
                for person in readers.get(change.subject_id, ()):
                    found.add(person, change.pk, data[change.actor == person])


def _end(number: int) -> datetime:
    """The moment of the newest row up to this number; of none, long ago."""
    rows = Audit.objects.filter(pk__lte=number).order_by("-pk")
    return rows.values_list("at", flat=True).first() or datetime.min.replace(tzinfo=UTC)


def _names(ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids)
    people = get_user_model().objects.in_bulk(wanted) if wanted else {}
    return {pk: str(person) for pk, person in people.items()}


def living(keys: Iterable[str]) -> dict[str, Any]:
    """The people of those sessions that still hold, in two queries."""
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=clock.now())
    store = SessionStore()
    kept = {row.session_key: store.decode(row.session_data) for row in rows}
    ids = {key: _number(held.get(SESSION_KEY)) for key, held in kept.items()}
    people: dict[int, Any] = dict(get_user_model().objects.in_bulk(set(ids.values())))
    return {
        key: people[ids[key]]
        for key, held in kept.items()
        if (person := people.get(ids[key])) is not None
        and person.is_active
        and constant_time_compare(held.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    }


def _number(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0


def moment(milliseconds: str) -> datetime | None:
    """A moment as pages write it."""
    if not milliseconds.isdecimal() or len(milliseconds) > 15:
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
