"""The other sources: what the lists say over HTTP, and what the audit says in the database."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any

from django.core.management import call_command

from chengyun.demo.drive.crowd import Crowd, must
from chengyun.demo.drive.door import Failed
from chengyun.demo.drive.tally import Figures, flows
from chengyun.kernel import registry
from chengyun.kernel.specs import Workflow

FLOWS = {"standard": "case", "ledger": "ledger"}
PAGE = 100
SEALED_WITHIN = 90


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What the list of cases says: totals by type and by state, and the state of every case on its pages."""

    totals: Figures
    by_state: Figures
    states: dict[str, str]
    findings: int
    found: dict[str, tuple[str, bool]]

    def uncounted(self, cases: Collection[str]) -> Figures:
        """By field, how many of the findings with these cases the list calls not voided and in no bulletin yet."""
        return Counter(
            field for case, (field, waits) in self.found.items() if case in cases and waits
        )


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What the audit says since a moment: acts by verb, and how many subjects stand in which state."""

    acts: Figures
    standing: Figures


def lists(crowd: Crowd, since: datetime) -> Lists:
    """Ask the lists for everything reported since a moment, and for each state of it."""
    asked = {"since": since.isoformat()}
    totals: Figures = Counter()
    by_state: Figures = Counter()
    for kind, flow in FLOWS.items():
        totals[f"{flow}.report"] = _total(crowd, asked | {"type": kind})
        for state in registry.get(Workflow, flow).states:
            total = _total(crowd, asked | {"type": kind, "state": state.key})
            by_state[f"{flow}.{state.key}"] = total
    cases = {
        row["code"]: f"{FLOWS[row['type']]}.{row['state']}"
        for row in _all(crowd, "/cases", **asked)
    }
    found = {
        row["case"]: (row["field"], not row["bulletin"] and row["case_state"] != "voided")
        for row in _all(crowd, "/inspections/findings")
    }
    return Lists(
        totals=totals,
        by_state=by_state,
        states=cases,
        findings=findings_listed(crowd),
        found=found,
    )


def audited(since: datetime, *, by_people: bool = False) -> Audited:
    """Count the audit rows written since a moment, by the command an operator would use."""
    out = io.StringIO()
    call_command("audit", "count", since=since.isoformat(), by_people=by_people, stdout=out)
    acts, standing = flows(json.loads(out.getvalue()))
    return Audited(acts=acts, standing=standing)


def verified() -> str:
    """What ``chengyun audit verify`` prints; Failed when the history does not hold."""
    out, wrong = io.StringIO(), io.StringIO()
    try:
        call_command("audit", "verify", stdout=out, stderr=wrong)
    except SystemExit as error:
        raise Failed(f"审计链不符：{wrong.getvalue().strip()}") from error
    return out.getvalue().strip()


def sealed(unsealed: Callable[[], int]) -> float:
    """Wait until the worker has sealed every row; how many seconds that took."""
    started = monotonic()
    while unsealed():
        if monotonic() - started > SEALED_WITHIN:
            raise Failed(f"{SEALED_WITHIN} 秒里审计没有封存完，后台任务可能没有运行。")
        sleep(0.5)
    return monotonic() - started


def _total(crowd: Crowd, asked: dict[str, str]) -> int:
    answer = crowd.person("leader").get("/cases", limit=1, **asked)
    return int(must(answer, "案件列表打不开").body["total"])


def _all(crowd: Crowd, path: str, **asked: str) -> Iterator[dict[str, Any]]:
    """Every row of a list, page by page."""
    after = ""
    while True:
        answer = crowd.person("leader").get(path, limit=PAGE, after=after, **asked)
        page = must(answer, f"列表 {path} 翻不动").body
        yield from page["items"]
        after = page["next"]
        if not after:
            return


def findings_listed(crowd: Crowd) -> int:
    """How many findings the list of them has."""
    answer = crowd.person("leader").get("/inspections/findings", limit=1)
    return int(must(answer, "督查记录打不开").body["total"])
