"""Points of a scheme: published ways of scoring, what is missing, vetoes, and what always holds."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.schemes import as_body, faults, from_body
from chengyun.science.scoring import (
    Grade,
    GroupClass,
    Item,
    Measured,
    Missing,
    Scheme,
    Veto,
    grade_of,
    half_up,
    scored,
)

D = Decimal
GRADES = tuple(
    Grade(name=name, least=D(least))
    for name, least in (("A", 90), ("B", 75), ("C", 60), ("D", 40), ("E", 0))
)
SWEEPING = Item(
    key="sweep", label="道路清扫覆盖率", weight=D(100), method="steps",
    full=D(1), target=D(95), step=D(5), cut=D("0.2"),
)  # fmt: skip
DEPARTMENT = Scheme(
    items=(
        Item(
            key="inst", label="立案数", weight=D(10), method="bands", indicator="inst",
            bands=(
                (D(50), D(100)), (D(100), D(90)), (D(200), D(75)), (D(500), D(60)),
                (D(1000), D(40)), (None, D(0)),
            ),
        ),
        Item(key="close", label="结案率", weight=D(30), method="rate", indicator="close_rate"),
        Item(key="intime", label="按期处置率", weight=D(30), method="rate", indicator="intime"),
        Item(
            key="rework", label="返工率", weight=D(30), method="rate", indicator="rework_rate",
            better="low",
        ),
    ),
    grades=GRADES,
)  # fmt: skip


def alone(item: Item, value: str | None, **more: object) -> Decimal | None:
    whole = Scheme(items=(item,), grades=GRADES)
    told = Measured(group="g", values={item.key: None if value is None else D(value)}, **more)  # type: ignore[arg-type]
    return scored(whole, told).items[0].score


@pytest.mark.parametrize(
    ("value", "score"),
    [("100", "1"), ("95", "1"), ("94.99", "1"), ("90.01", "1"), ("90", "0.8"), ("70", "0"),
     ("74", "0.2"), ("0", "0")],
)  # fmt: skip
def test_each_whole_step_below_the_benchmark_costs(value: str, score: str) -> None:
    """The ministry's rules of 2020: at 95 % one point, each 5 points below cost 0.2."""
    assert alone(SWEEPING, value) == D(score)


@pytest.mark.parametrize(("value", "score"), [("95", "1"), ("94.99", "0.8"), ("89.99", "0.6")])
def test_a_step_that_has_begun_costs_where_the_scheme_says_so(value: str, score: str) -> None:
    assert alone(replace(SWEEPING, begun=True), value) == D(score)


@pytest.mark.parametrize(
    ("count", "total"), [(50, "94.00"), (51, "93.00"), (200, "91.50"), (1001, "84.00")]
)
def test_the_department_of_the_standard_is_scored(count: int, total: str) -> None:
    """立案数分值 10 %, 结案率 30 %, 按期处置率 30 %, 1 − 返工率 30 %: 90, 95 and 5 % give 27 + 28.5 + 28.5."""
    values = {"inst": D(count), "close": D(90), "intime": D(95), "rework": D(5)}
    found = scored(DEPARTMENT, Measured(group="u", values=values))
    assert found.total == D(total)


def test_a_class_has_targets_of_its_own() -> None:
    item = replace(SWEEPING, targets=(("outer", D(85)),))
    scheme = Scheme(
        items=(item,),
        classes=(GroupClass(key="outer", label="县", groups=("far",)),),
        grades=GRADES,
    )
    near, far = (
        scored(scheme, Measured(group=group, values={"sweep": D(85)})) for group in ("near", "far")
    )
    assert (near.total, near.grade) == (D(60), "C")
    assert (far.total, far.grade) == (D(100), "A")


def test_without_a_figure_the_scheme_says_what_happens() -> None:
    values = {"inst": D(10), "close": None, "intime": D(80), "rework": D(0)}
    shared = scored(DEPARTMENT, Measured(group="u", values=values))
    assert shared.items[1].why == "shared" and shared.items[1].points is None
    assert shared.total == half_up(Fraction(10 + 24 + 30) * 100 / 70) == D("91.43")
    ways: tuple[tuple[Missing, Decimal | None], ...] = (("full", D("94.00")), ("await", None))
    for missing, total in ways:
        items = tuple(replace(item, missing=missing) for item in DEPARTMENT.items)
        found = scored(replace(DEPARTMENT, items=items), Measured(group="u", values=values))
        assert found.total == total, missing
    nothing = scored(DEPARTMENT, Measured(group="u", values=dict.fromkeys(values)))
    assert (nothing.total, nothing.grade) == (None, "")


def test_what_people_gave_comes_before_the_figure() -> None:
    assert alone(SWEEPING, "50", given={"sweep": D("0.7")}) == D("0.7")
    manual = Item(key="view", label="现场", weight=D(100), method="manual", full=D(10))
    assert alone(manual, None) is None
    assert alone(manual, None, given={"view": D("8.5")}) == D("8.5")
    assert alone(SWEEPING, "50", excluded=frozenset({"sweep"})) is None


def test_a_veto_caps_the_total_and_not_the_points() -> None:
    scheme = replace(DEPARTMENT, vetoes=(Veto(key="v", label="重大事故", cap=D("59.99")),))
    values = {"inst": D(10), "close": D(100), "intime": D(100), "rework": D(0)}
    found = scored(scheme, Measured(group="u", values=values, vetoes=frozenset({"v"})))
    assert (found.before, found.total, found.grade) == (D(100), D("59.99"), "D")


