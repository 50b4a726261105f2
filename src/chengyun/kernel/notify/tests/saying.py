"""A kind of message only these tests have, and people to send it to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chengyun.city.people.models import User
from chengyun.kernel import outbox, registry
from chengyun.kernel.actions import record
from chengyun.kernel.models import Audit, Dispatch
from chengyun.kernel.notify import telling
from chengyun.kernel.notify.specs import INBOX, Notice, Recipient
from chengyun.kernel.specs import Act


def facts(row: Audit) -> Mapping[str, str]:
    return {"code": row.subject_code, "link": "/messages/", "what": str(row.facts["what"])}


def listeners(row: Audit) -> list[Recipient]:
    named = [Recipient(person=pk, role=role) for pk, role in row.facts["people"]]
    return [*named, *(Recipient(address=a) for a in row.facts["addresses"])]


def declare(**changes: Any) -> Notice:
    """The kind as it is, or with something different."""
    given: dict[str, Any] = {
        "key": "test.said",
        "label": "试一试",
        "group": "试验",
        "on": ("test.say",),
        "to": listeners,
        "facts": facts,
        "title": "听说：{what}",
        "text": "{what}，知道了。",
        "channels": (INBOX, "email"),
        **changes,
    }
    notice = Notice(**given)
    if not registry.has(Act, "test.say"):
        registry.add(Act(key="test.say", label="说"))
    telling.declare(notice)
    return notice


def say(*people: User, what: str = "水管爆了", addresses: tuple[str, ...] = ()) -> Audit:
    """The event happens, and the worker makes messages of it."""
    subject = people[0] if people else User.objects.all()[0]
    row = record(
        "test.say",
        subject,
        by=None,
        area="371502",
        facts={
            "what": what,
            "people": [(p.pk, p.post_key) for p in people],
            "addresses": list(addresses),
        },
    )
    outbox.deliver_due()
    return row


def way() -> Dispatch:
    """The only one."""
    return Dispatch.objects.get()
