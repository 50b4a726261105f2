"""What 指令 tell whom: those who may confirm one that waits, and those who gave it how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.models import User
from chengyun.city.people.queries import posts_in_charge
from chengyun.city.sensing.commands import label_of
from chengyun.city.sensing.models import Command
from chengyun.city.sensing.workflow import COMMAND
from chengyun.kernel import clock
from chengyun.kernel.editions import flow_of
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import told

ENDS = ("refuse", "expire", "reach", "fail", "lose")
BOTH = ("command.fail", "command.lose")
"""What the second person has to know as well."""


def command_of(row: Audit) -> Command:
    related = ("device", "asked_by", "confirmed_by")
    return Command.objects.select_related(*related).get(pk=row.subject_id)


def second_people(row: Audit) -> list[Recipient]:
    """Who may confirm it; whoever asked is left out by whoever tells."""
    return in_posts(posts_in_charge(COMMAND, area=row.area))


def givers(row: Audit) -> list[Recipient]:
    """Who asked for it, and of what went wrong who confirmed it too."""
    command = command_of(row)
    people = [command.asked_by, command.confirmed_by if row.verb in BOTH else None]
    return [_person(each) for each in people if each is not None and each.is_active]


def _person(user: User) -> Recipient:
    return Recipient(person=user.pk, role=user.post_key)


def facts(row: Audit) -> Mapping[str, str]:
    command = command_of(row)
    return {
        "code": command.code,
        "link": reverse("monitoring:command", args=(command.code,)),
        "device": str(command.device),
        "what": f"{label_of(command.device, command.point)} {command.words}",
        "reason": command.reason,
        "state": flow_of(command.edition_id).state(command.state).label,
        "outcome": command.outcome or str(row.facts.get("reason", "")),
        "until": told(command.expires_at, now=clock.now()),
        "who": str(command.asked_by),
    }


# fmt: off
COMMAND_NOTICES = (
    Notice(key="command.asked", label="等人复核的控制指令", group="运行监测", on=("command.ask",), to=second_people,
           facts=facts, title="请复核：{device}，{what}", text="{who}：{reason}。{until} 前复核，过期作废。",
           channels=WIDE, order=56, urgent=True),
    Notice(key="command.ended", label="控制指令的结果", group="运行监测",
           on=tuple(f"command.{verb}" for verb in ENDS), to=givers, facts=facts,
           title="{device}，{what}：{state}", text="{outcome}", order=57, urgent=True),
)
# fmt: on
