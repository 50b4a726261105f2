"""The checker of workflow tables: the same for shipped tables and for a city's draft."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chengyun.kernel.specs import Mark, Step, Workflow


class Fault(str):
    """A fault as a developer reads it; ``words`` says the same to whoever edits a workflow on its page."""

    words: str

    def __new__(cls, text: str, words: str) -> Fault:
        fault = super().__new__(cls, text)
        fault.words = words
        return fault


CLOCK_WORDS = frozenset({"", "stop", "pause", "resume", "extend"})


def faults(flow: Workflow) -> list[str]:
    """Everything unsound about a workflow, one sentence each."""
    return [
        *_unknown_names(flow),
        *_dead_ends(flow),
        *_unreachable(flow),
        *_endless(flow),
        *_doubled(flow),
        *_branches(flow),
        *_marks(flow),
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
            words = f"「{step.label}」要填的「{fact}」不存在。"
            yield Fault(f"{step.verb}: fact {fact} does not exist", words)
    if step.clock not in CLOCK_WORDS and step.clock not in flow.clocks:
        words = f"「{step.label}」要开始的时限「{step.clock}」不存在。"
        yield Fault(f"{step.verb}: clock {step.clock} does not exist", words)


def _targets(flow: Workflow, key: str) -> set[str]:
    found = {s.target for s in flow.steps if key in s.source and s.target}
    found |= {s.join for s in flow.states if s.key == key and s.join}
    return found - {key}


def _dead_ends(flow: Workflow) -> Iterator[str]:
    for state in flow.states:
        leaves = bool(_targets(flow, state.key))
        if state.final and leaves:
            words = f"「{state.label}」是终点，却还有步骤离开它。"
            yield Fault(f"{state.key} is final but has an exit", words)
        if not state.final and not leaves:
            words = f"「{state.label}」没有出路：到了这里就没有任何步骤能离开。"
            yield Fault(f"{state.key} has no exit", words)


def _unreachable(flow: Workflow) -> Iterator[str]:
    seen, todo = {flow.start}, [flow.start]
    while todo:
        for target in _targets(flow, todo.pop()) - seen:
            seen.add(target)
            todo.append(target)
    for state in flow.states:
        if state.key not in seen:
            words = f"「{state.label}」到不了：没有步骤从开始走到这里。"
            yield Fault(f"{state.key} is never reached", words)


def _endless(flow: Workflow) -> Iterator[str]:
    """States that can be left for ever without coming to an end; those without any exit are named elsewhere."""
    ends = {s.key for s in flow.states if s.final or not _targets(flow, s.key)}
    while more := {s.key for s in flow.states if _targets(flow, s.key) & ends} - ends:
        ends |= more
    for state in flow.states:
        if state.key not in ends:
            words = f"「{state.label}」走不到终点：离开它的步骤只会兜圈子。"
            yield Fault(f"{state.key} never ends", words)


def _doubled(flow: Workflow) -> Iterator[str]:
    for kind, keys in (
        ("state", [s.key for s in flow.states]),
        ("fact", [f.key for f in flow.facts]),
    ):
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield f"{kind} {key} stands twice"
    lines: dict[tuple[str, str, str], list[Step]] = {}
    for step in flow.steps:
        for source in step.source:
            others = lines.setdefault((step.verb, source, step.branch), [])
            if not all(_apart(step, other) for other in others):
                yield f"{step.verb} stands twice for {source}"
            others.append(step)


def _apart(one: Step, other: Step) -> bool:
    """Whether two lines can never be open at once: a mark one needs hinders the other."""
    return bool({*one.where} & {*other.unless} or {*other.where} & {*one.unless})


def _branches(flow: Workflow) -> Iterator[str]:
    for state in flow.states:
        if bool(state.branches) != bool(state.join):
            yield f"{state.key}: a parallel state has branches and a join"
        for branch in state.branches:
            if not any(s.branch == branch and state.key in s.source for s in flow.steps):
                words = f"「{state.label}」要并行办的「{branch}」没有步骤来完成。"
                yield Fault(f"{state.key}: no step finishes branch {branch}", words)
    branches = {state.key: state.branches for state in flow.states}
    for step in flow.steps:
        for source in step.source if step.branch else ():
            if step.branch not in branches.get(source, ()):
                yield f"{step.verb}: branch {step.branch} is not one of {source}"


def _marks(flow: Workflow) -> Iterator[str]:
    keys = [mark.key for mark in flow.marks]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"mark {key} stands twice"
    for step in flow.steps:
        yield from _marks_of_step(flow, step, set(keys))
    for key in sorted({*flow.given} - {*keys}):
        yield f"mark {key} does not exist"
    put = {*flow.given, *(key for step in flow.steps for key in named(flow, step.puts))}
    lifted = {key for step in flow.steps for key in step.lifts}
    for mark in flow.marks:
        if mark.key not in put:
            yield f"mark {mark.key} is never put"
        if not (mark.lasting or mark.within or mark.key in lifted):
            yield f"mark {mark.key} is never lifted"
        yield from _marks_within(flow, mark)


def _marks_within(flow: Workflow, mark: Mark) -> Iterator[str]:
    for state in {*mark.within} - {state.key for state in flow.states}:
        yield f"mark {mark.key}: state {state} does not exist"


def _marks_of_step(flow: Workflow, step: Step, keys: set[str]) -> Iterator[str]:
    for key in (*step.where, *step.unless, *named(flow, step.puts), *step.lifts):
        if key not in keys:
            yield f"{step.verb}: mark {key} does not exist"
    for key in {*step.where} & {*step.unless}:
        yield f"{step.verb} is never open: mark {key} must stand and must not"
    for key in step.puts:
        if key.startswith("=") and key[1:] not in step.needs:
            yield f"{step.verb}: fact {key[1:]} names a mark and is not needed"


def named(flow: Workflow, puts: tuple[str, ...]) -> Iterator[str]:
    """The marks a step may put: those it names, and every choice of a fact that names one."""
    choices = {fact.key: fact.choices for fact in flow.facts}
    for key in puts:
        if key.startswith("="):
            yield from (choice for choice, _ in choices.get(key[1:], ()))
        else:
            yield key
