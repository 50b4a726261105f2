"""The published records of Boston: what the facts say is what the city published and what plain counting gives."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from django.core.management import call_command

from chengyun.city.indicators.queries import Question, asked, chosen_wholes
from chengyun.city.indicators.specs import Group
from chengyun.city.people.factories import Cast
from chengyun.kernel import registry
from chengyun.lake import facts, origins
from chengyun.science.periods import parse

pytestmark = [pytest.mark.django_db, pytest.mark.data]

TAKEN = datetime(2016, 1, 12, 22, 22, 40)  # noqa: DTZ001 - the clock of Boston, as in the table
MONTHS = [f"2015-{month:02}" for month in range(1, 13)] + ["2016-01"]


@pytest.fixture
def table(data: Path) -> Path:
    return data / "cityservice_311" / "boston_311_2015_jan_aug.parquet"


@pytest.fixture
def boston(cast: Cast, lake: Path, table: Path) -> Path:
    call_command("facts", "import", str(table), "--recipe", "boston-311")
    return lake


def test_who_was_in_time_is_what_the_city_published(boston: Path, table: Path) -> None:
    told = origins.known(boston, "boston")
    assert told is not None
    with facts.read(boston, facts.ALWAYS[0], told.as_of, "boston") as opened:
        acts = opened.acts
        open_late = (acts.due < acts["at"]).fill_null(False)
        late = (acts.verb == facts.STANDING).ifelse(open_late, acts.late)
        last = acts.filter(acts.verb.isin((facts.STANDING, "handle")))
        found = opened.asked(last.select("case", late=late)).to_pylist()
    computed = {row["case"]: "OVERDUE" if row["late"] else "ONTIME" for row in found}
    rows = parquet.read_table(table, columns=["CASE_ENQUIRY_ID", "OnTime_Status"]).to_pylist()
    assert len(computed) == len(rows)
    published = {row["CASE_ENQUIRY_ID"]: row["OnTime_Status"] for row in rows}
    stated = [number for number, status in published.items() if status]
    same = sum(computed[number] == published[number] for number in stated)
    print(f"{same:,} of {len(stated):,} rows agree: {same / len(stated):.4%}; "  # noqa: T201
          f"{len(rows) - len(stated)} rows publish none")  # fmt: skip
    assert same >= len(stated) * 0.9999


def test_monthly_figures_are_those_of_plain_counting(boston: Path, table: Path) -> None:
    rows = parquet.read_table(table).to_pylist()
    by = registry.get(Group, "district")
    for month in MONTHS:
        answer = asked(Question(period=parse(month), by=by, origin="boston"), chosen_wholes(""))
        counted = {
            (group, key): figures[key].part
            for group, figures in answer.groups.items()
            for key in ("report", "close", "intime_dispose", "overtime_todo_dispose")
        }
        expected = plainly(rows, month)
        assert {pair: n for pair, n in counted.items() if n} == expected, month
        assert expected, month


def plainly(rows: list[dict[str, Any]], month: str) -> dict[tuple[str, str], int]:
    """上报数, 结案数, 按期处置数 and 超期未处置数 of a month, by neighborhood, counted one by one."""
    found: Counter[tuple[str, str]] = Counter()
    year, number = (int(part) for part in month.split("-"))
    end = min(datetime(year + number // 12, number % 12 + 1, 1), TAKEN)  # noqa: DTZ001
    for row in rows:
        district = row["neighborhood"] or "未知"
        opened, target = row["OPEN_DT"], row["TARGET_DT"]
        closed = row["CLOSED_DT"] and max(row["CLOSED_DT"], opened)
        if f"{opened:%Y-%m}" == month:
            found[district, "report"] += 1
        if closed and f"{closed:%Y-%m}" == month:
            found[district, "close"] += 1
            if target is None or closed <= target:
                found[district, "intime_dispose"] += 1
        still_open = opened < end and (closed is None or closed >= end)
        if still_open and target is not None and target < end:
            found[district, "overtime_todo_dispose"] += 1
    return dict(found)
