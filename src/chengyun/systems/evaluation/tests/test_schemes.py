"""Schemes and their scores: drafts, editions, computations that are never changed, people's scores, appeals."""

from __future__ import annotations

import copy
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.indicators.queries import chosen_wholes
from chengyun.city.indicators.services import tell_lake
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Conflict, Invalid, Missing, NotAllowed
from chengyun.kernel.models import Audit
from chengyun.science.periods import parse
from chengyun.science.scoring import GroupClass, Item, Veto
from chengyun.systems.evaluation.models import SchemeEdition, ScoreSheet
from chengyun.systems.evaluation.patterns import GRADES, pattern, patterns
from chengyun.systems.evaluation.scores import (
    content_of,
    counted,
    draft_of,
    edition_of,
    results_of,
    rules_of,
    scheme_for,
    sheet_for,
)
from chengyun.systems.evaluation.services.appeals import appeal, grant_appeal, refuse_appeal
from chengyun.systems.evaluation.services.giving import decide, enter, exclude, readmit
from chengyun.systems.evaluation.services.schemes import (
    begin_draft,
    begin_scheme,
    change_draft,
    drop_draft,
    faults_of,
    put_in_force,
)
from chengyun.systems.evaluation.services.sheets import compute, publish
from chengyun.systems.evaluation.tests.october import (
    CITY,
    DISTRICT,
    MIDDLE,
    OCTOBER,
    OTHER,
    blank,
    force,
    happen,
    november,
    rewrite,
    scheme,
)

pytestmark = pytest.mark.django_db
D = Decimal
CLOSING = Item(
    key="close_rate", label="结案率", weight=D(60), method="steps", indicator="close_rate",
    full=D(10), target=D(95), step=D(5), cut=D(1),
)  # fmt: skip
VIEWED = Item(key="seen", label="现场查看", weight=D(40), method="manual", full=D(20))


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    settings.FACTS = tmp_path / "facts"
    return make_working_city()


@pytest.fixture
def cases(cast: Cast) -> list[Case]:
    return happen(cast)


def row_of(sheet: ScoreSheet, group: str = DISTRICT) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in sheet.content["results"] if r["group"] == group)
    return found


def published(cast: Cast) -> ScoreSheet:
    with november():
        return publish(compute(scheme(cast), OCTOBER, by=cast.evaluator), by=cast.evaluator)


def test_a_month_is_computed_published_and_frozen(cast: Cast, cases: list[Case]) -> None:
    """Two of two in time, none sent back, none put off: full marks; who had no case is not scored."""
    sheet = published(cast)
    first, second = row_of(sheet), row_of(sheet, OTHER)
    assert (first["place"], first["total"], first["grade"]) == ("1", "100.00", "A")
    assert (second["place"], second["total"], second["grade"]) == ("", None, "")
    told = next(each for each in sheet.content["groups"] if each["group"] == DISTRICT)
    assert told["figures"]["intime_dispose_rate"] == [2, 2, "100.00"]
    assert sheet.mark == "城管考〔2026〕1号"
    assert sheet.position == Audit.objects.exclude(seal=None).latest("id").seal_id
    assert results_of(sheet.content) == sheet.content["results"]


def test_what_is_published_never_changes_and_a_later_computation_stands_beside_it(
    cast: Cast, cases: list[Case]
) -> None:
    sheet = published(cast)
    before = copy.deepcopy(sheet.content)
    with clock.at(MIDDLE + timedelta(hours=1)):
        make_case(cast)
        audit.seal_new()
        tell_lake()
    again = compute(sheet.scheme, OCTOBER, by=cast.evaluator)
    sheet.refresh_from_db()
    assert sheet.content == before
    assert (again.number, again.published_at) == (2, None)
    assert again.position > sheet.position
    with pytest.raises(Conflict, match="已经发布了"):
        publish(sheet, by=cast.evaluator)


