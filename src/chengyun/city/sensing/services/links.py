"""What the gateway tells of itself and of who speaks at its doors; written by the machine alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chengyun.city.sensing.models import Gateway, Link, Unread
from chengyun.kernel import clock

KEPT = 20
"""Unread frames that are kept of each link."""
LONGEST = 4096
COUNTED = """
INSERT INTO sensing_link (door, name, heard_at, frames, faults) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (door, name) DO UPDATE SET heard_at = excluded.heard_at,
    frames = sensing_link.frames + excluded.frames, faults = sensing_link.faults + excluded.faults
"""

Speaker = tuple[str, str]
"""A door and a name."""


@dataclass(kw_only=True)
class Count:
    """What a speaker said since the last time it was told of."""

    frames: int = 0
    faults: int = 0
    heard_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewUnread:
    """A frame that could not be read, and why."""

    speaker: Speaker
    at: datetime
    sentence: str
    frame: bytes


@transaction.atomic
def alive(trouble: str, doors: list[dict[str, Any]]) -> None:
    """The gateway works; or what keeps it from taking readings."""
    told = {"seen_at": clock.now(), "trouble": trouble[:200], "doors": doors}
    Gateway.objects.update_or_create(pk=1, defaults=told)


@transaction.atomic
def count(counts: Mapping[Speaker, Count], unread: Iterable[NewUnread]) -> None:
    """Add what was said to what is known of each speaker, and keep the frames that could not be read."""
    adapted = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            COUNTED,
            [
                (*speaker, adapted(each.heard_at), each.frames, each.faults)
                for speaker, each in counts.items()
            ],
        )
    fresh = list(unread)
    links = {
        (link.door, link.name): link
        for link in Link.objects.filter(name__in={new.speaker[1] for new in fresh})
    }
    Unread.objects.bulk_create(
        Unread(
            link=links[new.speaker],
            at=new.at,
            sentence=new.sentence[:200],
            frame=new.frame[:LONGEST],
        )
        for new in fresh
    )
    for link in {new.speaker: links[new.speaker] for new in fresh}.values():
        old = link.unread.order_by("-id").values_list("id", flat=True)[KEPT : KEPT + 1].first()
        if old is not None:
            link.unread.filter(id__lte=old).delete()
