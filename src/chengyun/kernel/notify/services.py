"""Verbs on messages: reading them, wanting others, sending again, and telling programs elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from django.db import transaction

from chengyun.kernel import clock, outbox, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.history import ERASED
from chengyun.kernel.installation import city_area
from chengyun.kernel.models.history import Delivery
from chengyun.kernel.models.messages import ChannelRule, Dispatch, Endpoint, Message, Preference
from chengyun.kernel.notify import choices
from chengyun.kernel.notify.hooks import check_url
from chengyun.kernel.notify.queries import LOG, RULE, inbox_for, unread_of
from chengyun.kernel.notify.queries import notices as notices_by_group
from chengyun.kernel.notify.specs import Notice
from chengyun.kernel.notify.telling import forget_endpoints
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person


def read(message: Message, *, by: Person) -> None:
    """The person has seen it. Not in the audit: it is theirs alone."""
    if message.person_id != by.pk:
        raise NotAllowed("这不是你的消息。")
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=clock.now())
    unread_of.forget()


def read_all(*, by: Person, until: int | None = None) -> int:
    """Everything up to a message has been seen; how many had not."""
    rows = inbox_for(by).filter(read_at=None)
    if until is not None:
        rows = rows.filter(pk__lte=until)
    seen = rows.update(read_at=clock.now())
    unread_of.forget()
    return seen


def forget_address(address: str) -> int:
    """Messages to somebody outside no longer say where they went; how many. The verb that calls this records it."""
    return Message.objects.filter(to=address).update(to=ERASED)


@transaction.atomic
def set_preference(
    *,
    muted: Iterable[str],
    quiet: tuple[time | None, time | None],
    digest_at: time | None,
    by: Person,
) -> Preference:
    """What a person wants to hear, and when."""
    if (quiet[0] is None) != (quiet[1] is None):
        raise wrong("quiet_to", "免打扰要填开始和结束两个时间，或者都不填。")
    kinds = sorted({kind for kind in muted if _may_be_muted(kind)})
    found, _ = Preference.objects.update_or_create(
        person_id=by.pk,
        defaults={
            "muted": kinds,
            "quiet_from": quiet[0],
            "quiet_to": quiet[1],
            "digest_at": digest_at,
        },
    )
    facts = {"muted": kinds, "quiet": [str(q) for q in quiet if q], "digest": digest_at}
    record("message.preference", found, by=by, facts=facts)
    return found


def _may_be_muted(kind: str) -> bool:
    return registry.has(Notice, kind) and not registry.get(Notice, kind).compulsory


@transaction.atomic
def set_rule(role: str, kind: str, channels: Iterable[str], *, by: Person | None) -> None:
    """By which ways a role is told of a kind of event from now on; the whole city is meant."""
    require(by, RULE, area=city_area())
    if not registry.has(Notice, kind):
        raise wrong("kind", f"没有「{kind}」这种消息。")
    notice, ways = registry.get(Notice, kind), choices.known(channels)
    if notice.compulsory and not ways:
        raise wrong(kind, f"「{notice.label}」必须送达，至少留一种方式。")
    rule, _ = ChannelRule.objects.update_or_create(
        role=role, kind=kind, defaults={"channels": list(ways)}
    )
    record("message.rule", rule, by=by, facts={"role": role, "kind": kind, "channels": ways})
    choices.rules.forget()


@transaction.atomic
def resend(dispatch: Dispatch, *, by: Person | None) -> Dispatch:
    """Give a message that did not get through another row of tries."""
    require(by, LOG, area=dispatch.message.area)
    again = Dispatch.objects.filter(pk=dispatch.pk, state__in=(Dispatch.DEAD, Dispatch.SKIPPED))
    if not again.update(state=Dispatch.WAITING, tries=0, digest=False, next_at=clock.now()):
        raise Conflict("这条消息正在发送或者已经送达，不用重发。")
    facts = {"channel": dispatch.channel, "recipient": dispatch.message.to}
    record("message.resend", dispatch, by=by, area=dispatch.message.area, facts=facts)
    return dispatch


@transaction.atomic
def resend_event(delivery: Delivery, *, by: Person | None) -> None:
    """Hand an event once more to whoever listens."""
    require(by, LOG, area=delivery.audit.area)
    if not outbox.resend(delivery):
        raise Conflict("这个事件已经重新投递。")
    facts = {"verb": delivery.audit.verb, "subject": delivery.audit.subject_code}
    record("event.resend", delivery, by=by, area=delivery.audit.area, facts=facts)


@transaction.atomic
def add_endpoint(
    label: str, url: str, area: str, kinds: Iterable[str], *, by: Person | None
) -> Endpoint:
    """A program elsewhere is told of these kinds of events in an area."""
    require(by, RULE, area=area)
    check_url(url)
    wanted = _kinds(kinds)
    endpoint = Endpoint(label=label.strip(), url=url, area=area, kinds=wanted, made_at=clock.now())
    endpoint.save(force_insert=True)
    facts = {"label": endpoint.label, "url": url, "kinds": wanted}
    record("endpoint.add", endpoint, by=by, area=area, facts=facts, new=True)
    forget_endpoints()
    return endpoint


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint, label: str, url: str, kinds: Iterable[str], *, by: Person | None
) -> Endpoint:
    """Other words, another address, other events; the key stays."""
    require(by, RULE, area=endpoint.area)
    check_url(url)
    wanted = _kinds(kinds)
    Endpoint.objects.filter(pk=endpoint.pk).update(label=label.strip(), url=url, kinds=wanted)
    facts = {"label": label.strip(), "url": url, "kinds": wanted}
    record("endpoint.change", endpoint, by=by, area=endpoint.area, facts=facts)
    forget_endpoints()
    return endpoint


@transaction.atomic
def renew_key(endpoint: Endpoint, *, by: Person | None) -> Endpoint:
    """Sign with another key from now on."""
    require(by, RULE, area=endpoint.area)
    endpoint.generation += 1
    Endpoint.objects.filter(pk=endpoint.pk).update(generation=endpoint.generation)
    record(
        "endpoint.key",
        endpoint,
        by=by,
        area=endpoint.area,
        facts={"generation": endpoint.generation},
    )
    forget_endpoints()
    return endpoint


@transaction.atomic
def end_endpoint(endpoint: Endpoint, *, by: Person | None) -> None:
    """It is called no more; what it was told stays in the log."""
    require(by, RULE, area=endpoint.area)
    if not Endpoint.objects.filter(pk=endpoint.pk, active=True).update(active=False):
        raise Conflict("这个推送地址已经停用了。")
    record("endpoint.end", endpoint, by=by, area=endpoint.area)
    forget_endpoints()


def _kinds(kinds: Iterable[str]) -> list[str]:
    known = {notice.key for _, notices in notices_by_group() for notice in notices}
    wanted = sorted({*kinds} & known)
    if not wanted:
        raise wrong("kinds", "至少选一种消息。")
    return wanted