def test_facts_that_still_arrive_stop_the_publication(cast: Cast, cases: list[Case]) -> None:
    made = scheme(cast)
    with november():
        sheet = compute(made, OCTOBER, by=cast.evaluator)
    with clock.at(MIDDLE + timedelta(hours=1)):
        drive(make_case(cast), cast, "closed")
    with november():
        with pytest.raises(Conflict, match="还没有收齐"):
            publish(sheet, by=cast.evaluator)
        audit.seal_new()
        tell_lake()
        with pytest.raises(Conflict, match="还没有收齐|请重新计算"):
            publish(sheet, by=cast.evaluator)
        newer = compute(made, OCTOBER, by=cast.evaluator)
        with pytest.raises(Conflict, match="第 2 次"):
            publish(sheet, by=cast.evaluator)
        publish(newer, by=cast.evaluator)


def test_numbers_that_changed_since_stop_the_publication(cast: Cast, cases: list[Case]) -> None:
    made = scheme(cast)
    with november():
        sheet = compute(made, OCTOBER, by=cast.evaluator)
        exclude(made, OCTOBER, DISTRICT, "postpone_rate", "停电", by=cast.evaluator)
        with pytest.raises(Conflict, match="数字变了"):
            publish(sheet, by=cast.evaluator)


def test_a_period_without_cases_or_that_goes_on_is_not_published(cast: Cast) -> None:
    made = scheme(cast)
    with november():
        sheet = compute(made, OCTOBER, by=cast.evaluator)
        assert {row["total"] for row in sheet.content["results"]} == {None}
        with pytest.raises(Conflict, match="没有案件"):
            publish(sheet, by=cast.evaluator)
        running = compute(made, parse("2026-11"), by=cast.evaluator)
        with pytest.raises(Conflict, match="才结束"):
            publish(running, by=cast.evaluator)
        with pytest.raises(Invalid, match="还没有开始"):
            compute(made, parse("2026-12"), by=cast.evaluator)
        with pytest.raises(Conflict, match="还没有启用"):
            compute(made, parse("2025-12"), by=cast.evaluator)


def test_a_scheme_that_is_not_sound_does_not_come_into_force(cast: Cast) -> None:
    empty = pattern("empty")
    assert empty is not None
    made = begin_scheme("own", "自定", empty, area=CITY, group="district", by=cast.evaluator)
    draft = draft_of(made)
    assert draft is not None and faults_of(draft) == ["方案里还没有考核项。"]
    one = GroupClass(key="one", label="一类", groups=(DISTRICT,))
    rewrite(made, cast, items=(CLOSING,), classes=(one,))
    draft.refresh_from_db()
    assert faults_of(draft)[0] == "权重合计 60%，要正好 100%。"
    assert any("还没有分类：" in each and "茌平区" in each for each in faults_of(draft))
    with pytest.raises(Invalid, match="草稿还有 2 处不对"):
        put_in_force(draft, date(2026, 1, 1), "第一版", by=cast.evaluator)


def test_an_edition_holds_from_its_day_and_never_reaches_back_behind_what_is_published(
    cast: Cast, cases: list[Case]
) -> None:
    sheet = published(cast)
    draft = begin_draft(sheet.scheme, by=cast.evaluator)
    with pytest.raises(Conflict, match="已经有一份草稿"):
        begin_draft(sheet.scheme, by=cast.evaluator)
    with pytest.raises(Invalid, match="一样"):
        put_in_force(draft, date(2026, 12, 1), "没改", by=cast.evaluator)
    items = list(rules_of(draft).items)
    items[0], items[1] = replace(items[0], weight=D(20)), replace(items[1], weight=D(30))
    rewrite(sheet.scheme, cast, items=tuple(items))
    draft.refresh_from_db()
    with pytest.raises(Invalid, match="已经发布"):
        put_in_force(draft, date(2026, 10, 15), "改权重", by=cast.evaluator)
    put_in_force(draft, date(2026, 11, 1), "改权重", by=cast.evaluator)
    assert edition_of(sheet.scheme, OCTOBER).number == 1
    assert edition_of(sheet.scheme, parse("2026-11")).number == 2
    with pytest.raises(Conflict, match="已经启用"):
        change_draft(draft, rules_of(draft), "改", by=cast.evaluator, version=draft.version)


