"""The rows of the table: every act, every state and every figure of the bulletin by each source that counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from chengyun.city.inspections.specs import WEEKLY, Checklist
from chengyun.demo.drive.inspecting import Bulletin
from chengyun.demo.drive.sources import Audited, Lists
from chengyun.demo.drive.tally import Figures, Row, Tally
from chengyun.kernel import registry
from chengyun.kernel.specs import Act, Workflow

FLOWS = ("case", "ledger")
CLEARED, VOIDED = "ledger.cleared", "ledger.voided"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """All four sources at one moment."""

    tally: Tally
    lists: Lists
    audited: Audited
    bulletin: Bulletin
    found_before: int

    def in_bulletin(self) -> Figures:
        """By field, the findings answered for that a bulletin must count: all but the voided ones."""
        states, findings = self.tally.states, self.tally.findings
        return Counter(field for case, field in findings.items() if states[case] != VOIDED)


def rows(counted: Counted) -> Iterator[Row]:
    yield from _acts(counted)
    yield from _states(counted)
    yield from _bulletin(counted)


def _acts(counted: Counted) -> Iterator[Row]:
    tally, audited = counted.tally, counted.audited.acts
    listed = {
        **counted.lists.totals,
        "finding.record": counted.lists.findings - counted.found_before,
    }
    for key in sorted({*tally.asked, *tally.acts} | _flow_acts(audited), key=_order):
        yield Row(
            label=_act_label(key),
            asked=tally.asked[key],
            answered=tally.acts[key],
            listed=listed.get(key),
            audited=audited[key],
        )


def _flow_acts(audited: Figures) -> set[str]:
    return {key for key in audited if key.partition(".")[0] in FLOWS}


def _order(key: str) -> tuple[str, int]:
    flow, _, verb = key.partition(".")
    if flow not in FLOWS or verb == "report":
        return flow, -1
    verbs = registry.get(Workflow, flow).verbs()
    return flow, verbs.index(verb) if verb in verbs else len(verbs)


def _act_label(key: str) -> str:
    flow = key.partition(".")[0]
    label = registry.get(Act, key).label
    return f"{registry.get(Workflow, flow).label} {label}" if flow in FLOWS else label


def _states(counted: Counted) -> Iterator[Row]:
    answered = counted.tally.standing()
    for flow in FLOWS:
        table = registry.get(Workflow, flow)
        for state in table.states:
            key = f"{flow}.{state.key}"
            yield Row(
                label=f"{table.label}「{state.label}」",
                answered=answered[key],
                listed=counted.lists.by_state[key],
                audited=counted.audited.standing[key],
                printed=counted.bulletin.progressed("cleared") if key == CLEARED else None,
            )


def _bulletin(counted: Counted) -> Iterator[Row]:
    found, bulletin = counted.in_bulletin(), counted.bulletin
    gained = bulletin.gained()
    for field in registry.get(Checklist, WEEKLY).fields:
        yield Row(
            label=f"通报 {field.label}",
            answered=found[field.key],
            listed=counted.lists.uncounted(counted.tally.findings)[field.key],
            printed=gained[field.key],
        )
    yield Row(label="通报 合计", answered=found.total(), printed=bulletin.gained_whole())
