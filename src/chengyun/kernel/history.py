"""The audit rows of one object as people read them: its timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from chengyun.kernel import registry
from chengyun.kernel.actions import subject_type
from chengyun.kernel.models.history import Audit, Personal
from chengyun.kernel.specs import Act

ERASED = "已按申请删除"
TOLD = ("result", "reason", "note", "text")
NAMED = ("unit", "class", "condition")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One act: what, by whom in which post, with which facts; personal values as far as they still exist."""

    row: Audit
    at: datetime
    verb: str
    label: str
    who: str
    post: str
    facts: Mapping[str, Any]
    personal: Mapping[str, str]

    @property
    def signature(self) -> str:
        return " · ".join(part for part in (self.who, self.post) if part)

    @property
    def object(self) -> str:
        """What the act was done with: 派遣 到 市政工程处."""
        names = [
            v.get("name") or v.get("text")
            for k in NAMED
            if isinstance(v := self.facts.get(k), dict)
        ]
        return "，" + "，".join(name for name in names if name) if any(names) else ""

    @property
    def note(self) -> str:
        """The words of the act, its reason or result first."""
        said = [str(self.facts[key]) for key in TOLD if self.facts.get(key)]
        return "\n".join(
            [*said, *([self.personal["description"]] if "description" in self.personal else [])]
        )


def history_of(subject: models.Model, posts: Mapping[str, str]) -> list[Line]:
    """All acts on an object, oldest first; ``posts`` names the posts people acted in. Three queries."""
    kind = subject_type(subject)
    rows = list(Audit.objects.filter(subject_type=kind, subject_id=subject.pk).order_by("seq"))
    kept = Personal.objects.filter(subject_type=kind, subject_id=subject.pk, erased_at=None)
    values = dict(kept.values_list("pk", "value"))
    people = get_user_model().objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [_line(row, people, values, posts) for row in rows]


def _line(
    row: Audit, people: Mapping[Any, Any], values: Mapping[int, str], posts: Mapping[str, str]
) -> Line:
    person = people.get(row.actor_id)
    return Line(
        row=row,
        at=row.at,
        verb=row.verb,
        label=registry.get(Act, row.verb).label if registry.has(Act, row.verb) else row.verb,
        who=str(person) if person else "系统",
        post=posts.get(row.post, ""),
        facts=row.facts,
        personal={
            key: values.get(value["personal"], ERASED)
            for key, value in row.facts.items()
            if isinstance(value, dict) and "personal" in value
        },
    )
