"""Write what is declared into the guide, between its marks: the verbs of each workflow, the devices of each industry.

.venv/bin/python -m tools.guide_tables
"""

from __future__ import annotations

import os
import re
import sys

import django

from chengyun.city.sensing.specs import (
    RANK_LABELS,
    AlarmRule,
    DeviceKind,
    Level,
    Point,
    Silent,
    lasting,
)
from chengyun.city.sensing.wording import condition_words
from chengyun.city.specs import IndustryApp
from chengyun.kernel.soundness import named
from chengyun.kernel.specs import Workflow
from tools.install import ROOT

GUIDE = ROOT / "docs" / "guide"
PAGES = (GUIDE / "workflow.md", GUIDE / "monitoring.md")
MARK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
VERBS = ("动作", "从", "到", "谁来做", "前提", "必填", "时限", "标记")
POINTS = ("种类", "测点", "报警", "依据")
TURNS = {
    "": "不变", "pause": "停表", "resume": "接着走", "stop": "不再计时", "extend": "加一个原时限",
}  # fmt: skip


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyun.config.settings")
    django.setup()
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def filled(text: str) -> str:
    """The page with the tables of today between its marks."""
    return MARK.sub(lambda found: f"{found[1]}{table(found[2])}{found[3]}", text)


def table(key: str) -> str:
    """The table of an industry or a workflow, by its key."""
    from chengyun.kernel import registry

    if registry.has(IndustryApp, key):
        return devices_of(registry.get(IndustryApp, key))
    return verbs_of(registry.get(Workflow, key))


def verbs_of(flow: Workflow) -> str:
    """One line per step of a declared workflow, as the guide prints it."""
    from chengyun.city.cases.workflow import CLOCKS
    from chengyun.city.people.roles import DEFAULT_ROLES

    lines = [VERBS, ("---",) * len(VERBS)]
    for step in flow.steps:
        who = "、".join(role.label for role in DEFAULT_ROLES if step.may in role.permissions)
        source = "、".join(flow.state(name).label for name in step.source)
        needs = "、".join(flow.fact(name).label for name in step.needs) or "—"
        turn = TURNS.get(step.clock) or f"{CLOCKS[step.clock]}时限开始"
        target = flow.state(step.target).label if step.target else "不变"
        when = _marks(flow, {"要有": step.where, "不能有": step.unless})
        marks = _marks(flow, {"加上": tuple(named(flow, step.puts)), "去掉": step.lifts})
        lines.append((step.label, source, target, who or "系统", when, needs, turn, marks))
    return _drawn(lines)


def devices_of(app: IndustryApp) -> str:
    """One line per point of each kind of device, with the rules that watch it."""
    lines: list[tuple[str, ...]] = [POINTS, ("---",) * len(POINTS)]
    for kind in app.device_kinds:
        for point in kind.points:
            rules = [r for r in app.rules if (r.kind, r.point) == (kind.key, point.key)]
            told = "；".join(_limits(rule, kind, point) for rule in rules) or "只显示，不报警"
            sources = "；".join(rule.source for rule in rules) or "—"
            lines.append((_kind(kind, point), _point(point), told, sources))
    return _drawn(lines)


def _kind(kind: DeviceKind, point: Point) -> str:
    """The kind, on the line of its first point only."""
    return f"{kind.label} `{kind.key}`" if point is kind.points[0] else ""


def _point(point: Point) -> str:
    unit = f"，{point.unit}" if point.unit else ""
    jump = "" if point.jump is None else f"，突跳 {point.jump:g}"
    still = "" if point.still is None else f"，{lasting(point.still)}不变存疑"
    return f"{point.scale} `{point.key}`{unit}，{point.low:g} 到 {point.high:g}{jump}{still}"


def _limits(rule: AlarmRule, kind: DeviceKind, point: Point) -> str:
    """管网满流：达到 黄 75（70）、红 100（95），持续 5 分钟."""
    side = "达到" if rule.side == "above" else "降到"
    if rule.looks_at:
        side = f"{rule.looks_at.words(point.unit)}（{rule.unit(point.unit)}），{side}"
    hold = f"，持续 {lasting(rule.hold)}" if rule.hold else ""
    usual = f"{side} {_levels(rule, rule.levels)}{hold}" if rule.levels else ""
    warned = [f"{each.words}{side} {_levels(rule, each.levels)}{hold}" for each in rule.during]
    when = f"只在{condition_words(rule.when, kind)}的时候" if rule.when else ""
    return f"{rule.label}：" + "；".join(filter(None, (usual, *warned, when)))


def _levels(rule: AlarmRule, levels: tuple[Level, ...]) -> str:
    """黄 75（70）、红 100（95）."""
    ends = not isinstance(rule.looks_at, Silent)
    return "、".join(
        f"{RANK_LABELS[level.rank][0]} {level.sets:g}" + (f"（{level.clears:g}）" if ends else "")
        for level in levels
    )


def _drawn(lines: list[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


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
