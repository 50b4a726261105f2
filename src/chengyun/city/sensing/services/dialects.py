"""方言: learned by the gateway, taken back and allowed again by people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from chengyun.city.people.models import User
from chengyun.city.sensing.dialects import area_of, label_of
from chengyun.city.sensing.models import Dialect
from chengyun.city.sensing.services.devices import CHANGE
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict
from chengyun.kernel.permissions import require

State = Dialect.State
MOST = 10_000
"""So many are remembered; who comes then is not learned."""
LONGEST = 2048
"""Bytes of a frame that are kept."""


@dataclass(frozen=True, kw_only=True)
class NewDialect:
    """What some frames that agreed have in common; ``frames`` are they, with when each came."""

    door: str
    name: str
    quirk: str
    frames: tuple[tuple[datetime, bytes], ...]


def learn(found: Iterable[NewDialect]) -> None:
    """From now on these devices are read by what was learned, unless a person took just that back."""
    for each in found:
        _learn(each)


@transaction.atomic
def _learn(new: NewDialect) -> None:
    key = {"door": new.door, "name": new.name, "quirk": new.quirk}
    frames = [{"at": at.isoformat(), "hex": frame[:LONGEST].hex()} for at, frame in new.frames]
    columns: dict[str, Any] = {
        "state": State.LEARNED,
        "frames": frames,
        "learned_at": clock.now(),
    }
    row = Dialect.objects.filter(**key).first()
    fresh = row is None
    if row is None:
        if Dialect.objects.count() >= MOST:
            return
        row = Dialect(**key, **columns)
        row.save(force_insert=True)
    elif not Dialect.objects.filter(pk=row.pk, state=State.OPEN).update(**columns):
        return
    facts = {"text": f"{label_of(row)}，{len(frames)} 帧一样"}
    record("dialect.learn", row, by=None, area=area_of(row), facts=facts, new=fresh)


@transaction.atomic
def take_back(row: Dialect, *, by: User | None) -> None:
    """From now on its frames are held against the protocol again, and it is not learned again by itself."""
    _turn(row, State.LEARNED, State.TAKEN_BACK, "dialect.take_back", by)


@transaction.atomic
def allow(row: Dialect, *, by: User | None) -> None:
    """It may be learned again, from new frames that agree."""
    _turn(row, State.TAKEN_BACK, State.OPEN, "dialect.allow", by)


def _turn(row: Dialect, source: State, target: State, verb: str, by: User | None) -> None:
    area = area_of(row)
    require(by, CHANGE, area=area)
    if not Dialect.objects.filter(pk=row.pk, state=source).update(state=target):
        raise Conflict(f"「{row.name}」的这条方言刚有人改过，请看新的情况再办。")
    row.state = target
    record(verb, row, by=by, area=area, facts={"text": label_of(row)})
