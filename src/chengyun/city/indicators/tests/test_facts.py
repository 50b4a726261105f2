"""What happened to cases is in the lake once, and its figures are those of the cases."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.cases.services.acting import act
from chengyun.city.indicators.queries import Answer, Behind, Question, asked, behind, chosen_wholes
from chengyun.city.indicators.services import compared, tell_lake
from chengyun.city.indicators.specs import Group, Indicator
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit, clock, registry
from chengyun.kernel.models import Audit
from chengyun.lake import facts
from chengyun.science.periods import Period, month_of

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def told() -> int:
    audit.seal_new()
    return tell_lake()


def this_month() -> Period:
    return month_of(localdate(clock.now()))


def answer(by: str = "district") -> Answer:
    period = Period(this_month().back(1).start, this_month().end)
    return asked(Question(period=period, by=registry.get(Group, by)), chosen_wholes(""))


def test_each_sealed_act_is_told_once(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    assert told() == Audit.objects.filter(subject_type="cases.case").count()
    assert told() == 0
    drive(make_case(cast), cast, "filed")
    assert told() == 3
    assert compared().faults == ()
    assert said("facts", "check").startswith("一致：")


def test_an_act_that_is_not_sealed_waits(cast: Cast) -> None:
    make_case(cast)
    assert tell_lake() == 0
    assert "还有 1 条等着写入" in said("facts", "check")
    assert said("facts", "tell") == "写入 1 条。\n"


def test_what_is_missing_or_double_in_the_lake_is_named(cast: Cast, lake: Path) -> None:
    make_case(cast)
    audit.seal_new()
    seal = Audit.objects.get(verb="case.report").seal_id
    assert seal is not None
    facts.append(lake, facts.table_of([]), upto=seal)
    with pytest.raises(CommandError, match=r"case.report：数据库 1 条，数据湖 0 条"):
        said("facts", "check")


def test_many_small_files_become_one_and_say_the_same(cast: Cast, lake: Path) -> None:
    for _ in range(3):
        drive(make_case(cast), cast, "closed")
        told()
    before = answer()
    assert facts.compact(lake) >= 1
    assert facts.compact(lake) == 0
    assert (answer(), compared().faults) == (before, ())


def test_the_figures_of_a_case_that_went_all_the_way(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "closed")
    make_case(cast)
    told()
    found = answer().groups[case.district]
    counted = {key: figure.part for key, figure in found.items() if figure.whole is None}
    assert {key: counted[key] for key in ("report", "accept", "inst", "dispatch", "dispose", "close")} == {
        "report": 2, "accept": 1, "inst": 1, "dispatch": 1, "dispose": 1, "close": 1,
    }  # fmt: skip
    rate = found["inst_rate"]
    assert (rate.part, rate.whole, str(rate.value)) == (1, 1, "100.00")


def test_nothing_to_divide_by_is_neither_nothing_nor_all(cast: Cast) -> None:
    make_case(cast)
    told()
    rate = answer().total["inst_rate"]
    assert (rate.part, rate.whole, rate.value) == (0, 0, None)
    assert (
        asked(
            Question(
                period=month_of(localdate(clock.now())).back(24), by=registry.get(Group, "district")
            ),
            chosen_wholes(""),
        ).groups
        == {}
    )


def test_a_case_filed_again_counts_once(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    act(case, "send_back", {"reason": "条件不对"}, by=cast.dispatcher)
    condition = case.condition
    assert condition is not None and case.case_class is not None
    act(
        case, "file", {"class": case.case_class.code, "condition": condition.pk}, by=cast.supervisor
    )
    told()
    assert answer().total["inst"].part == 1


def test_the_acts_behind_a_number_are_as_many_as_it_says(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "closed")
    drive(make_case(cast), cast, "filed")
    drive(make_case(cast), cast, "handling")
    told()
    period = Period(this_month().back(1).start, this_month().end)
    question = Question(period=period, by=registry.get(Group, "district"))
    figures = asked(question, chosen_wholes("")).groups[case.district]
    assert figures["todo_dispose"].part == 1, "one stands open with a unit"
    for key, figure in figures.items():
        indicator = registry.get(Indicator, key)
        if indicator.rows:
            count, rows = behind(
                Behind(question=question, indicator=indicator, group=case.district),
                first=0,
                most=50,
            )
            assert (count, len(rows)) == (figure.part, figure.part), key
