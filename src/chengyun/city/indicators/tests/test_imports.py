"""A table of another system becomes facts of its own origin: once, and as the recipe says."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from django.core.management import CommandError

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.indicators.services import compared, tell_lake
from chengyun.city.indicators.tests.elsewhere import HEAD, RECIPE, ROWS, Elsewhere, acts, said
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit
from chengyun.kernel.models import Audit
from chengyun.lake import facts, tables

pytestmark = pytest.mark.django_db

STAGES = """
accepted = "taken"
filed = "filed"
dispatched = "sent"
handled = "handled"
"""


def test_its_figures_are_those_of_the_table(elsewhere: Elsewhere) -> None:
    assert elsewhere.imported(elsewhere.write(*ROWS)) == (
        "来源「elsewhere」已导入 4 件案件、20 条事实。\n"
    )
    found = elsewhere.figures()
    assert list(found) == ["North", "South", "未知", "合计"]
    counted = (
        "report",
        "dispose",
        "intime_dispose",
        "close",
        "intime_close",
        "overtime_todo_dispose",
        "need_dispose",
    )
    assert [[found[group][key] for key in counted] for group in found] == [
        [2, 2, 1, 2, 1, 0, 2],
        [1, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 1, 1],
        [4, 2, 1, 2, 1, 1, 3],
    ]
    assert list(elsewhere.figures(by="class")) == ["Lamp", "Trash", "合计"]
    assert list(elsewhere.figures(by="street")) == ["North", "South", "未知", "合计"]


def test_its_days_are_those_of_its_own_zone(elsewhere: Elsewhere) -> None:
    elsewhere.imported(elsewhere.write(*ROWS))
    assert elsewhere.figures("2015-03-31")["合计"]["report"] == 1
    assert elsewhere.figures("2015-04")["合计"]["report"] == 0


def test_a_period_that_outlasts_the_table_ends_where_it_was_taken(elsewhere: Elsewhere) -> None:
    just = "A5,West,Lamp,Works,2015-05-31 08:00:00,2015-06-01 00:00:00,"
    overdue = "A6,West,Lamp,Works,2015-05-31 08:00:00,2015-05-31 23:59:59,"
    not_yet = "A7,West,Lamp,Works,2015-05-31 08:00:00,2015-06-02 00:00:00,"
    elsewhere.imported(elsewhere.write(just, overdue, not_yet))
    assert elsewhere.figures("2015")["West"]["overtime_todo_dispose"] == 1


def test_a_second_time_changes_nothing_and_says_so(elsewhere: Elsewhere, lake: Path) -> None:
    path = elsewhere.write(*ROWS)
    elsewhere.imported(path)
    before = acts(lake), tables.committed(facts.place_of(lake, "elsewhere"))
    assert elsewhere.imported(path) == (
        "什么也没有改：来源「elsewhere」已经有这个文件的 4 件案件。\n"
    )
    assert before == (acts(lake), tables.committed(facts.place_of(lake, "elsewhere")))
    assert Audit.objects.filter(verb="facts.import").count() == 1


def test_a_corrected_table_takes_the_place_of_the_old_one(elsewhere: Elsewhere) -> None:
    elsewhere.imported(elsewhere.write(*ROWS))
    words = elsewhere.imported(elsewhere.write(*ROWS[:1]))
    assert words == "来源「elsewhere」已导入 1 件案件、6 条事实，替换了原来的 4 件。\n"
    assert elsewhere.figures()["合计"]["report"] == 1
    elsewhere.imported(elsewhere.write(*ROWS))
    assert elsewhere.figures()["合计"]["report"] == 4


def test_another_recipe_for_the_same_table_counts(elsewhere: Elsewhere) -> None:
    path = elsewhere.write(*ROWS)
    elsewhere.imported(path)
    elsewhere.recipe = RECIPE.replace('district = "place"', 'district = "who"')
    assert "替换了原来的 4 件" in elsewhere.imported(path)
    assert list(elsewhere.figures()) == ["Parks", "Works", "合计"]


def test_what_the_city_did_itself_is_not_touched(
    elsewhere: Elsewhere, cast: Cast, lake: Path
) -> None:
    drive(make_case(cast), cast, "closed")
    audit.seal_new()
    tell_lake()
    before = tables.committed(lake)
    elsewhere.imported(elsewhere.write(*ROWS))
    facts.compact(lake)
    assert (tables.committed(lake), compared().faults) == (before, ())
    make_case(cast)
    audit.seal_new()
    assert tell_lake() == 1
    assert elsewhere.figures()["合计"]["report"] == 4


def test_a_break_in_between_leaves_what_was_there(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, lake: Path
) -> None:
    elsewhere.imported(elsewhere.write(*ROWS[:1]))
    corrected = elsewhere.write(*ROWS)
    with monkeypatch.context() as broken:
        broken.setattr(tables, "change", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            elsewhere.imported(corrected)
    assert len(acts(lake)) == 6
    assert Audit.objects.filter(verb="facts.import").count() == 1
    assert "替换了原来的 1 件" in elsewhere.imported(corrected)


def test_several_origins_stand_side_by_side(elsewhere: Elsewhere) -> None:
    path = elsewhere.write(*ROWS)
    elsewhere.imported(path)
    assert "来源「other」已导入 4 件" in elsewhere.imported(path, "--origin", "other")
    with pytest.raises(
        CommandError, match="没有来源「third」的事实，已导入的有：elsewhere、other。"
    ):
        said("evaluate", "--origin", "third", "--period", "2015-03")


def test_every_step_that_is_told_is_an_act(elsewhere: Elsewhere, lake: Path) -> None:
    elsewhere.recipe = RECIPE.replace("[columns]", f"[columns]{STAGES}")
    head = f"{HEAD},taken,filed,sent,handled"
    day = [f"2015-03-0{n} 08:00:00" for n in range(1, 7)]
    whole = f"A1,North,Lamp,Works,{day[0]},{day[3]},{day[5]},{day[1]},{day[2]},{day[2]},{day[4]}"
    forced = f"A2,North,Lamp,Works,{day[0]},{day[3]},{day[5]},{day[1]},{day[2]},{day[2]},"
    fresh = f"A3,North,Lamp,Works,{day[0]},{day[3]},,{day[1]},,,"
    elsewhere.imported(elsewhere.write(whole, forced, fresh, head=head))
    found = [
        (row["case"], row["verb"], row["ended"], row["late"], row["was_late"], row["stage"])
        for row in acts(lake)
    ]
    filed = {row["verb"] for row in acts(lake) if row["was_filed"]}
    assert filed == {"dispatch", "handle", "close"}
    assert found == [
        ("A1", "report", "", None, False, "accept"),
        ("A1", "accept", "accept", False, False, "file"),
        ("A1", "file", "file", False, False, "dispatch"),
        ("A1", "dispatch", "dispatch", False, False, "handle"),
        ("A1", "handle", "handle", True, True, "close"),
        ("A1", "close", "close", False, True, ""),
        ("A2", "report", "", None, False, "accept"),
        ("A2", "accept", "accept", False, False, "file"),
        ("A2", "file", "file", False, False, "dispatch"),
        ("A2", "dispatch", "dispatch", False, False, "handle"),
        ("A2", "close", "handle", True, True, ""),
        ("A3", "report", "", None, False, "accept"),
        ("A3", "accept", "accept", False, False, "file"),
    ]


def test_without_a_deadline_it_is_in_time_or_nobody_knows(elsewhere: Elsewhere) -> None:
    path = elsewhere.write("A1,North,Lamp,Works,2015-03-01 08:00:00,,2015-03-09 08:00:00")
    elsewhere.imported(path)
    assert elsewhere.figures()["North"]["intime_dispose"] == 1
    elsewhere.recipe = 'without_target = "unknown"\n' + RECIPE
    elsewhere.imported(path)
    counted = elsewhere.figures()["North"]
    assert (counted["dispose"], counted["intime_dispose"], counted["overtime_dispose"]) == (1, 0, 0)


def test_what_the_clock_left_out_and_what_came_twice_is_taken(
    elsewhere: Elsewhere, lake: Path
) -> None:
    elsewhere.imported(
        elsewhere.write(
            "A1,North,Lamp,Works,2015-03-08 01:59:59,2015-03-08 02:30:00,2015-03-08 03:00:00",
            "A2,North,Lamp,Works,2015-03-08 02:10:00,2015-03-08 02:20:00,2015-03-08 02:40:00",
            "A3,North,Lamp,Works,2014-11-02 01:30:00,,2014-11-02 02:00:00",
            "A4,North,Lamp,Works,2014-11-02 01:50:00,,2014-11-02 01:10:00",
        )
    )
    told = {(row["case"], row["verb"]): row["at"] for row in acts(lake)}
    gap = datetime(2015, 3, 8, 7, tzinfo=UTC)
    assert told["A1", "report"] == gap - timedelta(seconds=1)
    assert {told["A1", "close"], told["A2", "report"], told["A2", "close"]} == {gap}
    assert told["A3", "close"] - told["A3", "report"] == timedelta(hours=1, minutes=30)
    assert told["A4", "close"] - told["A4", "report"] == timedelta(minutes=20)


def test_a_time_that_stands_for_none_is_none(elsewhere: Elsewhere) -> None:
    elsewhere.recipe = RECIPE + '\n[values.closed]\n"9999-12-31" = ""\n'
    elsewhere.imported(elsewhere.write("A1,North,Lamp,Works,2015-03-01 08:00:00,,9999-12-31"))
    counted = elsewhere.figures()["North"]
    assert (counted["close"], counted["todo_dispose"]) == (0, 1)


def test_a_deadline_that_is_a_day_holds_to_its_end_when_the_recipe_says_so(
    elsewhere: Elsewhere,
) -> None:
    rows = [
        f"A{n},North,Lamp,Works,2015-03-07 08:00:00,2015-03-08,{closed}"
        for n, closed in enumerate(("2015-03-08 23:59:59", "2015-03-09 00:00:00"))
    ]
    rows.append("A2,North,Lamp,Works,2015-03-07 08:00:00,2015-03-08 09:00:00,2015-03-08 10:00:00")
    path = elsewhere.write(*rows)
    elsewhere.imported(path)
    assert elsewhere.figures()["North"]["intime_dispose"] == 0
    elsewhere.recipe = "whole_day = true\n" + RECIPE
    elsewhere.imported(path)
    assert elsewhere.figures()["North"]["intime_dispose"] == 1


def test_times_of_other_kinds(elsewhere: Elsewhere, lake: Path) -> None:
    elsewhere.recipe = 'format = "%m/%d/%Y %I:%M %p"\n' + RECIPE
    elsewhere.imported(elsewhere.write("A1,North,,,03/01/2015 08:00 PM,,"))
    assert acts(lake)[0]["at"] == datetime(2015, 3, 2, 1, tzinfo=UTC)
    elsewhere.recipe = 'format = ["%Y-%m-%d %H:%M:%S%z"]\n' + RECIPE
    elsewhere.imported(elsewhere.write("A1,North,,,2015-03-01 08:00:00+08:00,,"))
    assert acts(lake)[0]["at"] == datetime(2015, 3, 1, tzinfo=UTC)


def test_packed_csv_other_encodings_and_parquet_say_the_same(
    elsewhere: Elsewhere, tmp_path: Path, lake: Path
) -> None:
    plain = elsewhere.write(*ROWS)
    elsewhere.imported(plain)
    before = acts(lake)
    packed = tmp_path / "cases.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes() + b"\n"))
    assert "替换了原来的 4 件" in elsewhere.imported(packed)
    assert acts(lake) == before
    names, moments = HEAD.split(","), {"began", "due", "ended"}
    cells = [dict(zip(names, row.split(","), strict=True)) for row in ROWS]
    table = pa.table(
        {
            name: [
                datetime.fromisoformat(row[name])
                if name in moments and row[name]
                else row[name] or None
                for row in cells
            ]
            for name in names
        }
    )
    parquet.write_table(table, tmp_path / "cases.parquet")
    elsewhere.imported(tmp_path / "cases.parquet")
    assert acts(lake) == before
    elsewhere.recipe = 'encoding = "gb18030"\n' + RECIPE
    chinese = tmp_path / "cases.csv"
    chinese.write_bytes(f"{HEAD}\n{ROWS[0].replace('North', '东昌府区')}\n".encode("gb18030"))
    elsewhere.imported(chinese)
    assert list(elsewhere.figures()) == ["东昌府区", "合计"]


def test_a_little_too_early_is_lifted_when_the_recipe_says_so(
    elsewhere: Elsewhere, lake: Path
) -> None:
    row = "A1,North,Lamp,Works,2015-03-01 08:00:42,,2015-03-01 08:00:00"
    elsewhere.recipe = "tolerance = 42\n" + RECIPE
    assert "其中 1 件有时间略早于上一步，按上一步的时间算。" in elsewhere.imported(
        elsewhere.write(row)
    )
    assert len({act["at"] for act in acts(lake)}) == 1
    assert "早于上报时间" in elsewhere.refused(elsewhere.write(row.replace(":42", ":43")))
