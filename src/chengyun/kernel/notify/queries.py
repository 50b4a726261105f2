"""Reads about messages. The user comes first: one's own inbox, and the log of the areas one looks after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from chengyun.kernel import registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import installation
from chengyun.kernel.models.history import Delivery
from chengyun.kernel.models.messages import Dispatch, Endpoint, Message, Preference
from chengyun.kernel.notify.specs import Notice
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Person

LOG, RULE = "message.log", "message.rule"


@dataclass(kw_only=True)
class Thread:
    """The messages about one thing, newest first."""

    code: str
    messages: list[Message] = field(default_factory=list)

    @property
    def unread(self) -> int:
        return sum(message.read_at is None for message in self.messages)

    @property
    def title(self) -> str:
        return self.messages[0].title


def inbox_for(user: Person) -> QuerySet[Message]:
    """What stands in a person's inbox."""
    return Message.objects.filter(person_id=user.pk, shown=True)


def message_for(user: Person, pk: int) -> Message:
    """One message of one's own."""
    found = inbox_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这条消息。")
    return found


@recent(5)
def unread_of(person: int) -> int:
    """How many messages a person has not read."""
    return Message.objects.filter(person_id=person, shown=True, read_at=None).count()


def unread_counts(people: Iterable[int]) -> dict[int, int]:
    """The same for several people in one query; who has read everything is missing."""
    rows = Message.objects.filter(person_id__in=list(people), shown=True, read_at=None)
    counted = rows.values("person_id").annotate(n=Count("pk")).order_by()
    return {row["person_id"] or 0: row["n"] for row in counted}


def threads(messages: Iterable[Message]) -> list[Thread]:
    """By the thing they are about, in the order of its newest message; what is about nothing stands alone."""
    found: dict[str, Thread] = {}
    for message in messages:
        key = message.code or f"message {message.pk}"
        found.setdefault(key, Thread(code=message.code)).messages.append(message)
    return list(found.values())


def preference_of(user: Person) -> Preference:
    """What the person wants; nothing said yet is an empty one."""
    found = Preference.objects.filter(person_id=user.pk).first()
    return found or Preference(person_id=user.pk)


def notices() -> list[tuple[str, list[Notice]]]:
    """The kinds of messages somebody may choose about, by group."""
    groups: dict[str, list[Notice]] = {}
    for notice in registry.all_of(Notice):
        if not notice.private:
            groups.setdefault(notice.group, []).append(notice)
    return list(groups.items())


def _within(user: Person, permission: str, column: str) -> Q:
    """What lies in the areas of a permission; what lies nowhere belongs to the city."""
    scope, city = user.scope(permission), installation()
    whole = Q(**{column: ""}) if city and scope.covers(area=city.area) else Q(pk__in=())
    return scope.area_q(column) | whole


def messages_for(user: Person) -> QuerySet[Message]:
    """The log of messages of the areas a person looks after."""
    return Message.objects.filter(_within(user, LOG, "area"))


def logged_for(user: Person, pk: int) -> Message:
    """One message of the log."""
    found = messages_for(user).select_related("endpoint").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这条消息，或者它不在你的管辖范围内。")
    return found


def dispatch_for(user: Person, pk: int) -> Dispatch:
    """One message on its way by one channel."""
    rows = Dispatch.objects.filter(message__in=messages_for(user), pk=pk)
    found = rows.select_related("message").first()
    if found is None:
        raise Missing("没有这次发送，或者它不在你的管辖范围内。")
    return found


def events_for(user: Person) -> QuerySet[Delivery]:
    """Events that could not be handed to whoever listens, in the areas a person looks after."""
    rows = Delivery.objects.filter(_within(user, LOG, "audit__area"), state=Delivery.DEAD)
    return rows.select_related("audit")


def event_for(user: Person, pk: int) -> Delivery:
    """One of them."""
    found = events_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个事件，或者它已经重新投递。")
    return found


def endpoints_for(user: Person) -> QuerySet[Endpoint]:
    """Programs elsewhere that are told of events of the areas a person looks after."""
    return Endpoint.objects.filter(_within(user, RULE, "area"))


def endpoint_for(user: Person, pk: int) -> Endpoint:
    """One of them."""
    found = endpoints_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个推送地址，或者它不在你的管辖范围内。")
    return found
