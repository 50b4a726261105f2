"""Every industry is a sound declaration, and a chapter of the guide tells what it watches."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from chengyun.city.cases.factories import EDITION, make_working_city
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Series
from chengyun.city.sensing.services.alarms import LevelChange, act, follow
from chengyun.city.sensing.specs import COMMON, RANKS, AlarmRule, Count, Point, Rate
from chengyun.city.specs import IndustryApp
from chengyun.kernel import clock, registry
from chengyun.science.conditions import leaves_of
from tools.check import LONGEST_FILE

ROOT = Path(__file__).resolve().parents[1]
INDUSTRIES = ROOT / "src" / "chengyun" / "industries"
CATALOGUE = ROOT / "src" / "chengyun" / "city" / "cases" / "catalogue" / "classes.csv"
GUIDE = ROOT / "docs" / "guide" / "monitoring.md"
APPS = registry.all_of(IndustryApp)
RULES = [(app, rule) for app in APPS for rule in app.rules]

every_app = pytest.mark.parametrize("app", APPS, ids=lambda app: app.key)
every_rule = pytest.mark.parametrize(
    ("app", "rule"), RULES, ids=[f"{app.key}-{rule.key}" for app, rule in RULES]
)


def point_of(app: IndustryApp, rule: AlarmRule) -> Point:
    kind = next(kind for kind in app.device_kinds if kind.key == rule.kind)
    point = kind.point(rule.point)
    assert point is not None
    return point


def test_every_folder_is_an_industry_of_the_city() -> None:
    folders = {path.parent.name for path in INDUSTRIES.glob("*/__init__.py")}
    assert folders == {app.key for app in APPS}


@every_app
def test_it_needs_no_django(app: IndustryApp) -> None:
    program = (
        "import sys; sys.modules['django'] = None\n"
        f"from chengyun.industries.{app.key}.app import APP; assert APP.key == {app.key!r}"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@every_app
def test_it_is_short(app: IndustryApp) -> None:
    files = [*(INDUSTRIES / app.key).rglob("*.py")]
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= LONGEST_FILE


def test_no_key_and_no_place_in_order_stands_twice() -> None:
    kinds = [kind for app in APPS for kind in app.device_kinds]
    rules = [rule.key for _, rule in RULES]
    for names in ([kind.key for kind in kinds], [kind.order for kind in kinds], rules):
        assert [name for name, count in Counter(names).items() if count > 1] == []
    for kind in kinds:
        assert len({point.key for point in kind.points}) == len(kind.points) > 0


def test_what_any_device_may_tell_is_no_point_of_a_kind() -> None:
    common = {name for point in COMMON for name in (point.key, *(h.name for h in point.heard_as))}
    for kind in (kind for app in APPS for kind in app.device_kinds):
        assert common.isdisjoint(point.key for point in kind.points)


@every_app
def test_everything_has_a_label(app: IndustryApp) -> None:
    points = [point.label for kind in app.device_kinds for point in kind.points]
    specs = [app.label, *(kind.label for kind in app.device_kinds), *(r.label for r in app.rules)]
    assert all(label.strip() for label in (*specs, *points))


@every_rule
def test_its_limits_lie_inside_the_range_and_grow_worse_with_the_level(
    app: IndustryApp, rule: AlarmRule
) -> None:
    point, sign = point_of(app, rule), 1 if rule.side == "above" else -1
    every = [sorted(each, key=lambda level: RANKS.index(level.rank)) for each in rule.all_levels]
    limits = [limit for levels in every for level in levels for limit in (level.sets, level.clears)]
    if rule.looks_at is None:
        assert all(point.low <= limit <= point.high for limit in limits)
    elif isinstance(rule.looks_at, Rate):
        assert all(abs(limit) <= point.high - point.low for limit in limits)
    else:
        assert all(limit > 0 for limit in limits)
    if isinstance(rule.looks_at, Count):
        assert point.low <= rule.looks_at.mark <= point.high
    for milder, worse in (pair for levels in every for pair in pairwise(levels)):
        assert milder.sets * sign < worse.sets * sign
        assert milder.clears * sign <= worse.clears * sign


@every_rule
def test_what_it_needs_of_other_points_can_be(app: IndustryApp, rule: AlarmRule) -> None:
    kinds = {kind.key: kind for kind in app.device_kinds}
    for leaf in leaves_of(rule.when) if rule.when else ():
        point = kinds[leaf.kind or rule.kind].point(leaf.point)
        assert point is not None and point.low <= leaf.mark <= point.high
        assert leaf.fresh > timedelta()


@every_rule
def test_its_class_stands_in_the_catalogue(app: IndustryApp, rule: AlarmRule) -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file) if row["edition"] == EDITION}
    assert rule.class_code in codes


@every_rule
def test_it_says_where_its_limits_come_from(app: IndustryApp, rule: AlarmRule) -> None:
    assert rule.source.strip()


@every_app
def test_the_guide_tells_of_it(app: IndustryApp) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert app.label in text and f"<!-- table: {app.key} -->" in text
    points = {point.key for kind in app.device_kinds for point in kind.points}
    names = points | {kind.key for kind in app.device_kinds}
    assert [name for name in names if f"`{name}`" not in text] == []


@pytest.mark.django_db
def test_an_alarm_of_every_rule_becomes_a_case_of_its_class() -> None:
    duty = make_working_city().duty
    for n, (_, rule) in enumerate(RULES):
        series = Series.objects.get(device=make_device(f"D-{n}", kind=rule.kind), point=rule.point)
        worst, now = rule.all_levels[0][-1], clock.now()
        alarm = follow(
            LevelChange(
                series=series.pk,
                rule=rule.key,
                level=RANKS.index(worst.rank) + 1,
                value=worst.sets,
                at=now,
                since=now,
            )
        )
        assert alarm is not None
        act(alarm, "open_case", {}, by=duty)
        alarm.refresh_from_db()
        assert alarm.case is not None and alarm.case.case_class is not None
        assert alarm.case.case_class.code == rule.class_code
