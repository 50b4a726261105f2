"""Sealing the history into one city-wide chain, and checking all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from chengyun.kernel import clock
from chengyun.kernel.hashing import GENESIS, digest, salted
from chengyun.kernel.models.history import Audit, Personal, Seal

SEAL_AT_MOST = 5000


def seal_new() -> None:
    """Put all new audit rows under seals, in id order; repeated until none is left."""
    while _seal_batch() == SEAL_AT_MOST:
        pass


@transaction.atomic
def _seal_batch() -> int:
    rows = list(
        Audit.objects.filter(seal=None).order_by("id").values_list("id", "hash")[:SEAL_AT_MOST]
    )
    if not rows:
        return 0
    last = Seal.objects.order_by("-id").first()
    previous = last.hash if last else ""
    seal = Seal(at=clock.now(), rows=len(rows), previous=previous, hash=_seal_hash(previous, rows))
    seal.save(force_insert=True)
    Audit.objects.filter(seal=None, id__gte=rows[0][0], id__lte=rows[-1][0]).update(seal=seal)
    return len(rows)


def _seal_hash(previous: str, rows: list[tuple[int, str]]) -> str:
    text = previous + "\n".join(f"{pk} {row_hash}" for pk, row_hash in rows)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Verdict:
    """What a check of the history found."""

    rows: int = 0
    seals: int = 0
    unsealed: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def verify() -> Verdict:
    """Check every object's chain and every seal; name altered and missing rows."""
    verdict = Verdict(seals=Seal.objects.count(), unsealed=unsealed())
    verdict.faults.extend(_object_faults(verdict))
    verdict.faults.extend(_seal_faults())
    verdict.faults.extend(_personal_faults())
    return verdict


def unsealed() -> int:
    """How many rows wait for their seal."""
    return Audit.objects.filter(seal=None).count()


def counts(since: datetime | None = None, *, by_people: bool = False) -> list[dict[str, Any]]:
    """How many rows each verb has left since a moment, by the state it came from and the one it went to.

    ``by_people``: without what the city did by itself.
    """
    rows = Audit.objects.filter(at__gte=since) if since else Audit.objects.all()
    rows = rows.exclude(actor_id=None) if by_people else rows
    placed = rows.annotate(
        source=Coalesce(KT("facts__from"), Value(""), output_field=TextField()),
        target=Coalesce(KT("facts__to"), Value(""), output_field=TextField()),
    )
    ways = placed.order_by("verb", "source", "target").values_list("verb", "source", "target")
    return [
        {"verb": verb, "from": source, "to": target, "count": count}
        for verb, source, target, count in ways.annotate(count=Count("id"))
    ]


def verify_object(subject_type: str, subject_id: int) -> tuple[int, bool]:
    """How many rows one object has, and whether its chain holds."""
    rows = Audit.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("seq")
    checked = list(rows)
    return len(checked), chained(checked)


def chained(rows: list[Audit]) -> bool:
    """Whether these are all rows of one object, in order and unaltered."""
    return not any(_line_faults(rows))


def _object_faults(verdict: Verdict) -> Iterator[str]:
    rows = Audit.objects.order_by("subject_type", "subject_id", "seq").iterator(chunk_size=2000)
    current: list[Audit] = []
    for row in rows:
        verdict.rows += 1
        if current and (current[-1].subject_type, current[-1].subject_id) != (
            row.subject_type,
            row.subject_id,
        ):
            yield from _line_faults(current)
            current = []
        current.append(row)
    yield from _line_faults(current)


def _line_faults(rows: list[Audit]) -> Iterator[str]:
    previous = GENESIS
    for expected, row in enumerate(rows, start=1):
        name = f"{row.subject_type} {row.subject_code} 第 {row.seq} 条"
        if row.seq != expected:
            yield f"{name}：前面缺少记录"
            return
        if row.previous != previous or digest(row) != row.hash:
            yield f"{name}（{row.verb}）：内容被改动"
        previous = row.hash


def _seal_faults() -> Iterator[str]:
    previous = ""
    for seal in Seal.objects.order_by("id"):
        rows = list(Audit.objects.filter(seal=seal).order_by("id").values_list("id", "hash"))
        if len(rows) != seal.rows:
            yield f"封存 {seal.pk}：应有 {seal.rows} 条，现有 {len(rows)} 条"
        elif seal.previous != previous or _seal_hash(previous, rows) != seal.hash:
            yield f"封存 {seal.pk}：与记录不符"
        previous = seal.hash


def _personal_faults() -> Iterator[str]:
    kept = {row.pk: row for row in Personal.objects.iterator(chunk_size=2000)}
    rows = Audit.objects.exclude(facts={}).only("facts", "subject_code")
    for row in rows.iterator(chunk_size=2000):
        for key, value in row.facts.items():
            if isinstance(value, dict) and "personal" in value:
                yield from _value_faults(f"{row.subject_code}：个人信息 {key}", value, kept)


def _value_faults(name: str, said: dict[str, Any], kept: dict[int, Personal]) -> Iterator[str]:
    found = kept.get(said["personal"])
    if found is None:
        yield f"{name} 丢失"
    elif found.erased_at is None and salted(found.value, found.salt) != said["sha256"]:
        yield f"{name} 被改动"
