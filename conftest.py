"""What every test may use: the real data when it is there, and a seed that is printed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from django.db import connection
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from chengyun.city.people.factories import Cast, make_cast
from chengyun.config import env
from chengyun.kernel.editions import flow_of
from chengyun.kernel.installation import forget
from chengyun.kernel.recent import forget_everything
from tests.tables import Tables

settings.register_profile("machine", deadline=None)  # machines are noisy
settings.load_profile("machine")

DATA = env.read().data
MISSING = {
    "data": f"CHENGYUN_DATA is not there ({DATA.name})",
    "long": "takes minutes; run with --long",
}

LONGEST = 7200
"""Seconds for a test that takes minutes on a quiet machine; all others have those of pyproject.toml."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    absent = set() if config.getoption("--long") else {"long"}
    if not DATA.is_dir():
        absent.add("data")
    for item in items:
        for name in absent & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=MISSING[name]))
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(LONGEST))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    reasons = Counter(
        str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"not run: {count} × {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; tests that ask for it carry the marker `data`."""
    return DATA


@pytest.fixture(scope="session")
def tables(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Tables | None:
    """What the workers of this run share, where it has several."""
    if getattr(request.config, "workerinput", {}).get("workercount", 1) == 1:
        return None
    return Tables(folder=tmp_path_factory.getbasetemp().parent)


@pytest.fixture(scope="session")
def one_by_one(tables: Tables | None) -> Iterator[ExitStack]:
    """Entered by one worker after the other; closed when its database is there."""
    with ExitStack() as stack:
        if tables:
            stack.enter_context(tables.alone())
        yield stack


@pytest.fixture(scope="session")
def django_db_keepdb(
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    tables: Tables | None,
    one_by_one: ExitStack,
) -> bool:
    return bool(tables and tables.made and tables.give()) or django_db_keepdb


@pytest.fixture(scope="session")
def django_db_setup(
    tables: Tables | None,
    one_by_one: ExitStack,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The database goes with the tests, whatever thread of one of them still holds a line to it."""
    first = tables if tables and not tables.made else None
    with django_db_blocker.unblock():
        if first:
            first.keep()
    one_by_one.close()
    yield
    with django_db_blocker.unblock():
        if first:
            first.forget()
        # A line that was cut meanwhile shows it only when it is used.
        connection.close()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What one test's city kept in memory is not the next one's."""
    forget()
    forget_everything()
    flow_of.cache_clear()


@pytest.fixture
def cast(db: None) -> Cast:
    """One city, two districts, and everybody who works there."""
    return make_cast()
