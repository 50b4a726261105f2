"""By which ways and when somebody is told: the city's rules, then what the person wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta

from django.utils.timezone import localtime

from chengyun.kernel import registry
from chengyun.kernel.models.messages import ChannelRule, Preference
from chengyun.kernel.notify.specs import INBOX, Channel, Notice
from chengyun.kernel.reads import composed
from chengyun.kernel.recent import recent

NOTHING_SAID = Preference()


@recent(5)
def rules() -> dict[tuple[str, str], tuple[str, ...]]:
    """What the city has decided, by role and kind."""
    return {(r.role, r.kind): tuple(r.channels) for r in ChannelRule.objects.all()}


def channels_of(notice: Notice, role: str) -> tuple[str, ...]:
    """The ways by which a role is told of this kind of event."""
    return rules().get((role, notice.key), notice.channels)


def preferences_of(people: Collection[int]) -> dict[int, Preference]:
    """What these people want; who never said anything is missing."""
    return {p.person_id: p for p in (_said(tuple(people)) if people else ())}


_said = composed(lambda people: Preference.objects.filter(person_id__in=people))


def muted(notice: Notice, preference: Preference) -> bool:
    return notice.key in preference.muted and not notice.compulsory


def not_before(
    notice: Notice, channel: Channel, preference: Preference, now: datetime
) -> tuple[datetime, bool]:
    """When it may go out, and whether it goes with the day's others in one letter."""
    if notice.urgent:
        return now, False
    if channel.digests and preference.digest_at is not None:
        return _next(now, preference.digest_at), True
    return _after_quiet(now, preference.quiet_from, preference.quiet_to), False


def _after_quiet(now: datetime, start: time | None, end: time | None) -> datetime:
    """Now, or the end of the hours of quiet ``now`` lies in; they may reach over midnight."""
    if start is None or end is None or start == end:
        return now
    hour = localtime(now).time()
    quiet = start <= hour < end if start < end else hour >= start or hour < end
    return _next(now, end) if quiet else now


def _next(now: datetime, hour: time) -> datetime:
    """The next moment at which the city's clocks show this."""
    here = localtime(now)
    at = here.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return at if at > here else at + timedelta(days=1)


def offered() -> list[Channel]:
    """The ways out to people this installation has."""
    return [
        channel for channel in registry.all_of(Channel) if channel.field and channel.connected()
    ]


def known(keys: Iterable[str]) -> tuple[str, ...]:
    """Those of the keys that name the inbox or a way out, each once, in order."""
    given = set(keys)
    names = (INBOX, *(channel.key for channel in registry.all_of(Channel)))
    return tuple(name for name in names if name in given)
