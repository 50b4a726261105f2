"""The checker of workflow tables names every fault, one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chengyun.kernel.soundness import faults
from chengyun.kernel.specs import Mark, Misdeclared, State, Step, Workflow
from chengyun.kernel.tests.errand.workflow import DIG


def changed(**parts: Any) -> Workflow:
    """The table with other parts, past the check that it would not pass."""
    flow = object.__new__(Workflow)
    for name in DIG.__dataclass_fields__:
        object.__setattr__(flow, name, parts.get(name, getattr(DIG, name)))
    return flow


def without(*verbs: str) -> tuple[Step, ...]:
    return tuple(step for step in DIG.steps if step.verb not in verbs)


def step(verb: str, **change: Any) -> tuple[Step, ...]:
    """The steps, those of one verb changed."""
    return tuple(replace(s, **change) if s.verb == verb else s for s in DIG.steps)


def state(key: str, **change: Any) -> tuple[State, ...]:
    return tuple(replace(s, **change) if s.key == key else s for s in DIG.states)


def mark(key: str, **change: Any) -> tuple[Mark, ...]:
    return tuple(replace(m, **change) if m.key == key else m for m in DIG.marks)


ASIDE = State(key="aside", label="别处", stage=1, final=True)
FAULTS = [
    ({"start": "nowhere"}, "start state nowhere does not exist"),
    ({"steps": step("consult", target="moon")}, "consult: state moon does not exist"),
    ({"steps": step("again", source=("moon",))}, "again: state moon does not exist"),
    ({"steps": step("refuse", needs=("tea",))}, "refuse: fact tea does not exist"),
    ({"steps": step("note", asks=("tea",))}, "note: fact tea does not exist"),
    ({"steps": step("restore", clock="egg")}, "restore: clock egg does not exist"),
    ({"start_clock": "egg"}, "start clock egg does not exist"),
    ({"states": state("done", stage=9)}, "done: stage 9 does not exist"),
    ({"states": state("asked", stage=0)}, "asked: stage 0 does not exist"),
    ({"states": state("consulted", join="moon")}, "consulted: state moon does not exist"),
    ({"states": (*DIG.states, DIG.states[0])}, "state asked stands twice"),
    ({"facts": (*DIG.facts, DIG.facts[0])}, "fact reason stands twice"),
    ({"states": state("restored", final=True)}, "restored is final but has an exit"),
    ({"steps": without("again", "pass")}, "restored has no exit"),
    ({"states": (*DIG.states, ASIDE)}, "aside is never reached"),
    ({"steps": (*DIG.steps, DIG.steps[0])}, "consult stands twice for asked"),
    ({"states": state("consulted", join="")}, "a parallel state has branches and a join"),
    ({"states": state("granted", branches=("a",))}, "a parallel state has branches and a join"),
    ({"steps": without("agree")}, "no step finishes branch traffic"),
    ({"steps": step("note", branch="ghost")}, "note: branch ghost is not one of granted"),
    ({"steps": step("note", where=("ghost",))}, "note: mark ghost does not exist"),
    ({"steps": step("note", unless=("ghost",))}, "note: mark ghost does not exist"),
    ({"steps": step("note", puts=("ghost",))}, "note: mark ghost does not exist"),
    ({"steps": step("note", lifts=("ghost",))}, "note: mark ghost does not exist"),
    ({"steps": step("note", puts=("=plan",))}, "note: fact plan names a mark and is not needed"),
    ({"steps": step("ask_time", puts=())}, "mark time_asked is never put"),
    ({"given": ()}, "mark seen is never put"),
    ({"given": ("seen", "ghost")}, "mark ghost does not exist"),
    ({"steps": step("warn", lifts=())}, "mark half is never lifted"),
    ({"marks": mark("time_asked", within=("moon",))}, "mark time_asked: state moon does not exist"),
    ({"marks": (*DIG.marks, DIG.marks[0])}, "mark time_asked stands twice"),
    (
        {"steps": step("note", where=("seen",), unless=("seen",))},
        "note is never open: mark seen must stand and must not",
    ),
    ({"steps": step("grant_time", unless=())}, "grant_time stands twice for granted"),
]


@pytest.mark.parametrize(("parts", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_a_fault_is_named(parts: dict[str, Any], said: str) -> None:
    assert any(said in fault for fault in faults(changed(**parts))), faults(changed(**parts))


def test_a_sound_table_has_none_and_an_unsound_one_cannot_be_made() -> None:
    assert faults(DIG) == []
    with pytest.raises(Misdeclared, match="nowhere"):
        replace(DIG, start="nowhere")


def test_a_loop_is_no_way_out() -> None:
    """Two states that only lead to each other can be reached and left, and yet nothing in them ever ends."""
    spin = (
        State(key="left", label="左", stage=3),
        State(key="right", label="右", stage=3),
    )
    around = (
        Step(verb="stray", label="走偏", source=("granted",), target="left", may="dig.desk"),
        Step(verb="turn", label="转", source=("left",), target="right", may="dig.desk"),
        Step(verb="back", label="回", source=("right",), target="left", may="dig.desk"),
    )
    found = faults(changed(states=(*DIG.states, *spin), steps=(*DIG.steps, *around)))
    assert sorted(found) == ["left never ends", "right never ends"]
