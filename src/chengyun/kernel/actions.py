"""The write path: every verb leaves its audit row and its events in the transaction that changes the row."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from chengyun.kernel import clock, outbox, registry
from chengyun.kernel.errors import Conflict
from chengyun.kernel.hashing import GENESIS, digest, salted
from chengyun.kernel.models.history import Audit, Personal
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Act, Misdeclared
from chengyun.kernel.statements import insert

Facts = Mapping[str, Any]

CHANGED = "刚有人改过同一条记录，请看新的情况再办。"

Ends = dict[tuple[str, int], tuple[int, str]]
"""Kind and id of a subject -> place and hash of the newest line of its history."""

_ends: ContextVar[Ends | None] = ContextVar("ends_of_histories", default=None)


@contextmanager
def sole_writer() -> Iterator[None]:
    """Inside nobody else writes: the ends of histories are remembered, not looked up for each act.

    There are no savepoints inside, for an act that is rolled back must leave it too: its end would be remembered
    although it is gone.
    """
    token, features = _ends.set({}), connection.features
    features.uses_savepoints = False
    try:
        yield
    finally:
        features.uses_savepoints = True
        _ends.reset(token)


def record(
    verb: str,
    subject: models.Model,
    *,
    by: Person | None,
    facts: Facts | None = None,
    personal: Mapping[str, str] | None = None,
    area: str = "",
    edition: int | None = None,
    new: bool = False,
) -> Audit:
    """Write the audit row of one act and the outbox rows of its handlers.

    Must run inside the transaction that made the change. ``personal`` values are kept apart; the row holds their salted
    hash. ``new`` says the subject was made in this transaction, so that its history needs no look-up.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{verb} is recorded outside a transaction")
    _must_be_declared(verb)
    seq, previous = (1, GENESIS) if new else _head(subject)
    kept = dict(facts or {}) | _put_aside(subject, personal or {})
    row = _line(
        verb, subject, by=by, facts=kept, area=area, edition=edition, seq=seq, previous=previous
    )
    _store(row)
    outbox.enqueue([row])
    return row


def _store(row: Audit) -> None:
    """Two acts on one object at the same moment want the same place in its chain: one of them waits its turn."""
    try:
        insert(row)
    except IntegrityError as error:
        raise Conflict(CHANGED) from error
    _remember([row])


def _remember(rows: Iterable[Audit]) -> None:
    if (ends := _ends.get()) is not None:
        ends.update({(row.subject_type, row.subject_id): (row.seq, row.hash) for row in rows})


def record_many(
    verb: str,
    subjects: Iterable[models.Model],
    *,
    by: Person | None,
    facts_of: Callable[[Any], Facts],
    area_of: Callable[[Any], str] = lambda subject: "",
    new: bool = True,
) -> int:
    """Audit rows of one act on many subjects of one kind, each once; ``new`` ones were made in this transaction."""
    _must_be_declared(verb)
    given = list(subjects)
    heads = {} if new else _heads(given)
    rows = []
    for subject in given:
        seq, previous = heads.get(subject.pk, (0, GENESIS))
        rows.append(
            _line(
                verb,
                subject,
                by=by,
                facts=dict(facts_of(subject)),
                area=area_of(subject),
                edition=None,
                seq=seq + 1,
                previous=previous,
            )
        )
    try:
        insert(*rows)
    except IntegrityError as error:
        raise Conflict(CHANGED) from error
    _remember(rows)
    outbox.enqueue(rows)
    return len(rows)


def _heads(subjects: Sequence[models.Model]) -> dict[int, tuple[int, str]]:
    """The newest line of each history, in one query."""
    if not subjects:
        return {}
    ids = [subject.pk for subject in subjects]
    lines = Audit.objects.filter(subject_type=subject_type(subjects[0]), subject_id__in=ids)
    told = lines.order_by("seq").values_list("subject_id", "seq", "hash")
    return {subject: (seq, digest) for subject, seq, digest in told}


def subject_type(subject: models.Model | type[models.Model]) -> str:
    return subject._meta.label_lower


def _must_be_declared(verb: str) -> None:
    if not registry.has(Act, verb):
        raise Misdeclared(f"verb {verb} is recorded but no Act declares it")


def _head(subject: models.Model) -> tuple[int, str]:
    last = (_ends.get() or {}).get((subject_type(subject), subject.pk)) or _stored_end(subject)
    return (last[0] + 1, last[1]) if last else (1, GENESIS)


def _stored_end(subject: models.Model) -> tuple[int, str] | None:
    lines = Audit.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return lines.order_by("-seq").values_list("seq", "hash").first()


def _put_aside(subject: models.Model, personal: Mapping[str, str]) -> dict[str, Any]:
    rows = [
        Personal(
            subject_type=subject_type(subject),
            subject_id=subject.pk,
            key=key,
            value=value,
            salt=secrets.token_hex(16),
        )
        for key, value in personal.items()
        if value
    ]
    insert(*rows)
    return {row.key: {"personal": row.pk, "sha256": salted(row.value, row.salt)} for row in rows}


def _line(
    verb: str,
    subject: models.Model,
    *,
    by: Person | None,
    facts: dict[str, Any],
    area: str,
    edition: int | None,
    seq: int,
    previous: str,
) -> Audit:
    row = Audit(
        at=_whole(clock.now()),
        verb=verb,
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        subject_code=str(getattr(subject, "code", "") or subject.pk),
        seq=seq,
        area=area or getattr(subject, "area", "") or "",
        actor_id=by.pk if by else None,
        post=by.post_key if by else "",
        edition=edition,
        facts=json.loads(json.dumps(facts, default=str, ensure_ascii=False)),
        previous=previous,
    )
    row.hash = digest(row)
    return row


def _whole(moment: datetime) -> datetime:
    """To the millisecond, so that every database gives back what was hashed."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
