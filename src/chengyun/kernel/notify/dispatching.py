"""Messages on their way out: claimed, carried by their channel, tried again, put aside, and never lost.

The claim comes first and no transaction is open while a carrier is spoken to: a slow one holds no lock and stops no
other. A worker that is killed between the carrier's yes and our note of it sends once more after ``CLAIM``, under the
same number (``Message-ID``, ``X-Chengyun-Delivery``), by which the other side can tell.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F

from chengyun.kernel import clock, registry
from chengyun.kernel.models.messages import Dispatch, Message
from chengyun.kernel.notify.hooks import signing_key
from chengyun.kernel.notify.specs import Channel, Envelope, Refused
from chengyun.kernel.outbox import RETRY_AFTER

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=2)
AT_ONCE = 200
TOGETHER = 8
"""So many carriers are spoken to at the same time: one that hangs holds up a few, not all."""
LETTER_AT_MOST = 100
UNCONNECTED = "这个城市没有接通{label}"
GONE = "每次发送都没有结束，后台任务可能因它中断"


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What goes out in one go: one message, or the day's for one person."""

    dispatches: Sequence[Dispatch]
    channel: Channel
    envelope: Envelope


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How it went; ``again`` says whether another try may help."""

    provider_id: str = ""
    error: str = ""
    again: bool = False


def deliver_due() -> None:
    """Send what is due; each dispatch is claimed first, so that several workers may run."""
    now = clock.now()
    due = Dispatch.objects.filter(state=Dispatch.WAITING, next_at__lte=now)
    rows = list(due.select_related("message__endpoint").order_by("next_at", "id")[:AT_ONCE])
    if not rows:
        return
    # One write for all claims and for what cannot go out, and one for so many outcomes as come together: a write
    # waits for the disk.
    with transaction.atomic():
        parcels = list(_parcels([row for row in rows if _claim(row)]))
    with ThreadPoolExecutor(TOGETHER, thread_name_prefix="carrier") as carriers:
        carried = zip(parcels, carriers.map(_carry, parcels), strict=True)
        while some := list(islice(carried, TOGETHER)):
            with transaction.atomic():
                for parcel, outcome in some:
                    _note(parcel.dispatches, outcome)


def _claim(row: Dispatch) -> bool:
    """Take it for a while, so that nobody else sends it; one that ended no worker's try well is put aside."""
    mine = Dispatch.objects.filter(pk=row.pk, state=Dispatch.WAITING, next_at=row.next_at)
    if row.tries > len(RETRY_AFTER):
        mine.update(state=Dispatch.DEAD, error=GONE)
        return False
    row.tries += 1
    return bool(mine.update(next_at=clock.now() + CLAIM, tries=F("tries") + 1))


def _parcels(rows: Sequence[Dispatch]) -> Iterable[Parcel]:
    people = _people({r.message.person_id for r in rows if r.message.person_id})
    letters: dict[tuple[str, int | None], list[Dispatch]] = defaultdict(list)
    for row in rows:
        channel = _channel(row)
        address = _address(row, channel, people) if channel else ""
        if channel is None or not channel.connected():
            _skip(row, UNCONNECTED.format(label=channel.label if channel else row.channel))
        elif not address:
            _skip(row, channel.lacking)
        elif row.digest:
            letters[channel.key, row.message.person_id].append(row)
        else:
            yield Parcel(dispatches=[row], channel=channel, envelope=_envelope(row, address))
    for (key, person), parts in letters.items():
        channel = registry.get(Channel, key)
        for first in range(0, len(parts), LETTER_AT_MOST):
            some = parts[first : first + LETTER_AT_MOST]
            address = getattr(people[person or 0], channel.field)
            yield Parcel(dispatches=some, channel=channel, envelope=_letter(some, address))


def _people(ids: set[int]) -> dict[int, Any]:
    return dict(get_user_model().objects.filter(is_active=True).in_bulk(ids))


def _channel(row: Dispatch) -> Channel | None:
    return registry.get(Channel, row.channel) if registry.has(Channel, row.channel) else None


def _address(row: Dispatch, channel: Channel, people: dict[int, Any]) -> str:
    message = row.message
    if message.endpoint_id:
        return message.endpoint.url if message.endpoint and message.endpoint.active else ""
    if message.person_id:
        return str(getattr(people.get(message.person_id), channel.field, "") or "")
    return message.to.partition(":")[2]


def _envelope(row: Dispatch, address: str) -> Envelope:
    message = row.message
    return Envelope(
        secret=signing_key(message.endpoint) if message.endpoint else "",
        id=f"{row.pk}.{settings.SITE_NAME}",
        address=address,
        kind=message.kind,
        title=message.title,
        text=message.text,
        link=settings.SITE_URL + message.link if message.link else "",
        code=message.code,
        area=message.area,
        at=message.at,
    )


def _letter(rows: Sequence[Dispatch], address: str) -> Envelope:
    """The day's messages in one."""
    first = _envelope(rows[0], address)
    lines = [f"{n}. {_in_letter(row)}" for n, row in enumerate(rows, start=1)]
    return Envelope(
        id=first.id,
        address=address,
        kind="digest",
        title=f"今天有 {len(rows)} 条消息",
        text="\n\n".join(lines),
        link=settings.SITE_URL + "/messages/",
        code="",
        area=first.area,
        at=clock.now(),
    )


def _in_letter(row: Dispatch) -> str:
    envelope = _envelope(row, "")
    return "\n".join(part for part in (envelope.title, envelope.text, envelope.link) if part)


def _carry(parcel: Parcel) -> Outcome:
    """In a thread of its own, without the database."""
    try:
        return Outcome(provider_id=parcel.channel.send(parcel.envelope)[:200])
    except Refused as refused:
        return Outcome(error=str(refused))
    except Exception as error:
        log.warning("%s %s: %s", parcel.channel.key, parcel.envelope.id, error)
        return Outcome(error=str(error) or type(error).__name__, again=True)


def _note(rows: Sequence[Dispatch], outcome: Outcome) -> None:
    for row in rows:
        mine = Dispatch.objects.filter(pk=row.pk, state=Dispatch.WAITING)
        if not outcome.error:
            mine.update(
                state=Dispatch.SENT,
                sent_at=clock.now(),
                provider_id=outcome.provider_id,
                error="",
            )
            _forget_link(row.message)
        elif outcome.again and row.tries <= len(RETRY_AFTER):
            wait = RETRY_AFTER[row.tries - 1]
            mine.update(next_at=clock.now() + wait, error=outcome.error)
        else:
            mine.update(state=Dispatch.DEAD, error=outcome.error)


def _forget_link(message: Message) -> None:
    """A link sent outside may be a key: whoever reads the messages later does not get it."""
    outside = message.person_id is None and message.endpoint_id is None
    if outside and message.link:
        Message.objects.filter(pk=message.pk).update(link="")


def _skip(row: Dispatch, why: str) -> None:
    Dispatch.objects.filter(pk=row.pk).update(state=Dispatch.SKIPPED, error=why)
