"""What scores refuse, and the command that prints them."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.kernel.errors import Conflict
from chengyun.systems.evaluation.models import ScoreSheet
from chengyun.systems.evaluation.services.appeals import appeal, grant_appeal
from chengyun.systems.evaluation.services.giving import exclude
from chengyun.systems.evaluation.services.schemes import begin_draft, put_in_force
from chengyun.systems.evaluation.services.sheets import compute, publish
from chengyun.systems.evaluation.tests.october import (
    DISTRICT,
    OCTOBER,
    happen,
    november,
    rewrite,
    scheme,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    settings.FACTS = tmp_path / "facts"
    return make_working_city()


@pytest.fixture
def cases(cast: Cast) -> list[Case]:
    return happen(cast)


def test_a_sheet_of_an_edition_that_holds_no_longer_is_not_published(
    cast: Cast, cases: list[Case]
) -> None:
    made = scheme(cast)
    with november():
        sheet = compute(made, OCTOBER, by=cast.evaluator)
        draft = begin_draft(made, by=cast.evaluator)
        rewrite(made, cast, vetoes=())
        draft.refresh_from_db()
        put_in_force(draft, date(2026, 10, 1), "不设否决", by=cast.evaluator)
        with pytest.raises(Conflict, match="现在按第 2 版算"):
            publish(sheet, by=cast.evaluator)


def test_a_score_of_what_does_not_count_is_not_corrected(cast: Cast, cases: list[Case]) -> None:
    made = scheme(cast)
    with november():
        exclude(made, OCTOBER, DISTRICT, "rework_rate", "停电", by=cast.evaluator)
        sheet = publish(compute(made, OCTOBER, by=cast.evaluator), by=cast.evaluator)
        asked = appeal(sheet, DISTRICT, "rework_rate", "要算", by=cast.supervisor)
        with pytest.raises(Conflict, match="不计入"):
            grant_appeal(asked, D(90), "核过", by=cast.leader)


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