def test_whoever_changes_a_draft_later_is_told(cast: Cast) -> None:
    made = scheme(cast)
    draft = begin_draft(made, by=cast.evaluator)
    seen = draft.version
    change_draft(draft, rules_of(draft), "一", by=cast.evaluator, version=seen)
    with pytest.raises(Conflict, match="刚被别人改过"):
        change_draft(draft, rules_of(draft), "二", by=cast.evaluator, version=seen)
    drop_draft(draft, by=cast.evaluator)
    assert SchemeEdition.objects.filter(scheme=made).count() == 1


def test_the_first_draft_is_not_dropped_and_a_key_is_used_once(cast: Cast) -> None:
    empty = pattern("empty")
    assert empty is not None
    made = begin_scheme("own", "自定", empty, area=CITY, group="unit", by=cast.evaluator)
    draft = draft_of(made)
    assert draft is not None
    with pytest.raises(Conflict, match="还没有启用过"):
        drop_draft(draft, by=cast.evaluator)
    with pytest.raises(Invalid, match="已经用过"):
        begin_scheme("own", "自定", empty, area=CITY, group="unit", by=cast.evaluator)
    with pytest.raises(Invalid, match="代号"):
        begin_scheme("Own!", "自定", empty, area=CITY, group="unit", by=cast.evaluator)
    with pytest.raises(NotAllowed):
        begin_scheme("two", "自定", empty, area=CITY, group="unit", by=cast.leader)


def test_what_a_person_gives_counts_when_another_approves(cast: Cast, cases: list[Case]) -> None:
    """结案率 2 of 2 is full: 60; 18 of 20 seen is 36."""
    made = blank(cast, CLOSING, VIEWED)
    with november():
        first = compute(made, OCTOBER, by=cast.evaluator)
        assert row_of(first)["total"] is None
        with pytest.raises(Conflict, match="还有 .* 个分没有给"):
            publish(first, by=cast.evaluator)
        with pytest.raises(Invalid, match="0 到 20"):
            enter(made, OCTOBER, DISTRICT, "seen", D(21), "看过", by=cast.evaluator)
        with pytest.raises(Invalid, match="不由人给分"):
            enter(made, OCTOBER, DISTRICT, "close_rate", D(1), "看过", by=cast.evaluator)
        with pytest.raises(Invalid, match="没有这一项"):
            enter(made, OCTOBER, DISTRICT, "beauty", D(1), "看过", by=cast.evaluator)
        with pytest.raises(Invalid, match="不考核这个对象"):
            enter(made, OCTOBER, "999999", "seen", D(1), "看过", by=cast.evaluator)
        entry = enter(made, OCTOBER, DISTRICT, "seen", D(18), "看过", by=cast.evaluator)
        with pytest.raises(Conflict, match="等着审核"):
            enter(made, OCTOBER, DISTRICT, "seen", D(2), "看过", by=cast.evaluator)
        with pytest.raises(NotAllowed, match="另一个人"):
            decide(entry, True, "", by=cast.evaluator)
        assert row_of(compute(made, OCTOBER, by=cast.evaluator))["total"] is None
        decide(entry, True, "", by=cast.leader)
        with pytest.raises(Conflict, match="审核过了"):
            decide(entry, True, "", by=cast.leader)
        assert row_of(compute(made, OCTOBER, by=cast.evaluator))["total"] == "96.00"
        worse = enter(made, OCTOBER, DISTRICT, "seen", D(1), "再看", by=cast.evaluator)
        decide(worse, False, "不对", by=cast.leader)
        assert row_of(compute(made, OCTOBER, by=cast.evaluator))["total"] == "96.00"


