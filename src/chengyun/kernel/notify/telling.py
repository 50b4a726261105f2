"""The one loop that turns an audit row into messages, by what is declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chengyun.kernel import clock, outbox, registry
from chengyun.kernel.models.history import Audit
from chengyun.kernel.models.messages import Dispatch, Endpoint, Message, Preference
from chengyun.kernel.notify import choices
from chengyun.kernel.notify.specs import INBOX, Channel, Notice, Recipient
from chengyun.kernel.reads import composed
from chengyun.kernel.recent import recent

LONGEST_TITLE = 200
OFF = "本人设置不接收这类消息"


def declare(*notices: Notice) -> None:
    """Declare kinds of messages and listen to the events they tell of."""
    registry.add(*notices)
    for verb in {verb for notice in notices for verb in notice.on}:
        outbox.listen(verb, tell)


def tell(row: Audit) -> None:
    """Write the messages of one event. Runs in one transaction; a second run adds nothing."""
    for notice in registry.all_of(Notice):
        if row.verb in notice.on:
            _tell(notice, row)


@dataclass(frozen=True, kw_only=True)
class _Occasion:
    notice: Notice
    row: Audit
    facts: Mapping[str, str]

    @property
    def about(self) -> str:
        return f"audit {self.row.pk}"

    def message(self, to: str, **columns: Any) -> Message:
        notice, facts = self.notice, self.facts
        return Message(
            kind=notice.key,
            about=self.about,
            to=to,
            title=notice.title.format_map(facts)[:LONGEST_TITLE],
            text=notice.text.format_map(facts),
            link=facts.get("link", ""),
            code=facts.get("code", ""),
            area=self.row.area,
            urgent=notice.urgent,
            at=self.row.at,
            **columns,
        )


_told = composed(
    lambda about, kind: Message.objects.filter(about=about, kind=kind).values_list("to", flat=True)
)


def _tell(notice: Notice, row: Audit) -> None:
    people = [to for to in _each_once(notice.to(row)) if to.person != (row.actor_id or -1)]
    programs = [e for e in _endpoints() if notice.key in e.kinds and row.area.startswith(e.area)]
    told = set(_told(f"audit {row.pk}", notice.key))
    people = [to for to in people if to.to not in told]
    programs = [each for each in programs if _name(each) not in told]
    if people or programs:
        occasion = _Occasion(notice=notice, row=row, facts=notice.facts(row))
        _write([*_to_people(occasion, people), *_to_programs(occasion, programs)])


def _each_once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """The first mention of each recipient counts: it says in which role they are told."""
    found: dict[str, Recipient] = {}
    for recipient in recipients:
        found.setdefault(recipient.to, recipient)
    return list(found.values())


Sheet = tuple[Message, list[Dispatch]]


def _to_people(occasion: _Occasion, recipients: Sequence[Recipient]) -> Iterable[Sheet]:
    wishes = choices.preferences_of({to.person for to in recipients if to.person})
    for to in recipients:
        if to.address:
            yield _to_address(occasion, to)
            continue
        ways = choices.channels_of(occasion.notice, to.role)
        if ways:
            yield _to_person(occasion, to, ways, wishes.get(to.person, choices.NOTHING_SAID))


def _to_person(occasion: _Occasion, to: Recipient, ways: Sequence[str], wish: Preference) -> Sheet:
    notice = occasion.notice
    off = choices.muted(notice, wish)
    shown = INBOX in ways and not off
    message = occasion.message(to.to, person_id=to.person, role=to.role, shown=shown)
    if off:
        return message, [_skipped(way) for way in ways]
    ways_out = [channel for channel in registry.all_of(Channel) if channel.key in ways]
    return message, [_on_its_way(notice, channel, wish) for channel in ways_out]


def _skipped(way: str) -> Dispatch:
    return Dispatch(channel=way, state=Dispatch.SKIPPED, next_at=clock.now(), error=OFF)


def _on_its_way(notice: Notice, channel: Channel, wish: Preference) -> Dispatch:
    at, digest = choices.not_before(notice, channel, wish, clock.now())
    return Dispatch(channel=channel.key, next_at=at, digest=digest)


def _to_address(occasion: _Occasion, to: Recipient) -> Sheet:
    """Somebody without an account: by the channel that serves this kind of address."""
    scheme = to.address.partition(":")[0]
    found = [c for c in registry.all_of(Channel) if c.scheme == scheme]
    message = occasion.message(to.to, shown=False)
    return message, [Dispatch(channel=c.key, next_at=clock.now()) for c in found[:1]]


def _to_programs(occasion: _Occasion, programs: Sequence[Endpoint]) -> Iterable[Sheet]:
    for each in programs:
        message = occasion.message(_name(each), endpoint=each, shown=False)
        yield message, [Dispatch(channel="webhook", next_at=clock.now())]


@recent(5)
def _endpoints() -> list[Endpoint]:
    return list(Endpoint.objects.filter(active=True))


def forget_endpoints() -> None:
    """An endpoint has changed."""
    _endpoints.forget()


def _name(endpoint: Endpoint) -> str:
    return f"endpoint {endpoint.pk}"


def _write(sheets: Sequence[Sheet]) -> None:
    Message.objects.bulk_create([message for message, _ in sheets])
    ways = []
    for message, dispatches in sheets:
        for dispatch in dispatches:
            dispatch.message = message
            ways.append(dispatch)
    Dispatch.objects.bulk_create(ways)
