"""Workflows in words: a table of verbs, what a draft changes, and what its trial found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from chengyun.city.cases.workflow import CLOCKS
from chengyun.city.people.queries import role_labels, roles
from chengyun.kernel import registry
from chengyun.kernel.drafts import differences
from chengyun.kernel.soundness import named
from chengyun.kernel.specs import Permission, Step, Workflow
from chengyun.kernel.trials import Reason, Trial, tried

CLOCK_WORDS = {
    "": "不变",
    "stop": "不再计时",
    "pause": "停表",
    "resume": "接着走",
    "extend": "加一个原时限",
}
ATTRIBUTES = {
    "verb": "动作代号",
    "label": "名称",
    "source": "从",
    "target": "到",
    "may": "权限",
    "needs": "必填",
    "asks": "可填",
    "clock": "时限",
    "branch": "并行分支",
    "primary": "主要步骤",
    "danger": "要先确认",
    "where": "要有",
    "unless": "不能有",
    "puts": "加上",
    "lifts": "去掉",
    "aside": "收在「更多」里",
}
"""What is not named here was added to steps later and is shown under its own name."""


MARKING = ("where", "unless", "puts", "lifts")
SYSTEM = "系统自动"


class Words:
    """The words of one workflow's names."""

    def __init__(self, flow: Workflow) -> None:
        self.states = {state.key: state.label for state in flow.states}
        self.facts = {fact.key: fact.label for fact in flow.facts}
        self.flow = flow
        self.marks = {mark.key: mark.label for mark in flow.marks}

    def of(self, attribute: str, value: Any) -> str:
        """An attribute of a step as people read it."""
        if attribute in ("source", "target"):
            keys = (value,) if isinstance(value, str) else value
            return "、".join(self.states.get(key, key) for key in keys if key) or "不变"
        if attribute in ("needs", "asks"):
            return "、".join(self.facts.get(key, key) for key in value) or "—"
        if attribute == "may":
            known = registry.has(Permission, value)
            return registry.get(Permission, value).label if known else value or SYSTEM
        if attribute in MARKING:
            return "".join(f"「{self.marks.get(key, key)}」" for key in named(self.flow, value))
        if attribute == "clock":
            return clock_words(value)
        return plain(value)


def clock_words(clock: str) -> str:
    """What a step does to the clock."""
    return CLOCK_WORDS.get(clock) or f"{CLOCKS.get(clock, clock)}时限开始"


def plain(value: Any) -> str:
    """Any value of any attribute."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "；".join(f"{key} {plain(each)}" for key, each in value.items()) or "—"
    if isinstance(value, tuple | list):
        return "、".join(plain(each) for each in value) or "—"
    return str(value) if value not in ("", None) else "—"


def table_of(flow: Workflow, steps: Iterable[tuple[Step, bool]]) -> list[dict[str, Any]]:
    """The lines of a table of verbs, with what is special about each."""
    words = Words(flow)
    return [
        {
            "label": step.label,
            "on": on,
            **{key: words.of(key, getattr(step, key)) for key in SHOWN},
            "marks": list(marks_of(flow, step)),
        }
        for step, on in steps
    ]


SHOWN = ("source", "target", "may", "needs", "asks", "clock")


def marks_of(flow: Workflow, step: Step) -> Iterable[str]:
    """Attributes that have no column of their own, when they say something."""
    words = Words(flow)
    for attribute in fields(Step):
        value = getattr(step, attribute.name)
        if attribute.name not in (*SHOWN, "verb", "label") and value:
            name = ATTRIBUTES.get(attribute.name, attribute.name)
            colon = "" if attribute.name in MARKING else "："
            yield name if value is True else f"{name}{colon}{words.of(attribute.name, value)}"


def changes_of(old: Workflow, new: Workflow) -> list[str]:
    """What a draft changes, one sentence each."""
    words = Words(old)
    return [_change(words, step, name, was, now) for step, name, was, now in differences(old, new)]


def _change(words: Words, step: Step, name: str, was: Any, now: Any) -> str:
    way = (
        f"「{step.label}」（{words.of('source', step.source)} → {words.of('target', step.target)}）"
    )
    if not name:
        return f"启用{way}" if now else f"停用{way}"
    label = ATTRIBUTES.get(name, name)
    return f"{way}的{label}：{words.of(name, was)} → {words.of(name, now)}"


def trial_of(flow: Workflow, now: Workflow, area: str) -> dict[str, Any]:
    """A draft tried on what really happened, in words."""
    held = {role.key: frozenset(role.permissions) for role in roles()}
    trial = tried(flow, now, area, lambda post, may: post not in held or may in held[post])
    return {"trial": trial, "lines": [_line(now, flow, line) for line in trial.lines]}


def _line(now: Workflow, flow: Workflow, line: tuple[Reason, int, list[str]]) -> dict[str, Any]:
    (verb, source, why), count, codes = line
    step = flow.step(verb, source) or now.step(verb, source)
    assert step is not None
    state = Words(now).states.get(source, source)
    return {
        "what": f"「{state}」时{step.label}",
        "why": _why(flow, step, why),
        "n": count,
        "codes": codes,
    }


def _why(flow: Workflow, step: Step, why: str) -> str:
    kind, _, key = why.partition(":")
    if kind == "fact":
        return f"当时没有填「{Words(flow).facts.get(key, key)}」，现在必填"
    if kind == "post":
        permission = registry.get(Permission, step.may).label
        return f"当时由{role_labels().get(key, key)}办，没有「{permission}」的权限"
    return "草稿里没有这一步"


def summary(trial: Trial) -> str:
    """What was tried."""
    return f"试了在办的 {trial.open:,} 件和最近办结的 {trial.closed:,} 件，共 {trial.steps:,} 步"