@pytest.mark.parametrize(
    ("total", "grade"),
    [("100", "A"), ("90", "A"), ("89.99", "B"), ("75", "B"), ("60", "C"), ("40", "D"), ("0", "E")],
)
def test_the_grades_of_the_standard(total: str, grade: str) -> None:
    assert grade_of(GRADES, D(total)) == grade


percents = st.decimals(0, 100, places=2)
scores = st.fixed_dictionaries(
    {"inst": st.integers(0, 5000).map(Decimal), "close": percents | st.none(),
     "intime": percents | st.none(), "rework": st.decimals(0, 300, places=2) | st.none()}
)  # fmt: skip


@given(scores)
def test_a_total_stays_within_its_bounds_and_near_its_points(values: dict[str, Decimal]) -> None:
    found = scored(DEPARTMENT, Measured(group="u", values=values))
    assert found.total is not None and 0 <= found.total <= 100
    points = [each.points for each in found.items if each.points is not None]
    assert abs(sum(points, D(0)) - found.total) <= D("0.005") * (len(points) + 1)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=9), st.booleans())
def test_full_marks_everywhere_are_100_whoever_is_left_out(
    weights: list[int], first_out: bool
) -> None:
    items = tuple(
        replace(SWEEPING, key=str(n), weight=D(weight)) for n, weight in enumerate(weights)
    )
    values = {item.key: D(97) for item in items}
    out = frozenset({"0"}) if first_out and len(items) > 1 else frozenset()
    found = scored(
        Scheme(items=items, grades=GRADES), Measured(group="g", values=values, excluded=out)
    )
    assert found.total == 100


@given(percents, percents, st.booleans())
def test_a_better_figure_never_gives_fewer_points(a: Decimal, b: Decimal, begun: bool) -> None:
    low, high = sorted((a, b))
    item = replace(SWEEPING, begun=begun)
    worse, better = alone(item, str(low)), alone(item, str(high))
    assert worse is not None and better is not None and worse <= better
    for each in (item, DEPARTMENT.items[1]):
        turned = replace(each, better="low")
        first, second = alone(turned, str(low)), alone(turned, str(high))
        assert first is not None and second is not None and first >= second


@given(st.fractions(0, 100))
def test_half_up_is_the_nearest_hundredth(exact: Fraction) -> None:
    found = Fraction(half_up(exact))
    assert -Fraction(1, 200) < found - exact <= Fraction(1, 200)


def test_a_sound_scheme_has_no_fault_and_survives_json() -> None:
    assert list(faults(DEPARTMENT)) == []
    assert from_body(json.loads(json.dumps(as_body(DEPARTMENT)))) == DEPARTMENT


def changed(n: int, **changes: object) -> Scheme:
    items = list(DEPARTMENT.items)
    items[n] = replace(items[n], **changes)  # type: ignore[arg-type]
    return replace(DEPARTMENT, items=tuple(items))


BANDS = DEPARTMENT.items[0].bands


@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        (Scheme(grades=GRADES), "还没有考核项"),
        (changed(1, weight=D(25)), "权重合计 95%，要正好 100%"),
        (changed(1, weight=D(0)), "「结案率」的权重要大于 0"),
        (changed(1, full=D(0)), "满分要大于 0"),
        (changed(1, label="返工率"), "「返工率」写了两次"),
        (changed(1, indicator="intime"), "指标用了两次"),
        (changed(1, method="steps"), "没有写目标值"),
        (changed(1, method="steps", target=D(95), step=D(0), cut=D(1)), "步长要大于 0"),
        (changed(1, method="steps", target=D(95), step=D(5), cut=D(101)), "不超过满分 100"),
        (changed(1, method="steps", target=D(95), step=D(5), cut=D(1), targets=(("x", D(1)),)),
         "没有的分类"),
        (changed(0, bands=()), "最后一档要写「以上」"),
        (changed(0, bands=BANDS[:-1]), "最后一档要写「以上」"),
        (changed(0, bands=(BANDS[1], BANDS[0], BANDS[-1])), "从小到大"),
        (changed(0, bands=(BANDS[0], (D(100), D(40)), (None, D(60)))), "越来越"),
        (changed(0, bands=(BANDS[0], (None, D(101)))), "0 到满分 100"),
        (replace(DEPARTMENT, grades=()), "还没有分等级"),
        (replace(DEPARTMENT, grades=GRADES[:-1]), "要从 0 分起，现在从 40 分起"),
        (replace(DEPARTMENT, grades=GRADES[::-1]), "从高到低"),
        (replace(DEPARTMENT, grades=(Grade(name="S", least=D(120)), *GRADES)), "谁也得不到"),
        (replace(DEPARTMENT, vetoes=(Veto(key="v", label="事故", cap=D(101)),)), "总分上限"),
        (replace(DEPARTMENT, classes=(GroupClass(key="a", label="一类", groups=("x", "y")),
                                      GroupClass(key="b", label="二类", groups=("y",)))), "分进了两类"),
        (replace(DEPARTMENT, classes=(GroupClass(key="a", label="一类", groups=()),)), "一个也没有"),
        (replace(DEPARTMENT, classes=(GroupClass(key="a", label="一类", groups=("x",)),)), "还没有分类：z"),
    ],
)  # fmt: skip
def test_a_scheme_that_is_not_sound_gets_a_sentence(scheme: Scheme, sentence: str) -> None:
    told = list(faults(scheme, ("x", "z")))
    assert any(sentence in each for each in told), told
