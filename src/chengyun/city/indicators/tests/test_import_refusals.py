"""A table that is not sound is refused as a whole, each wrong row with its number and reason."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from django.core.management import CommandError

from chengyun.city.indicators.tests.elsewhere import HEAD, RECIPE, ROWS, Elsewhere, acts, said

pytestmark = pytest.mark.django_db

BEGUN = "2015-03-01 08:00:00"
WRONG_ROWS = [
    (f",North,Lamp,Works,{BEGUN},,", "第 2 行：没有编号。"),
    ("A1,North,Lamp,Works,,,", "第 2 行：没有上报时间。"),
    (
        "A1,North,Lamp,Works,2015-02-30 08:00:00,,",
        "第 2 行：上报时间「2015-02-30 08:00:00」看不懂。",
    ),
    (f"A1,North,Lamp,Works,{BEGUN},soon,", "第 2 行：处置期限「soon」看不懂。"),
    ("A1,North,Lamp,Works,1999-12-31 08:00:00,,", "第 2 行：上报时间在 2000 年以前。"),
    (
        f"A1,North,Lamp,Works,{BEGUN},,2015-03-01 07:59:59",
        "第 2 行：结案时间「2015-03-01 07:59:59」早于上报时间「2015-03-01 08:00:00」。",
    ),
    (
        f"A1,North,Lamp,Works,{BEGUN},,2015-06-01 00:00:00",
        "第 2 行：结案时间「2015-06-01 00:00:00」不早于取数的时刻。",
    ),
    (
        f"A1,North,Lamp,Works,{BEGUN},,9999-12-31 23:59:59",
        "第 2 行：结案时间「9999-12-31 23:59:59」不早于取数的时刻。",
    ),
    (f"A1,North,Lamp,Works,{BEGUN}", "第 2 行：有 5 格，应有 7 格。"),
]


@pytest.mark.parametrize(("row", "sentence"), WRONG_ROWS, ids=[words for _, words in WRONG_ROWS])
def test_a_wrong_row_is_named_with_its_reason(
    elsewhere: Elsewhere, lake: Path, row: str, sentence: str
) -> None:
    elsewhere.imported(elsewhere.write(*ROWS[:1]))
    assert elsewhere.refused(elsewhere.write(row, "A9" + ROWS[1][2:])) == sentence
    assert [row["case"] for row in acts(lake)] == ["A1"] * 6


def test_a_number_that_comes_twice_is_named(elsewhere: Elsewhere) -> None:
    path = elsewhere.write(ROWS[0], "", ROWS[1], ROWS[0], ROWS[0])
    assert elsewhere.refused(path) == (
        "第 5 行：编号「A1」与第 2 行重复。\n第 6 行：编号「A1」与第 2 行重复。"
    )


def test_of_many_wrong_rows_the_first_are_named_and_the_rest_counted(elsewhere: Elsewhere) -> None:
    rows = [f"B{n},North,Lamp,Works,{BEGUN if n % 2 else 'never'},," for n in range(100)]
    lines = elsewhere.refused(elsewhere.write(*rows)).splitlines()
    assert lines[0] == "第 2 行：上报时间「never」看不懂。"
    assert (lines[19][:7], lines[20:]) == ("第 40 行：", ["还有 30 行。"])


WRONG_FILES = [
    ("cases.csv", b"", "文件 cases.csv 里一行也没有。"),
    ("cases.csv", HEAD.encode(), "文件 cases.csv 里一行也没有。"),
    ("cases.csv", HEAD.encode() + b"\n\n,,,,,,\n", "文件 cases.csv 里一行也没有。"),
    ("cases.csv", b"no,place\nA1,North\n", "文件里没有「what」这一列，有：no、place。"),
    ("cases.csv", HEAD.encode() + b",no\n", "文件里有几列都叫「no」，分不清用哪一列。"),
    (
        "cases.csv",
        HEAD.encode() + b"\n\xc4\xe3,,,,,,\n",
        "文件 cases.csv 里的文字不是 utf-8 编码。",
    ),
    ("cases.csv.gz", b"no", "文件 cases.csv.gz 已损坏，或不是它的后缀所说的格式。"),
    ("cases.parquet", b"no", "文件 cases.parquet 已损坏，或不是它的后缀所说的格式。"),
    ("cases.xlsx", b"no", "文件 cases.xlsx 不是 CSV（.csv、.csv.gz）或 Parquet（.parquet）。"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), WRONG_FILES)
def test_a_file_that_is_none_is_refused(
    elsewhere: Elsewhere, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert elsewhere.refused(tmp_path / name) == sentence


def test_a_file_or_a_recipe_that_is_not_there(elsewhere: Elsewhere, tmp_path: Path) -> None:
    assert elsewhere.refused(tmp_path / "none.csv") == "没有文件 none.csv。"
    with pytest.raises(CommandError, match="没有配方 none；自带的有：boston-311。"):
        said("facts", "import", str(elsewhere.write(*ROWS)), "--recipe", "none")


def test_a_column_of_something_else_is_refused(elsewhere: Elsewhere, tmp_path: Path) -> None:
    path = tmp_path / "cases.parquet"
    table = {name: [["A1"]] if name == "no" else [BEGUN] for name in HEAD.split(",")}
    parquet.write_table(pa.table(table), path)
    assert elsewhere.refused(path) == "「no」这一列里不是文字、数字或时间。"


def test_rows_of_parquet_are_counted_from_the_first(elsewhere: Elsewhere, tmp_path: Path) -> None:
    path = tmp_path / "cases.parquet"
    moments = [datetime(2015, 3, 1, 8), datetime(2015, 3, 1, 7)]  # noqa: DTZ001 - told without a zone
    table = {
        "no": [7.0, 8.0],
        "place": ["North", "South"],
        "what": pa.array(["Lamp", "Lamp"]).dictionary_encode(),
        "who": pa.nulls(2),
        "began": [moments[0]] * 2,
        "due": pa.array([None, moments[0].date()], pa.date32()),
        "ended": moments,
    }
    parquet.write_table(pa.table(table), path)
    assert elsewhere.refused(path) == (
        "第 2 行：结案时间「2015-03-01 07:00:00」早于上报时间「2015-03-01 08:00:00」。"
    )
    elsewhere.recipe = "tolerance = 3600\n" + RECIPE
    assert "已导入 2 件案件" in elsewhere.imported(path)


WRONG_RECIPES = [
    ("origin = ", "orign = ", "配方里的「orign」不认识，可以写：origin、zone、as_of"),
    ('"elsewhere"', '"Else where"', "来源「Else where」的名字只能用小写字母、数字和连字符"),
    ('"elsewhere"', "1", "配方里的「origin」写法不对。"),
    ('origin = "elsewhere"', "", "配方里没有写「origin」。"),
    ("New_York", "Nowhere", "配方里的时区「America/Nowhere」不认识"),
    ("2015-06-01T00:00:00", '"2015"', "配方里的「as_of」写法不对。"),
    ('number = "no"', "", "配方没有说哪一列是编号（number）。"),
    (
        'number = "no"',
        'numbr = "no"',
        "配方 [columns] 里的「numbr」不认识，可以写：number、district",
    ),
    ('number = "no"', "number = 1", '配方 [columns] 里每一项都要写成「名字 = "文字"」。'),
    ('"" = "未知"', '"" = 1', "配方 [values.district] 里每一项都要写成"),
    ("[values.district]", "[values.colour]", "配方 [values] 里的「colour」不认识"),
    ("[values.district]", '[constants]\nunit="x"\n[values.unit]', "「unit」既有列又有固定值"),
    (
        "[values.district]",
        '[constants]\nopened="x"\n[values.unit]',
        "[constants] 里的「opened」不认识",
    ),
    ("2015-06-01T00:00:00", "1999-06-01T00:00:00", "「as_of」不在 2000 年到 3000 年之间。"),
    ("2015-06-01T00:00:00", "2999-06-01T00:00:00", "配方里的「as_of」还没有到，它是取数的时刻。"),
    ("[columns]", "whole_day = 1\n[columns]", "配方里的「whole_day」写法不对。"),
    ("[columns]", "tolerance = true\n[columns]", "配方里的「tolerance」写法不对。"),
    ("[columns]", "tolerance = -1\n[columns]", "配方里的「tolerance」是秒数，不能是负的。"),
    ("[columns]", 'without_target = "late"\n[columns]', "「without_target」要写成 in_time"),
    ("[columns]", 'encoding = "none"\n[columns]', "配方里的编码「none」不认识"),
    ("[columns]", 'format = "%Q"\n[columns]', "时间格式看不懂：%Q。"),
    ("[columns]", "format = []\n[columns]", "配方里的「format」写法不对。"),
    ("[columns]", 'format = ["%Y%z", "%Y"]\n[columns]', "要么都带 %z，要么都不带。"),
    ("[columns]", "columns", "配方 recipe.toml 读不出："),
]


@pytest.mark.parametrize(("old", "new", "sentence"), WRONG_RECIPES)
def test_a_wrong_recipe_is_told_in_a_sentence(
    elsewhere: Elsewhere, old: str, new: str, sentence: str
) -> None:
    elsewhere.recipe = RECIPE.replace(old, new)
    assert elsewhere.recipe != RECIPE
    assert sentence in elsewhere.refused(elsewhere.write(*ROWS))
