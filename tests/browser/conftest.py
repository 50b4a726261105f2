"""A small working city behind a real server, and windows onto it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast
from tests.browser.actors import SIZES, Actor, actor
from tests.browser.phones import Phone, phone

expect.set_options(timeout=20_000)  # a machine with two cores may be doing much else

Windows = Callable[..., AbstractContextManager[Actor]]
Phones = Callable[[str], AbstractContextManager[Phone]]


@pytest.fixture
def city(live_server: LiveServer) -> Cast:
    """Two districts, everybody who works there, and the national catalogue."""
    return make_working_city()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> ViewportSize:
    return SIZES[request.param]


@pytest.fixture
def window(chromium: Browser, live_server: LiveServer) -> Iterator[Windows]:
    """Opens a window for one person: ``with window(size) as somebody``."""

    def opened(
        size: ViewportSize = SIZES["desk"], *, script: bool = True
    ) -> AbstractContextManager[Actor]:
        return actor(chromium, live_server.url, size, script=script)

    yield opened


@pytest.fixture
def phones(chromium: Browser, live_server: LiveServer, tmp_path: Path) -> Iterator[Phones]:
    """Switches a phone on: ``with phones("a") as inspector``; the same name is the same phone."""

    def switched_on(name: str = "a") -> AbstractContextManager[Phone]:
        return phone(chromium.browser_type, live_server.url, tmp_path / name)

    yield switched_on
