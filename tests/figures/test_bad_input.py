"""Figures where not all is as it should be: no cases, units that change, cases that move, clocks put back."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import FAR, Case
from chengyun.city.cases.services.acting import act
from chengyun.city.indicators import queries
from chengyun.city.indicators.queries import Answer, Question, asked, chosen_wholes, moments
from chengyun.city.indicators.services import tell_lake
from chengyun.city.indicators.specs import Group, Indicator
from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.services.units import change_unit
from chengyun.city.places.factories import COMMUNITIES
from chengyun.kernel import audit, clock, outbox, registry
from chengyun.kernel.workcalendar import confirm_year, import_year, set_day
from chengyun.lake import facts
from chengyun.science.periods import Period, parse

# Many examples of what the tests of the indicators reach as well: their lines are counted there.
pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 9, 15, 12, tzinfo=SHANGHAI)
SEPTEMBER = parse("2026-09")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def lake(settings: Settings, tmp_path: Path) -> Path:
    found = tmp_path / "facts"
    settings.FACTS = found
    return found


@pytest.fixture
def cast() -> Cast:
    with clock.at(datetime(2025, 12, 1, 9, tzinfo=SHANGHAI)):
        cast = make_working_city()
        import_year("3715", 2026, by=None)
    return cast


def tell() -> None:
    audit.seal_new()
    tell_lake()


def answer(period: Period, by: str = "district") -> Answer:
    return asked(Question(period=period, by=registry.get(Group, by)), chosen_wholes(""))


def counts(told: Answer, *keys: str) -> dict[str, tuple[int, ...]]:
    """Of each group the numbers that were asked for."""
    return {group: tuple(found[key].part for key in keys) for group, found in told.groups.items()}


# Nothing to count ----------------------------------------------------------------------------------


def test_a_period_without_cases_has_counts_of_nothing_and_no_rates(cast: Cast) -> None:
    with clock.at(NOON):
        make_case(cast)
        tell()
        out = StringIO()
        call_command("evaluate", "--period", "2025-03", stdout=out)
    lines = list(csv.DictReader(StringIO(out.getvalue())))
    assert {line["group"] for line in lines} == {"合计"}
    assert {line["numerator"] for line in lines} == {"0"}
    rates = [line for line in lines if line["denominator"]]
    assert rates
    assert {(line["denominator"], line["value"]) for line in rates} == {("0", "")}
    assert {line["value"] for line in lines if not line["denominator"]} == {"0"}


def test_a_period_that_has_not_begun_has_counts_of_nothing(cast: Cast) -> None:
    with clock.at(NOON):
        drive(make_case(cast), cast, "dispatched")
        tell()
        told = answer(parse("2027"))
    assert told.groups == {}
    assert {figure.part for figure in told.total.values()} == {0}


# What changes on the way ---------------------------------------------------------------------------


def test_a_unit_that_changes_its_name_stays_one_group(cast: Cast) -> None:
    with clock.at(NOON):
        drive(make_case(cast), cast, "handled")
    with clock.at(NOON + MINUTE):
        change_unit(cast.crew, {"name": "市政养护中心"}, by=None)
    with clock.at(NOON + 2 * MINUTE):
        drive(make_case(cast), cast, "handled")
        tell()
    with clock.at(NOON + 3 * MINUTE):
        told = counts(answer(SEPTEMBER, by="unit"), "dispatch", "dispose")
        asked = Question(period=SEPTEMBER, by=registry.get(Group, "unit"))
        dispose = registry.get(Indicator, "dispose")
        number = queries.Behind(question=asked, indicator=dispose, group=cast.crew.code)
        rows = queries.behind(number, first=0, most=9)[1]
    assert {unit: numbers for unit, numbers in told.items() if any(numbers)} == {
        cast.crew.code: (2, 2)
    }
    assert [row["unit_name"] for row in rows] == ["市政工程处", "市政养护中心"]


def test_a_case_that_its_unit_gave_back_stands_with_nobody(cast: Cast) -> None:
    with clock.at(NOON):
        case = drive(make_case(cast), cast, "handling")
    with clock.at(NOON + timedelta(days=9)):
        drive(case, cast, "handled")
        act(case, "rework", {"reason": "没修好"}, by=cast.dispatcher)
        act(case, "ask_return", {"cause": "cannot", "reason": "缺件"}, by=cast.department)
        act(case, "return", {}, by=cast.dispatcher)
        tell()
    with clock.at(NOON + timedelta(days=9) + MINUTE):
        told = counts(answer(SEPTEMBER, by="unit"), "back", "overtime_todo_close")
    assert told == {cast.crew.code: (1, 0)}


def test_a_case_that_moves_counts_where_it_lay_when_it_was_done(cast: Cast) -> None:
    with clock.at(NOON):
        case = drive(make_case(cast), cast, "dispatched")
    place = next(code for code in COMMUNITIES if code.startswith(OTHER_DISTRICT))
    Case.objects.filter(pk=case.pk).update(area=place, district=OTHER_DISTRICT)
    case.refresh_from_db()
    with clock.at(NOON + MINUTE):
        act(case, "sign", {}, by=None)
        tell()
    with clock.at(NOON + 2 * MINUTE):
        told = answer(SEPTEMBER)
    keys = ("report", "dispatch", "todo_dispose")
    assert counts(told, *keys) == {DISTRICT: (1, 1, 0), OTHER_DISTRICT: (0, 0, 1)}
    assert [told.total[key].part for key in keys] == [1, 1, 1]


def test_a_due_moment_that_is_computed_again_holds_for_the_figures(cast: Cast, lake: Path) -> None:
    with clock.at(datetime(2026, 12, 31, 14, tzinfo=SHANGHAI)):
        case = drive(make_case(cast), cast, "filed")
        longest = case.case_class and case.case_class.conditions.get(text__startswith="盖周")
        assert longest
        Case.objects.filter(pk=case.pk).update(condition=longest)
        case.refresh_from_db()
        act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    with clock.at(datetime(2026, 12, 31, 15, tzinfo=SHANGHAI)):
        for day in (1, 4):
            set_day("3715", date(2027, 1, day), works=False, name="元旦", by=None)
        confirm_year("3715", 2027, by=None)
        outbox.deliver_due()
        tell()
    before, now = case.due_at, Case.objects.get(pk=case.pk).due_at
    assert before < now < FAR
    for moment, late in ((before + MINUTE, 0), (now, 0), (now + MINUTE, 1)):
        with clock.at(moment):
            assert answer(parse("2027-01")).total["overtime_todo_dispose"].part == late


# Clocks that are put back --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "Europe/Berlin", "Africa/Cairo", "Atlantic/Azores", "America/Havana"]
)
def test_days_follow_each_other_without_gap_in_every_zone(zone: str, settings: Settings) -> None:
    """In Cairo one midnight of the year does not exist, on the Azores and in Havana one comes twice."""
    settings.TIME_ZONE = zone
    days = [date(2025, 12, 31) + timedelta(days=n) for n in range(368)]
    with clock.at(datetime(2027, 6, 1, tzinfo=UTC)):
        spans = [moments(Period(day, day)) for day in days]
        year = moments(parse("2026"))
    assert all(one[1] == other[0] for one, other in zip(spans, spans[1:], strict=False))
    assert year == (spans[1][0], spans[365][1])
    lengths = {(end - begin) // timedelta(hours=1) for begin, end in spans}
    assert lengths == ({24} if zone == "Asia/Shanghai" else {23, 24, 25})
    assert [begin.astimezone(ZoneInfo(zone)).date() for begin, _ in spans] == days


def test_what_is_done_in_an_hour_that_comes_twice_counts_once_each(
    cast: Cast, settings: Settings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    for hour in (0, 1):  # half past two in Berlin, both
        with clock.at(datetime(2026, 10, 25, hour, 30, tzinfo=UTC)):
            make_case(cast)
    with clock.at(datetime(2026, 10, 26, 12, tzinfo=UTC)):
        tell()
        days = [answer(parse(f"2026-10-{day}")).total["report"].part for day in (24, 25, 26)]
    assert days == [0, 2, 0]


# While facts arrive --------------------------------------------------------------------------------


def test_facts_that_arrive_meanwhile_belong_to_the_next_answer(
    cast: Cast, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(NOON):
        make_case(cast)
        tell()
    sums = queries._sums

    def interrupted(acts: Any) -> Any:
        with clock.at(NOON + MINUTE):
            make_case(cast)
            tell()
            facts.compact(lake)
        return sums(acts)

    with clock.at(NOON + 9 * MINUTE):
        with monkeypatch.context() as patched:
            patched.setattr(queries, "_sums", interrupted)
            told = answer(SEPTEMBER)
        assert (told.groups[DISTRICT]["report"].part, told.total["report"].part) == (1, 1)
        after = answer(SEPTEMBER)
    assert after.position > told.position
    assert after.total["report"].part == 2


# Published figures ---------------------------------------------------------------------------------


def acts_of(verb: str, milestone: str, count: int, *, first: int, at: datetime) -> pa.Table:
    """So many acts of as many cases, one a second; 604,800 seconds are a week."""
    named = {
        "origin": "", "flow": "case", "verb": verb, "nth": 1, "source": "hotline", "district": "410102",
        "area": "410102001", "class": "E0102", milestone: True,
    }  # fmt: skip
    blank = {f.name: _nothing(f.type) for f in facts.SCHEMA if not f.nullable}
    rows = [
        {
            **blank, **named, "id": first + n, "case": f"{n}", "at": at + n * timedelta(seconds=1),
            "month": f"{at + n * timedelta(seconds=1):%Y-%m}",
        }
        for n in range(count)
    ]  # fmt: skip
    return facts.table_of(rows)


def _nothing(kind: pa.DataType) -> Any:
    return False if pa.types.is_boolean(kind) else 0 if pa.types.is_integer(kind) else ""


def test_a_week_of_zhengzhou_as_it_was_published(lake: Path) -> None:
    """The week from 8 April 2019: 受理 51,571, 立案 51,229, 立案率 99.34 %."""
    monday = datetime(2019, 4, 7, 16, tzinfo=UTC)
    beside = [
        acts_of(verb, milestone, 1, first=1_000_000 + 10 * n + m, at=at)
        for n, at in enumerate((monday - timedelta(seconds=1), monday + timedelta(days=7)))
        for m, (verb, milestone) in enumerate((("accept", "accepted"), ("file", "filed")))
    ]
    week = [
        acts_of("accept", "accepted", 51_571, first=1, at=monday),
        acts_of("file", "filed", 51_229, first=100_001, at=monday),
    ]
    facts.append(lake, pa.concat_tables([*week, *beside]), upto=1)
    told = answer(Period(date(2019, 4, 8), date(2019, 4, 14)))
    rate = told.groups["410102"]["inst_rate"]
    assert (told.total["accept"].part, told.total["inst"].part) == (51_571, 51_229)
    assert (rate.part, rate.whole, rate.value) == (51_229, 51_571, Decimal("99.34"))
