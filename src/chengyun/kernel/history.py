"""The audit rows of one object as people read them: its timeline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from chengyun.kernel import clock, registry
from chengyun.kernel.actions import subject_type
from chengyun.kernel.models.history import Audit, Personal
from chengyun.kernel.specs import Act
from chengyun.kernel.ui.words import told

ERASED = "已按申请删除"
TOLD = (
    "result", "reason", "reply", "told", "owner", "parts", "question", "task", "note", "text",
)  # fmt: skip
PERSONAL = ("description", "answer")
"""What people outside wrote."""
NAMED = (
    "unit", "class", "condition", "cause", "watch_level", "grade", "until", "helpers", "into", "child", "parent",
    "case", "outsider", "alert", "units", "silence",
)  # fmt: skip
THROUGH = "through"
"""The fact that says who acted without an account."""
SENT = "inspector"
"""The fact that holds the key of whom the act sent the object to."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One act: what, by whom in which post, with which facts; personal values as far as they still exist."""

    row: Audit
    at: datetime
    verb: str
    label: str
    who: str
    post: str
    sent_to: str
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
        told = [name for name in (*names, self.sent_to) if name]
        return "，" + "，".join(told) if told else ""

    @property
    def note(self) -> str:
        """The words of the act, its reason or result first."""
        said = [str(self.facts[key]) for key in TOLD if self.facts.get(key)]
        return "\n".join([*said, *(self.personal[key] for key in PERSONAL if key in self.personal)])


def history_of(subject: models.Model, posts: Mapping[str, str]) -> list[Line]:
    """All acts on an object, oldest first; ``posts`` names the posts people acted in. Three queries at most."""
    return histories_of([subject], posts)


def histories_of(subjects: Sequence[models.Model], posts: Mapping[str, str]) -> list[Line]:
    """All acts on several objects of one kind, oldest first. Three queries at most, none for no object."""
    if not subjects:
        return []
    kind, keys = subject_type(subjects[0]), [subject.pk for subject in subjects]
    rows = list(Audit.objects.filter(subject_type=kind, subject_id__in=keys).order_by("id"))
    kept = Personal.objects.filter(subject_type=kind, subject_id__in=keys, erased_at=None)
    values = dict(kept.values_list("pk", "value")) if any(map(_personal, rows)) else {}
    known = {key for row in rows for key in (row.actor_id, row.facts.get(SENT)) if key}
    people = get_user_model().objects.in_bulk(known)
    return [_line(row, people, values, posts) for row in rows]


def last_said(
    kind: type[models.Model],
    keys: Collection[int],
    verbs: Collection[str],
    posts: Mapping[str, str],
) -> dict[int, Line]:
    """By object of a kind, the newest of these acts that has words. Two queries at most."""
    rows = Audit.objects.filter(
        subject_type=subject_type(kind), subject_id__in=keys, verb__in=verbs
    ).order_by("seq")
    found = {row.subject_id: row for row in rows if any(row.facts.get(key) for key in TOLD)}
    people = get_user_model().objects.in_bulk({r.actor_id for r in found.values() if r.actor_id})
    return {key: _line(row, people, {}, posts) for key, row in found.items()}


def acts_on(subject: models.Model, verbs: Collection[str]) -> list[Audit]:
    """These acts on an object, oldest first."""
    rows = Audit.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return list(rows.filter(verb__in=verbs).order_by("seq"))


def newest_act(subject: models.Model) -> Audit | None:
    """The last act on an object; its ``seq`` is the version of what has no other."""
    rows = Audit.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return rows.order_by("-seq").first()


def overtaken(subject: models.Model, doing: str, state: str = "") -> str:
    """The sentence for whoever comes second: who was faster, when, with what, and how it stands."""
    last = newest_act(subject)
    now = f"，现在是「{state}」。" if state else "，请看新的情况再办。"
    if last is None:
        return f"没能{doing}：刚有人办过{now}"
    people = get_user_model().objects.in_bulk([last.actor_id] if last.actor_id else [])
    line = _line(last, people, {}, {})
    return f"没能{doing}：{line.who} {told(line.at, now=clock.now())} 已{line.label}{now}"


def _line(
    row: Audit, people: Mapping[Any, Any], values: Mapping[int, str], posts: Mapping[str, str]
) -> Line:
    person = people.get(row.actor_id)
    return Line(
        row=row,
        at=row.at,
        verb=row.verb,
        label=registry.get(Act, row.verb).label if registry.has(Act, row.verb) else row.verb,
        who=str(person or row.facts.get(THROUGH) or "系统"),
        post=posts.get(row.post, ""),
        sent_to=str(people.get(row.facts.get(SENT)) or ""),
        facts=row.facts,
        personal={key: values.get(pk, ERASED) for key, pk in _personal(row).items()},
    )


def _personal(row: Audit) -> dict[str, int]:
    """Which personal values a row refers to."""
    return {
        key: value["personal"]
        for key, value in row.facts.items()
        if isinstance(value, dict) and "personal" in value
    }
