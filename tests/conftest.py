"""What the whole-product tests share: Debian's Chromium, a city that is served, and a gateway that runs."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.models import Device
from chengyun.city.sensing.tests.fixtures import cast as cast
from chengyun.city.sensing.tests.fixtures import device as device
from tests.gateway import Gateway, running
from tests.serving import served

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The same browser; the first has no windows to draw, which saves a third of the time."""
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run; a test opens contexts of its own size, scheme and language."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    # The driver keeps an event loop in this thread; the tests' own database calls are synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def city_url(django_db_setup: None) -> Iterator[str]:
    """Where the city is served as ``./run`` serves it; one start for all tests that ask."""
    with served() as address:
        yield address


@pytest.fixture
def devices(device: Device) -> None:
    """What the gateway hears; a module that wants others has its own."""


@pytest.fixture
def gateway(cast: Cast, devices: None, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that runs before the city; what it is told over HTTP is told by the sender of the cast."""
    with running(tmp_path / "home", cast.sender) as made:
        yield made