def test_a_veto_caps_and_an_exclusion_shares_out(cast: Cast, cases: list[Case]) -> None:
    made = blank(cast, CLOSING, VIEWED, vetoes=(Veto(key="v1", label="亡人事故", cap=D(50)),))
    with november():
        out = exclude(made, OCTOBER, "", "seen", "这个月没有安排", by=cast.evaluator)
        with pytest.raises(Conflict, match="已经不计入"):
            exclude(made, OCTOBER, "", "seen", "再一次", by=cast.evaluator)
        row = row_of(compute(made, OCTOBER, by=cast.evaluator))
        assert (row["total"], row["items"]["close_rate"]["weight"]) == ("100.00", "100.00")
        veto = enter(made, OCTOBER, DISTRICT, "v1", None, "10 月 8 日", by=cast.evaluator)
        decide(veto, True, "", by=cast.leader)
        row = row_of(compute(made, OCTOBER, by=cast.evaluator))
        assert (row["before"], row["total"], row["grade"]) == ("100.00", "50.00", "D")
        readmit(out, by=cast.evaluator)
        assert row_of(compute(made, OCTOBER, by=cast.evaluator))["total"] is None
        exclude(made, OCTOBER, DISTRICT, "", "封路", by=cast.evaluator)
        sheet = compute(made, OCTOBER, by=cast.evaluator)
        assert {each["why"] for each in row_of(sheet)["items"].values()} == {"excluded"}
        with pytest.raises(Invalid, match="不计入谁"):
            exclude(made, OCTOBER, "", "", "全部", by=cast.evaluator)
        with pytest.raises(Invalid, match="写理由"):
            exclude(made, OCTOBER, OTHER, "", " ", by=cast.evaluator)


def test_an_appeal_that_is_granted_leads_to_one_more_sheet(cast: Cast, cases: list[Case]) -> None:
    made = blank(cast, CLOSING, replace(VIEWED, weight=D(40)))
    with november():
        for group in (DISTRICT, OTHER):
            entry = enter(made, OCTOBER, group, "seen", D(10), "看过", by=cast.evaluator)
            decide(entry, True, "", by=cast.leader)
        for row in compute(made, OCTOBER, by=cast.evaluator).content["results"]:
            if row["group"] not in (DISTRICT, OTHER):
                exclude(made, OCTOBER, row["group"], "", "没有评", by=cast.evaluator)
        sheet = publish(compute(made, OCTOBER, by=cast.evaluator), by=cast.evaluator)
        assert row_of(sheet)["total"] == "80.00"
        with pytest.raises(NotAllowed, match="本区域"):
            appeal(sheet, OTHER, "seen", "路修好了", by=cast.supervisor)
        with pytest.raises(NotAllowed):
            appeal(sheet, DISTRICT, "seen", "路修好了", by=cast.evaluator)
        asked = appeal(sheet, DISTRICT, "seen", "路修好了", by=cast.supervisor)
        with pytest.raises(Conflict, match="已经申诉"):
            appeal(sheet, DISTRICT, "seen", "再说一遍", by=cast.supervisor)
        with pytest.raises(Invalid, match="0 到 20"):
            grant_appeal(asked, D(30), "核过", by=cast.leader)
        corrected = grant_appeal(asked, D(15), "核过照片", by=cast.leader)
        assert (row_of(corrected)["total"], row_of(sheet)["total"]) == ("90.00", "80.00")
        assert (corrected.corrects, corrected.position) == (sheet, sheet.position)
        assert corrected.reason == "申诉成立：核过照片" and corrected.published_at
        assert corrected.mark != sheet.mark
        asked.refresh_from_db()
        assert asked.led_to == corrected
        with pytest.raises(Conflict, match="答复了"):
            refuse_appeal(asked, "不行", by=cast.leader)
        with pytest.raises(Conflict, match="新的成绩"):
            appeal(sheet, DISTRICT, "close_rate", "旧的", by=cast.supervisor)
        assert row_of(compute(made, OCTOBER, by=cast.evaluator))["total"] == "90.00"
        second = appeal(corrected, DISTRICT, "close_rate", "不服", by=cast.supervisor)
        refuse_appeal(second, "数字没有错", by=cast.evaluator)
        assert ScoreSheet.objects.filter(scheme=made).count() == 4
    assert audit.verify().sound


