"""Phones in the street: a small window that keeps a profile, knows where it is, and loses the network when told."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, BrowserType, Error, FilePayload, Page, Route, expect

from chengyun.city.cases.factories import LAT, LON, photo_bytes
from chengyun.city.people.models import User
from tests.conftest import CHROMIUM

PATIENCE = 20
SMALL: Any = {"width": 360, "height": 740}
HERE: Any = {"longitude": LON, "latitude": LAT, "accuracy": 6}


def photos(count: int) -> list[FilePayload]:
    """Photos that differ from each other."""
    return [
        {"name": f"现场{n}.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(60 + n)}
        for n in range(count)
    ]


@dataclass(kw_only=True)
class Phone:
    """One phone. ``complaints`` is what its browser found wrong meanwhile."""

    context: BrowserContext
    page: Page
    base: str
    profile: Path
    complaints: list[str] = field(default_factory=list)

    def is_in_as(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.base}]
        )

    def opens(self, view: str = "/") -> None:
        self.page.goto(f"{self.base}/m/#{view}")
        expect(self.page.locator("#main > *").first).to_be_visible()

    def works_offline(self) -> None:
        """The shell is on the phone."""
        self.until("navigator.serviceWorker.controller !== null")

    def until(self, expression: str) -> None:
        """Wait for something in the page; Playwright's own way needs an eval that the policy forbids."""
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, expression
            self.page.wait_for_timeout(100)

    def loses_network(self) -> None:
        self.context.set_offline(True)

    def gets_network(self) -> None:
        self.context.set_offline(False)

    def waits_for(self, happened: Callable[[], bool]) -> None:
        """Until something has happened outside the page."""
        end = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < end
            self.page.wait_for_timeout(50)

    def takes(self, count: int) -> None:
        self.page.locator("#camera").set_input_files(photos(count))
        expect(self.page.locator(".ph-photos figure")).to_have_count(count)

    def presses(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    def reads(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(words)

    def reports(self, photos: int, words: str = "井盖不见了", *, offline: bool = False) -> None:
        """Fill in a report and send it off."""
        self.page.evaluate("location.hash = '#/report'")
        expect(self.page.locator("#title")).to_have_text("上报问题")
        self.takes(photos)
        self.page.get_by_label("补充说明").fill(words)
        expect(self.page.locator(".ph-loc")).to_contain_text("误差约 6 米")
        self.presses("提交（先存手机）" if offline else "提交")
        expect(self.page.locator("#title")).to_have_text("我的上报")

    def shows(self, word: str, count: int = 1) -> None:
        """So many items of the queue are in this state."""
        expect(self.page.locator(".q em", has_text=word)).to_have_count(count)

    def kept(self) -> list[dict[str, Any]]:
        """The items on the phone."""
        found: list[dict[str, Any]] = self.page.evaluate(
            "import('phone/store').then((s) => s.openStore()).then((store) => store.items())"
        )
        return found

    def is_killed(self) -> None:
        """As when the battery is taken out."""
        for pid in _processes_of(self.profile):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()


def _processes_of(profile: Path) -> Iterator[int]:
    """The browser that was started on this profile, by what it was started with."""
    wanted = f"--user-data-dir={profile}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in (entry / "cmdline").read_bytes().split(b"\0"):
                    yield int(entry.name)


@contextmanager
def phone(kind: BrowserType, base: str, profile: Path) -> Iterator[Phone]:
    """A phone that is switched on; the same profile is the same phone."""
    context = kind.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=["--no-sandbox"],
        viewport=SMALL,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        geolocation=HERE,
        permissions=["geolocation"],
    )
    found = Phone(context=context, page=context.pages[0], base=base, profile=profile)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on(
        "console",
        lambda m: found.complaints.append(m.text) if "Content Security" in m.text else None,
    )
    yield found
    with contextlib.suppress(Error):
        context.close()
    assert not found.complaints, "\n".join(found.complaints)


@dataclass
class Cut:
    """A route that fails once: before the city heard anything, or after it has answered."""

    path: str
    turn: int = 1
    after_commit: bool = False
    seen: int = 0
    done: bool = False

    def __call__(self, route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        self.seen += 1
        if self.seen != self.turn:
            return route.continue_()
        if self.after_commit:
            route.fetch()
        self.done = True
        return route.abort("connectionreset")


def cut(phone: Phone, path: str, *, turn: int = 1, after_commit: bool = False) -> Cut:
    found = Cut(path, turn, after_commit)
    phone.context.route(f"**{path}", found)
    return found


def logged_in(somebody: Phone, user: User) -> None:
    somebody.is_in_as(user)
    somebody.opens()
    somebody.works_offline()
    somebody.reads("拍照上报" if user.may("case.report") else "要到现场办的")
