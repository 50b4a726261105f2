"""A workflow tried on what really happened: which steps of past and present subjects it would not allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.apps import apps

from chengyun.kernel.actions import subject_type
from chengyun.kernel.models.history import Audit
from chengyun.kernel.models.subject import Subject
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Step, Workflow

CLOSED, OPEN = 500, 2000
CHUNK = 500
EXAMPLES = 5

Allowed = Callable[[str, str], bool]
Reason = tuple[str, str, str]
"""A verb, the state it started from, and why it would not be possible."""


@dataclass(kw_only=True)
class Trial:
    """How many subjects were tried, and which of their steps would no longer be possible: counted, with examples."""

    open: int = 0
    closed: int = 0
    steps: int = 0
    refused: dict[Reason, list[str]] = field(default_factory=dict)

    @property
    def lines(self) -> list[tuple[Reason, int, list[str]]]:
        """The reasons, the most frequent first."""
        found = [
            (why, len(codes), list(dict.fromkeys(codes))) for why, codes in self.refused.items()
        ]
        return sorted(
            [(why, n, codes[:EXAMPLES]) for why, n, codes in found], key=lambda line: -line[1]
        )


def tried(flow: Workflow, now: Workflow, area: str, allowed: Allowed) -> Trial:
    """Replay every step of the open subjects and of the last 500 ended ones of an area against a table.

    What the table in force ``now`` would not allow either is not the new one's doing. ``allowed(post, permission)``
    says whether whoever acted in a post would hold what a step asks for.
    """
    trial = Trial()
    ends = {state.key for state in flow.states if state.final}
    for kind in _kinds(flow.key):
        rows = kind._default_manager.filter(inside("area", area), workflow=flow.key)
        ended = list(
            rows.filter(state__in=ends).order_by("-pk").values_list("pk", flat=True)[:CLOSED]
        )
        live = list(
            rows.exclude(state__in=ends).order_by("-pk").values_list("pk", flat=True)[:OPEN]
        )
        trial.open += len(live)
        trial.closed += len(ended)
        for row in _acts(kind, flow, [*live, *ended]):
            trial.steps += 1
            old = _refusals(now, row, allowed)
            for why in [why for why in _refusals(flow, row, allowed) if why not in old]:
                trial.refused.setdefault(why, []).append(row.subject_code)
    return trial


def _kinds(workflow: str) -> Iterator[type[Subject]]:
    for model in apps.get_models():
        if issubclass(model, Subject) and model._default_manager.filter(workflow=workflow).exists():
            yield model


def _acts(kind: type[Subject], flow: Workflow, ids: list[int]) -> Iterator[Audit]:
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        rows = Audit.objects.filter(subject_type=subject_type(kind), subject_id__in=part)
        known = rows.filter(verb__startswith=f"{flow.key}.").order_by("subject_id", "seq")
        yield from (row for row in known if "from" in row.facts)


def _refusals(flow: Workflow, row: Audit, allowed: Allowed) -> list[Reason]:
    verb, source = row.verb.partition(".")[2], str(row.facts.get("from", ""))
    step = flow.step(verb, source)
    if step is None:
        return [(verb, source, "")]
    missing = [key for key in step.needs if key not in row.facts]
    found = [(verb, source, f"fact:{key}") for key in missing]
    return [*found, *_permission(step, row, allowed)]


def _permission(step: Step, row: Audit, allowed: Allowed) -> Iterator[Reason]:
    if row.post and not allowed(row.post, step.may):
        yield (step.verb, str(row.facts.get("from", "")), f"post:{row.post}")
