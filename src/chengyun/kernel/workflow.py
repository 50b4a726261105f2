"""The engine: takes a subject one step along its table of verbs. It knows nothing of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chengyun.kernel.actions import record
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed
from chengyun.kernel.history import overtaken
from chengyun.kernel.models.history import Audit
from chengyun.kernel.models.subject import Subject
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Field, Mark, Step, Workflow
from chengyun.kernel.statements import change

DONE = "done"


@dataclass(frozen=True)
class Move:
    """One step about to be taken: what the engine found and what the subject becomes."""

    flow: Workflow
    step: Step
    source: str
    target: str
    branches: dict[str, str]
    marks: list[str]


@dataclass
class Effects:
    """What the noun adds to a step: columns to set, marks to put, facts and personal values for the audit row."""

    columns: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)


def open_steps(subject: Subject) -> list[Step]:
    """The steps the table allows from where the subject stands, whoever asks."""
    return [s for s in _steps_here(subject) if not _in_the_way(s, subject.marks)]


def _steps_here(subject: Subject) -> list[Step]:
    """The steps of its state, whatever marks stand on the subject."""
    return [
        s
        for s in flow_of(subject.edition_id).steps
        if subject.state in s.source and not (s.branch and subject.branches.get(s.branch) == DONE)
    ]


def _in_the_way(step: Step, marks: list[str]) -> str:
    """The first mark that is missing or that hinders a step; "" when it is open."""
    missing = [key for key in step.where if key not in marks]
    hindering = [key for key in step.unless if key in marks]
    return next(iter((*missing, *hindering)), "")


def marks_of(subject: Subject) -> list[Mark]:
    """The marks people see on a subject, in the order of its workflow."""
    if not subject.marks:
        return []
    return [m for m in flow_of(subject.edition_id).marks if m.shown and m.key in subject.marks]


def steps_for(subject: Subject, user: Person, may: Callable[[Step], bool]) -> list[Step]:
    """What this person may do now: open, permitted, and accepted by the noun's own guard ``may``."""
    return [s for s in open_steps(subject) if user.may(s.may) and may(s)]


def plan(subject: Subject, verb: str, *, by: Person | None, facts: Mapping[str, Any]) -> Move:
    """Check a verb against the table: state (409), permission (403), facts (422). Changes nothing."""
    flow = flow_of(subject.edition_id)
    if verb not in flow.verbs():
        raise Invalid(f"{flow.label}没有「{verb}」这个动作。")
    here = [s for s in _steps_here(subject) if s.verb == verb and _branch_fits(s, facts)]
    open_now = [s for s in here if not _in_the_way(s, subject.marks)]
    if not open_now:
        raise Conflict(_why_not(flow, verb, here, subject), version=subject.version)
    # Of branches side by side a person means the one that is theirs.
    step = next((s for s in open_now if by is None or by.may(s.may)), open_now[0])
    if by is not None and not by.may(step.may):
        raise NotAllowed(f"你没有「{step.label}」的权限。")
    _check_facts(flow, step, facts)
    target, branches = _arrive(flow, step, subject)
    return Move(
        flow=flow,
        step=step,
        source=subject.state,
        target=target,
        branches=branches,
        marks=_marked(step, subject, facts),
    )


def take(subject: Subject, move: Move, effects: Effects, *, by: Person | None) -> Audit:
    """Take the planned step: conditional update, audit row, events. Somebody faster makes it a Conflict.

    Runs in the caller's transaction; the noun has put clocks, holders and the like into ``effects``.
    """
    marks = _kept(move, [*move.marks, *effects.puts])
    changed = {
        "puts": [key for key in marks if key not in subject.marks],
        "lifts": [key for key in subject.marks if key not in marks],
    }
    columns = {
        "state": move.target, "branches": move.branches, "marks": marks, **effects.columns,
    }  # fmt: skip
    mine = {"id": subject.pk, "version": subject.version, "state": move.source}
    if not change(type(subject), mine, {"version": subject.version + 1, **columns}):
        _somebody_was_faster(subject, move)
    subject.version += 1
    branch = {"branch": move.step.branch} if move.step.branch else {}
    for name, value in columns.items():
        setattr(subject, name, value)
    return record(
        f"{subject.workflow}.{move.step.verb}",
        subject,
        by=by,
        facts={
            "from": move.source,
            "to": move.target,
            **branch,
            **{name: keys for name, keys in changed.items() if keys},
            **effects.facts,
        },
        personal=effects.personal,
        area=subject.area,
        edition=subject.edition_id,
    )


def obstacle(subject: Subject, verb: str) -> str:
    """The sentence that names the mark in the way of a verb its state allows; "" when there is none."""
    here = [s for s in _steps_here(subject) if s.verb == verb]
    if not here or any(not _in_the_way(s, subject.marks) for s in here):
        return ""
    return _why_not(flow_of(subject.edition_id), verb, here, subject)


def _why_not(flow: Workflow, verb: str, here: list[Step], subject: Subject) -> str:
    """One sentence: the state does not allow the verb, or the mark that is in its way."""
    if not here:
        label = next(s.label for s in flow.steps if s.verb == verb)
        return f"{subject.code} 现在是「{flow.state(subject.state).label}」，不能{label}。"
    mark = flow.mark(_in_the_way(here[0], subject.marks))
    if mark.key in subject.marks:
        return f"{subject.code} {mark.why or f'已经有「{mark.label}」'}，不能{here[0].label}。"
    return f"{subject.code} 没有「{mark.label}」，不能{here[0].label}。"


def _marked(step: Step, subject: Subject, facts: Mapping[str, Any]) -> list[str]:
    """The marks after a step, those that stood first."""
    put = [str(facts.get(key[1:], "")) if key.startswith("=") else key for key in step.puts]
    return [*(key for key in subject.marks if key not in step.lifts), *(key for key in put if key)]


def _kept(move: Move, marks: list[str]) -> list[str]:
    """Each mark once, without those that fall because their states are left."""
    within = {mark.key: mark.within for mark in move.flow.marks}
    return [
        key for key in dict.fromkeys(marks) if not within.get(key) or move.target in within[key]
    ]


def _branch_fits(step: Step, facts: Mapping[str, Any]) -> bool:
    return not step.branch or facts.get("branch", step.branch) == step.branch


def _check_facts(flow: Workflow, step: Step, facts: Mapping[str, Any]) -> None:
    missing = [flow.fact(key) for key in step.needs if facts.get(key) in (None, "", [], ())]
    if missing:
        names = "、".join(f.label for f in missing)
        raise Invalid(
            f"{step.label}还缺：{names}。",
            fields=tuple(FieldError(f.key, f.wanted) for f in missing),
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
        overtaken(subject, move.step.label, state),
        version=now[0] if now else None,
    )
