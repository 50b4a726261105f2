"""Write the tables of verbs into the guide: ``docs/guide/workflow.md``, between its marks.

.venv/bin/python -m tools.guide_tables
"""

from __future__ import annotations

import os
import re
import sys

import django

from chengyun.kernel.soundness import named
from chengyun.kernel.specs import Workflow
from tools.install import ROOT

PAGE = ROOT / "docs" / "guide" / "workflow.md"
MARK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD = (
    "| 动作 | 从 | 到 | 谁来做 | 前提 | 必填 | 时限 | 标记 |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
)
TURNS = {
    "": "不变", "pause": "停表", "resume": "接着走", "stop": "不再计时", "extend": "加一个原时限",
}  # fmt: skip


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyun.config.settings")
    django.setup()
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def filled(text: str) -> str:
    """The page with the tables of today between its marks."""
    return MARK.sub(lambda found: f"{found[1]}{HEAD}{table(found[2])}{found[3]}", text)


def table(key: str) -> str:
    """One line per step of a declared workflow, as the guide prints it."""
    from chengyun.city.cases.workflow import CLOCKS
    from chengyun.city.people.roles import DEFAULT_ROLES
    from chengyun.kernel import registry

    flow = registry.get(Workflow, key)
    lines = []
    for step in flow.steps:
        who = "、".join(role.label for role in DEFAULT_ROLES if step.may in role.permissions)
        source = "、".join(flow.state(name).label for name in step.source)
        needs = "、".join(flow.fact(name).label for name in step.needs) or "—"
        turn = TURNS.get(step.clock) or f"{CLOCKS[step.clock]}时限开始"
        target = flow.state(step.target).label if step.target else "不变"
        when = _marks(flow, {"要有": step.where, "不能有": step.unless})
        marks = _marks(flow, {"加上": tuple(named(flow, step.puts)), "去掉": step.lifts})
        cells = (step.label, source, target, who or "系统", when, needs, turn, marks)
        lines.append(f"| {' | '.join(cells)} |\n")
    return "".join(lines)


def _marks(flow: Workflow, told: dict[str, tuple[str, ...]]) -> str:
    """Marks in words: 要有「待批延期」."""
    return (
        "；".join(
            f"{word}「{'」「'.join(flow.mark(key).label for key in keys)}」"
            for word, keys in told.items()
            if keys
        )
        or "—"
    )


if __name__ == "__main__":
    sys.exit(main())
