"""Two worker processes of Spark give every whole number that DuckDB gives, over the same files."""

from __future__ import annotations

import shutil
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from chengyun.city.indicators.queries import Question, asked, chosen_wholes
from chengyun.city.indicators.services import tell_lake
from chengyun.city.indicators.specs import Group
from chengyun.kernel import audit, clock, registry
from chengyun.lake.spark import spark
from chengyun.science.periods import parse
from tests.figures.played import make_played, play
from tests.figures.test_figures import BEGIN, PERIODS, special, ways

TWO_WORKERS = "local-cluster[2,1,1024]"

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="Spark is not installed"),
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java (openjdk-17-jre-headless)"),
]


@pytest.mark.parametrize("period", PERIODS)
def test_spark_and_duckdb_agree_on_every_number(
    settings: Settings, tmp_path: Path, period: str
) -> None:
    settings.FACTS = tmp_path / "facts"
    with clock.at(BEGIN - timedelta(days=1)):
        city = make_played(seed=7)
    scripts = [*ways(city), *special(city)]
    now = play(BEGIN, [(timedelta(hours=n), make) for n, make in enumerate(scripts)])
    with clock.at(now):
        audit.seal_new()
        tell_lake()
        for group in registry.all_of(Group):
            question, wholes = Question(period=parse(period), by=group), chosen_wholes("")
            mine = asked(question, wholes)
            theirs = asked(question, wholes, opener=spark(TWO_WORKERS))
            assert theirs == mine, group.key
