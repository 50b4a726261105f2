"""The checker of workflow tables: the same for shipped tables and for a city's draft."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chengyun.kernel.specs import Step, Workflow

CLOCK_WORDS = frozenset({"", "stop", "pause", "resume"})


def faults(flow: Workflow) -> list[str]:
    """Everything unsound about a workflow, one sentence each."""
    return [
        *_unknown_names(flow),
        *_dead_ends(flow),
        *_unreachable(flow),
        *_endless(flow),
        *_doubled(flow),
        *_branches(flow),
    ]


def _unknown_names(flow: Workflow) -> Iterator[str]:
    states = {s.key for s in flow.states}
    if flow.start not in states:
        yield f"start state {flow.start} does not exist"
    if flow.start_clock and flow.start_clock not in flow.clocks:
        yield f"start clock {flow.start_clock} does not exist"
    facts = {f.key for f in flow.facts}
    for step in flow.steps:
        yield from _unknown_in_step(flow, step, states, facts)
    for state in flow.states:
        if not 1 <= state.stage <= len(flow.stages):
            yield f"{state.key}: stage {state.stage} does not exist"
        if state.join and state.join not in states:
            yield f"{state.key}: state {state.join} does not exist"


def _unknown_in_step(
    flow: Workflow, step: Step, states: set[str], facts: set[str]
) -> Iterator[str]:
    for name in (*step.source, *([step.target] if step.target else [])):
        if name not in states:
            yield f"{step.verb}: state {name} does not exist"
    for fact in (*step.needs, *step.asks):
        if fact not in facts:
            yield f"{step.verb}: fact {fact} does not exist"
    if step.clock not in CLOCK_WORDS and step.clock not in flow.clocks:
        yield f"{step.verb}: clock {step.clock} does not exist"


def _targets(flow: Workflow, key: str) -> set[str]:
    found = {s.target for s in flow.steps if key in s.source and s.target}
    found |= {s.join for s in flow.states if s.key == key and s.join}
    return found - {key}


def _dead_ends(flow: Workflow) -> Iterator[str]:
    for state in flow.states:
        leaves = bool(_targets(flow, state.key))
        if state.final and leaves:
            yield f"{state.key} is final but has an exit"
        if not state.final and not leaves:
            yield f"{state.key} has no exit"


def _unreachable(flow: Workflow) -> Iterator[str]:
    seen, todo = {flow.start}, [flow.start]
    while todo:
        for target in _targets(flow, todo.pop()) - seen:
            seen.add(target)
            todo.append(target)
    for state in flow.states:
        if state.key not in seen:
            yield f"{state.key} is never reached"


def _endless(flow: Workflow) -> Iterator[str]:
    """States that can be left for ever without coming to an end; those without any exit are named elsewhere."""
    ends = {s.key for s in flow.states if s.final or not _targets(flow, s.key)}
    while more := {s.key for s in flow.states if _targets(flow, s.key) & ends} - ends:
        ends |= more
    for state in flow.states:
        if state.key not in ends:
            yield f"{state.key} never ends"


def _doubled(flow: Workflow) -> Iterator[str]:
    for kind, keys in (
        ("state", [s.key for s in flow.states]),
        ("fact", [f.key for f in flow.facts]),
    ):
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield f"{kind} {key} stands twice"
    lines: set[tuple[str, str, str]] = set()
    for step in flow.steps:
        for source in step.source:
            line = (step.verb, source, step.branch)
            if line in lines:
                yield f"{step.verb} stands twice for {source}"
            lines.add(line)


def _branches(flow: Workflow) -> Iterator[str]:
    for state in flow.states:
        if bool(state.branches) != bool(state.join):
            yield f"{state.key}: a parallel state has branches and a join"
        for branch in state.branches:
            if not any(s.branch == branch and state.key in s.source for s in flow.steps):
                yield f"{state.key}: no step finishes branch {branch}"
    branches = {state.key: state.branches for state in flow.states}
    for step in flow.steps:
        for source in step.source if step.branch else ():
            if step.branch not in branches.get(source, ()):
                yield f"{step.verb}: branch {step.branch} is not one of {source}"
