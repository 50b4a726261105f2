"""消息记录: what was told to whom, how it went out, and what did not get through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import names_of_users, person_of, role_labels
from chengyun.kernel import registry
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.models import Delivery, Dispatch, Message
from chengyun.kernel.notify import queries
from chengyun.kernel.notify.services import resend, resend_event
from chengyun.kernel.notify.specs import INBOX, Channel, Notice
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.paging import keyset
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import masked_phone
from chengyun.systems.maintenance.trail import act_label

STATES = {
    Dispatch.WAITING: ("待发", "amber"),
    Dispatch.SENT: ("已送达", "eco"),
    Dispatch.DEAD: ("没有送达", "red"),
    Dispatch.SKIPPED: ("没有发", "line"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A message as the log shows it."""

    message: Message
    who: str
    ways: list[Dispatch]

    @property
    def pk(self) -> int:
        return self.message.pk

    @property
    def state(self) -> dict[str, str]:
        """How it stands, the worst of its ways first."""
        states = {way.state for way in self.ways}
        for state in (Dispatch.DEAD, Dispatch.WAITING, Dispatch.SKIPPED, Dispatch.SENT):
            if state in states:
                words, tone = STATES[state]
                return {"words": words, "tone": tone}
        read = self.message.read_at is not None
        return {"words": "已读" if read else "未读", "tone": "eco" if read else "line"}

    @property
    def channels(self) -> str:
        names = ["站内"] if self.message.shown else []
        return "、".join([*names, *(way_label(way.channel) for way in self.ways)])


def way_label(key: str) -> str:
    if key == INBOX:
        return "站内"
    return registry.get(Channel, key).label if registry.has(Channel, key) else key


def kind_label(key: str) -> str:
    return registry.get(Notice, key).label if registry.has(Notice, key) else key


COLUMNS = (
    Column(key="at", label="时间", value=lambda line: line.message.at, kind="time"),
    Column(
        key="title",
        label="消息",
        value=lambda line: (line.message.title, kind_label(line.message.kind)),
        kind="strong",
    ),
    Column(key="who", label="告诉谁", value=lambda line: line.who),
    Column(key="ways", label="方式", value=lambda line: line.channels, kind="short"),
    Column(key="state", label="状态", value=lambda line: line.state, kind="badge"),
)
FILTERS = (
    Filter(
        key="state",
        label="状态",
        choices=lambda user: [(key, words) for key, (words, _) in STATES.items()],
    ),
    Filter(
        key="channel",
        label="方式",
        choices=lambda user: [(c.key, c.label) for c in registry.all_of(Channel)],
    ),
    Filter(
        key="kind",
        label="种类",
        choices=lambda user: [(n.key, n.label) for n in registry.all_of(Notice)],
    ),
    Filter(key="code", label="案号", kind="text"),
)


def _narrowed(rows: QuerySet[Message], values: Values) -> QuerySet[Message]:
    ways = Dispatch.objects.filter(message=OuterRef("pk"))
    wanted = {key: values[key] for key in ("state", "channel") if key in values}
    if wanted:
        rows = rows.filter(Exists(ways.filter(**wanted)))
    if kind := values.get("kind"):
        rows = rows.filter(kind=kind)
    if code := values.get("code"):
        rows = rows.filter(code=code)
    return rows


def lines_of(rows: Iterable[Message]) -> list[Line]:
    """Messages with the names of those they were for."""
    kept = list(rows)
    names = names_of_users({row.person_id for row in kept if row.person_id})
    roles = role_labels()
    return [Line(message=row, who=_who(row, names, roles), ways=_ways_of(row)) for row in kept]


def _ways_of(row: Message) -> list[Dispatch]:
    return sorted(row.dispatches.all(), key=lambda way: way.pk)


def _who(row: Message, names: dict[int, str], roles: dict[str, str]) -> str:
    if row.endpoint:
        return row.endpoint.label
    if row.person_id is None:
        scheme, _, address = row.to.partition(":")
        return masked_phone(address) if scheme == "tel" else address
    role = roles.get(row.role, "")
    return " · ".join(part for part in (names.get(row.person_id, "已注销"), role) if part)


LOG = Listing(
    key="maintenance:messages",
    label="消息记录",
    may="message.log",
    columns=COLUMNS,
    filters=FILTERS,
    rows=lambda user, values: _narrowed(queries.messages_for(user), values),
    more=lambda rows: rows.select_related("endpoint").prefetch_related("dispatches"),
    lines=lines_of,
    links=Links(url=lambda line: reverse("maintenance:message", args=[line.pk])),
    counted=False,
    empty="没有符合条件的消息。",
    way="看全部消息",
)
registry.add(LOG)


@door(may="message.log")
def messages(request: HttpRequest) -> HttpResponse:
    """The log, newest first."""
    dead = queries.events_for(person_of(request)).count()
    return page(request, dead=dead, **listed(request, LOG))


@door(may="message.log")
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message and each of its ways."""
    found = queries.logged_for(person_of(request), pk)
    line = lines_of([found])[0]
    ways = [
        {
            "pk": way.pk,
            "label": way_label(way.channel),
            "badge": dict(zip(("words", "tone"), STATES[way.state], strict=True)),
            "row": way,
            "again": way.state in (Dispatch.DEAD, Dispatch.SKIPPED) and way.channel != INBOX,
        }
        for way in line.ways
    ]
    return page(request, line=line, message=found, kind=kind_label(found.kind), ways=ways)


@require_POST
@door(may="message.log")
def message_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Try one way once more."""
    by = person_of(request)
    way = resend(queries.dispatch_for(by, pk), by=by)
    there = reverse("maintenance:message", args=[way.message_id])
    return back(request, there, f"{way_label(way.channel)}重新发送，结果稍后在这里显示。")


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event that could not be handed on."""

    row: Delivery

    @property
    def pk(self) -> int:
        return self.row.pk

    @property
    def words(self) -> tuple[str, str]:
        audit = self.row.audit
        return f"{act_label(audit.verb)} {audit.subject_code}", self.row.error


@door(may="message.log")
def events(request: HttpRequest) -> HttpResponse:
    """Events that whoever listens could not take in: the dead of the outbox."""
    rows = queries.events_for(person_of(request))
    part = keyset(rows, ("-id",), after=request.GET.get("after", ""))
    return page(
        request,
        events=[Event(row=row) for row in part.items],
        next=part.next,
    )


@require_POST
@door(may="message.log")
def event_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand one of them on once more."""
    by = person_of(request)
    resend_event(queries.event_for(by, pk), by=by)
    return back(request, "maintenance:events", "已重新投递。")
