"""A city edits its own workflow: a draft of the table in force, checked, compared, then put in force from a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.kernel import clock, editions, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Invalid, Missing, wrong
from chengyun.kernel.models.machinery import WorkflowDraft, WorkflowEdition
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person
from chengyun.kernel.soundness import faults
from chengyun.kernel.specs import Permission, Step, Workflow

ON = "on"
EDITABLE = ("label", "may", "needs", "asks", "clock")
"""What a city may change of a step besides switching it off; where it leads from and to is the program's."""

Line = tuple[str, tuple[str, ...], str]


def line_of(step: Step) -> Line:
    """What makes a step the same step in two tables."""
    return (step.verb, step.source, step.branch)


def draft_of(workflow: str, area: str) -> WorkflowDraft | None:
    """The draft an area has of a workflow."""
    found = WorkflowDraft.objects.filter(workflow=workflow, area=area)
    return found.select_related("base").first()


def draft_in(workflow: str, area: str) -> WorkflowDraft:
    """The same; Missing when there is none."""
    found = draft_of(workflow, area)
    if found is None:
        raise Missing("这里没有这个流程的草稿，可能已经启用或者放弃了。")
    return found


def flow_in(draft: WorkflowDraft) -> Workflow:
    """The table a draft would put in force: its steps that are on, sound or not."""
    steps = [_plain(step) for step in draft.body["steps"] if step[ON]]
    return editions.unchecked({**draft.body, "steps": steps})


def all_steps(draft: WorkflowDraft) -> list[tuple[Step, bool]]:
    """Every step of a draft, and whether it is on."""
    whole = [_plain(step) for step in draft.body["steps"]]
    steps = editions.unchecked({**draft.body, "steps": whole}).steps
    return [(s, bool(kept[ON])) for s, kept in zip(steps, draft.body["steps"], strict=True)]


def faults_of(draft: WorkflowDraft) -> list[str]:
    """What is unsound about a draft, each fault as a sentence."""
    return [str(getattr(fault, "words", fault)) for fault in faults(flow_in(draft))]


@transaction.atomic
def begin(workflow: str, area: str, *, by: Person | None) -> WorkflowDraft:
    """A copy of what is in force in an area; steps the program has and the edition has not are there, off."""
    require(by, "workflow.change", area=area)
    if not registry.has(Workflow, workflow):
        raise Missing(f"没有「{workflow}」这个流程。")
    base = editions.current(workflow, area)
    flow = editions.flow_of(base.pk)
    kept = {line_of(step) for step in flow.steps}
    spare = [s for s in registry.get(Workflow, workflow).steps if line_of(s) not in kept]
    steps = [{**asdict(s), ON: True} for s in flow.steps]
    steps += [{**asdict(s), ON: False} for s in spare]
    draft = WorkflowDraft(
        workflow=workflow,
        area=area,
        base=base,
        body={**editions.as_body(flow), "steps": steps},
        changed_at=clock.now(),
        changed_by_id=by.pk if by else None,
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"「{flow.label}」在这里已经有一份草稿，接着改它就行。") from error
    record(
        "workflow.begin_draft", draft, by=by, area=area, facts={"workflow": flow.label}, new=True
    )
    draft.refresh_from_db()
    return draft


@transaction.atomic
def change_step(
    draft: WorkflowDraft, number: int, values: Mapping[str, Any], *, by: Person | None
) -> WorkflowDraft:
    """Change one step of a draft: ``on`` and whatever of EDITABLE is given. Conflict when somebody was faster."""
    require(by, "workflow.change", area=draft.area)
    steps = [dict(step) for step in draft.body["steps"]]
    if not 0 <= number < len(steps):
        raise Missing("草稿里没有这一步。")
    given = {key: values[key] for key in (ON, *EDITABLE) if key in values}
    _check(given)
    wanted = {key: _kept(steps[number][key], value) for key, value in given.items()}
    changed = {key: value for key, value in wanted.items() if value != steps[number][key]}
    if not changed:
        return draft
    steps[number] |= changed
    body = {**draft.body, "steps": steps}
    mine = WorkflowDraft.objects.filter(pk=draft.pk, version=draft.version)
    now = {"changed_at": clock.now(), "changed_by_id": by.pk if by else None}
    if not mine.update(body=body, version=draft.version + 1, **now):
        raise Conflict("这份草稿刚被别人改过，请看新的内容再改。")
    facts = {"step": steps[number]["label"], "changes": changed}
    record("workflow.change_draft", draft, by=by, area=draft.area, facts=facts)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def discard(draft: WorkflowDraft, *, by: Person | None) -> None:
    """Give a draft up; what is in force stays."""
    require(by, "workflow.change", area=draft.area)
    facts = {"workflow": draft.body["label"]}
    record("workflow.discard_draft", draft, by=by, area=draft.area, facts=facts)
    draft.delete()


@transaction.atomic
def enact(
    draft: WorkflowDraft, note: str, *, by: Person | None, start: datetime | None = None
) -> WorkflowEdition:
    """Put a draft in force from a moment. Invalid while it is unsound or changes nothing; the draft is then gone."""
    require(by, "workflow.change", area=draft.area)
    if found := faults_of(draft):
        raise Invalid(f"草稿还有 {len(found)} 处不通：{found[0]}")
    flow = flow_in(draft)
    if flow == editions.flow_of(editions.current(draft.workflow, draft.area).pk):
        raise Invalid("草稿和现在的流程一样，没有可启用的改动。")
    if not note.strip():
        raise wrong("note", "请写为什么改，以后查得到。")
    edition = editions.put_in_force(flow, draft.area, note.strip()[:200], by=by, start=start)
    draft.delete()
    return edition


def differences(old: Workflow, new: Workflow) -> Iterator[tuple[Step, str, Any, Any]]:
    """What differs between two tables: a step and "" where it is only in one of them, else each attribute."""
    before, after = ({line_of(s): s for s in flow.steps} for flow in (old, new))
    for line in dict.fromkeys((*before, *after)):
        was, now = before.get(line), after.get(line)
        if was is None or now is None:
            yield (was or now, "", was is not None, now is not None)  # type: ignore[misc]
            continue
        for attribute in fields(Step):
            pair = getattr(was, attribute.name), getattr(now, attribute.name)
            if pair[0] != pair[1]:
                yield now, attribute.name, *pair


def _plain(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in step.items() if key != ON}


def _kept(before: Any, value: Any) -> Any:
    """A value as JSON keeps it; of several facts those that stood there keep their order."""
    if not isinstance(value, tuple):
        return value
    stayed = [each for each in before if each in value]
    return [*stayed, *(each for each in value if each not in stayed)]


def _check(given: Mapping[str, Any]) -> None:
    label = given.get("label")
    if label is not None and not 1 <= len(label.strip()) <= 20:
        raise wrong("label", "名称要写，最多 20 字。")
    if "may" in given and not registry.has(Permission, given["may"]):
        raise wrong("may", "没有这项权限，请从列表中选。")
