"""The engine: takes a subject one step along its table of verbs. It knows nothing of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from chengyun.kernel.actions import record
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed
from chengyun.kernel.models.history import Audit
from chengyun.kernel.models.subject import Subject
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Field, Step, Workflow

DONE = "done"


@dataclass(frozen=True)
class Move:
    """One step about to be taken: what the engine found and what the subject becomes."""

    flow: Workflow
    step: Step
    source: str
    target: str
    branches: dict[str, str]


@dataclass
class Effects:
    """What the noun adds to a step: columns to set, facts and personal values for the audit row."""

    columns: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)


def open_steps(subject: Subject) -> list[Step]:
    """The steps the table allows from where the subject stands, whoever asks."""
    flow = flow_of(subject.edition_id)
    return [
        s
        for s in flow.steps
        if subject.state in s.source and not (s.branch and subject.branches.get(s.branch) == DONE)
    ]


def steps_for(subject: Subject, user: Person, may: Callable[[Step], bool]) -> list[Step]:
    """What this person may do now: open, permitted, and accepted by the noun's own guard ``may``."""
    return [s for s in open_steps(subject) if user.may(s.may) and may(s)]


def plan(subject: Subject, verb: str, *, by: Person | None, facts: Mapping[str, Any]) -> Move:
    """Check a verb against the table: state (409), permission (403), facts (422). Changes nothing."""
    flow = flow_of(subject.edition_id)
    if verb not in flow.verbs():
        raise Invalid(f"{flow.label}没有「{verb}」这个动作。")
    open_now = [s for s in open_steps(subject) if s.verb == verb and _branch_fits(s, facts)]
    if not open_now:
        label = next(s.label for s in flow.steps if s.verb == verb)
        state = flow.state(subject.state).label
        raise Conflict(f"{subject.code} 现在是「{state}」，不能{label}。", version=subject.version)
    # Of branches side by side a person means the one that is theirs.
    step = next((s for s in open_now if by is None or by.may(s.may)), open_now[0])
    if by is not None and not by.may(step.may):
        raise NotAllowed(f"你没有「{step.label}」的权限。")
    _check_facts(flow, step, facts)
    target, branches = _arrive(flow, step, subject)
    return Move(flow=flow, step=step, source=subject.state, target=target, branches=branches)


def take(subject: Subject, move: Move, effects: Effects, *, by: Person | None) -> Audit:
    """Take the planned step: conditional update, audit row, events. Somebody faster makes it a Conflict.

    Runs in the caller's transaction; the noun has put clocks, holders and the like into ``effects``.
    """
    columns = {"state": move.target, "branches": move.branches, **effects.columns}
    kind: type[Subject] = type(subject)
    manager: models.Manager[Subject] = kind._default_manager
    mine = manager.filter(pk=subject.pk, version=subject.version, state=move.source)
    if not mine.update(version=subject.version + 1, **columns):
        _somebody_was_faster(subject, move)
    subject.version += 1
    branch = {"branch": move.step.branch} if move.step.branch else {}
    for name, value in columns.items():
        setattr(subject, name, value)
    return record(
        f"{subject.workflow}.{move.step.verb}",
        subject,
        by=by,
        facts={"from": move.source, "to": move.target, **branch, **effects.facts},
        personal=effects.personal,
        area=subject.area,
        edition=subject.edition_id,
    )


def _branch_fits(step: Step, facts: Mapping[str, Any]) -> bool:
    return not step.branch or facts.get("branch", step.branch) == step.branch


def _check_facts(flow: Workflow, step: Step, facts: Mapping[str, Any]) -> None:
    missing = [flow.fact(key) for key in step.needs if facts.get(key) in (None, "", [], ())]
    if missing:
        names = "、".join(f.label for f in missing)
        raise Invalid(
            f"{step.label}还缺：{names}。",
            fields=tuple(FieldError(f.key, f"请填写{f.label}。") for f in missing),
        )
    known = {*step.needs, *step.asks}
    wrong = [
        error
        for key in known
        if facts.get(key) not in (None, "")
        for error in _fact_error(flow.fact(key), facts)
    ]
    if wrong:
        raise Invalid(wrong[0].message, fields=tuple(wrong))


def _fact_error(fact: Field, facts: Mapping[str, Any]) -> list[FieldError]:
    value = facts[fact.key]
    if fact.kind == "choice" and value not in [key for key, _ in fact.choices]:
        return [
            FieldError(
                fact.key, f"{fact.label}只能是：{'、'.join(label for _, label in fact.choices)}。"
            )
        ]
    if fact.kind in ("text", "long") and len(str(value)) > fact.max_length:
        return [
            FieldError(
                fact.key, f"{fact.label}最多 {fact.max_length} 字，现在有 {len(str(value))} 字。"
            )
        ]
    return []


def _arrive(flow: Workflow, step: Step, subject: Subject) -> tuple[str, dict[str, str]]:
    if step.branch:
        branches = dict(subject.branches) | {step.branch: DONE}
        state = flow.state(subject.state)
        if all(branches.get(b) == DONE for b in state.branches):
            return state.join, _enter(flow, state.join)
        return subject.state, branches
    if not step.target:
        return subject.state, dict(subject.branches)
    return step.target, _enter(flow, step.target)


def _enter(flow: Workflow, target: str) -> dict[str, str]:
    return dict.fromkeys(flow.state(target).branches, "open")


def _somebody_was_faster(subject: Subject, move: Move) -> None:
    kind: type[Subject] = type(subject)
    now = kind._default_manager.filter(pk=subject.pk).values_list("version", "state").first()
    state = move.flow.state(now[1]).label if now else "不存在"
    raise Conflict(
        f"没能{move.step.label}：{subject.code} 刚被别人办过，现在是「{state}」。",
        version=now[0] if now else None,
    )