def test_the_draft_and_what_is_in_force_are_scored_on_the_same_data(
    cast: Cast, cases: list[Case]
) -> None:
    made = blank(cast, CLOSING, replace(CLOSING, key="rework_rate", label="返工率",
                 indicator="rework_rate", weight=D(40), method="rate", better="low"))  # fmt: skip
    draft = begin_draft(made, by=cast.evaluator)
    items = (replace(CLOSING, weight=D(90)), replace(rules_of(draft).items[1], weight=D(10)))
    rules = rewrite(made, cast, items=items)
    with november():
        told = counted(made, OCTOBER)
    old, new = content_of(rules_of(edition_of(made, OCTOBER)), told), content_of(rules, told)
    assert old["groups"] == new["groups"] and new["scheme"] != old["scheme"]


def test_people_see_the_schemes_that_score_them_and_only_what_is_published(
    cast: Cast, cases: list[Case]
) -> None:
    sheet = published(cast)
    with november():
        waiting = compute(sheet.scheme, OCTOBER, by=cast.evaluator)
    for person in (cast.supervisor, cast.department, cast.leader):
        assert scheme_for(person, "month") == sheet.scheme
        assert sheet_for(person, "month", sheet.pk) == sheet
        with pytest.raises(Missing):
            sheet_for(person, "month", waiting.pk)
    assert sheet_for(cast.evaluator, "month", waiting.pk) == waiting
    with pytest.raises(Missing):
        scheme_for(cast.inspector, "month")


def test_units_are_scored_by_the_published_weights(cast: Cast, cases: list[Case]) -> None:
    """Two dispatched: 100 of the first band; all closed in time, none sent back: 100."""
    found = pattern("department")
    assert found is not None
    made = begin_scheme("units", "部门考核", found, area=CITY, group="unit", by=cast.evaluator)
    force(made, cast)
    with november():
        sheet = compute(made, OCTOBER, by=cast.evaluator)
    assert row_of(sheet, cast.crew.code)["total"] == "100.00"


def test_the_patterns_are_sound(cast: Cast) -> None:
    for each in patterns():
        assert each.rules.grades == GRADES
        assert sum(item.weight for item in each.rules.items) in (0, 100)
    assert chosen_wholes(CITY)["postpone_rate"] == "need_dispose"


def test_a_clock_change_does_not_move_a_month(cast: Cast) -> None:
    """The last second of October in the city is not November."""
    with clock.at(datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC)):
        drive(make_case(cast), cast, "closed")
        audit.seal_new()
        tell_lake()
    with november():
        assert row_of(compute(scheme(cast), OCTOBER, by=cast.evaluator))["total"] == "100.00"


def printed(**options: str) -> list[str]:
    out = io.StringIO()
    call_command("evaluate", stdout=out, **options)
    return out.getvalue().splitlines()


def test_the_command_prints_the_scores_of_a_scheme(cast: Cast, cases: list[Case]) -> None:
    scheme(cast)
    with november():
        lines = printed(scheme="month", period="2026-10")
        with pytest.raises(CommandError, match="没有考核方案「year」，现有：month"):
            printed(scheme="year", period="2026-10")
        with pytest.raises(CommandError, match="还没有启用的版本"):
            printed(scheme="month", period="2025-10")
    assert lines[0].startswith("place,group,total,grade,dispose_rate,intime_dispose_rate")
    assert lines[1] == "1,371502,100.00,A,30.00,20.00,20.00,20.00,10.00"
    assert lines[2] == ",371523,,,,,,,"
    assert ScoreSheet.objects.count() == 0
