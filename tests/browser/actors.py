"""People at their browsers: each has a window of its own, logs in, and takes steps by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from chengyun.city.cases.factories import photo_bytes
from chengyun.city.people.factories import PASSWORD
from chengyun.city.people.models import User

PHOTO: FilePayload = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes()}
SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1440, "height": 900},
    "phone": {"width": 375, "height": 812},
}
REFUSED = "the server responded with a status of 4"
OWN = ("data:", "blob:")


def press(page: Page, key: str) -> None:
    """Press a key once the page listens: its scripts have run when it has loaded."""
    page.wait_for_load_state()
    page.keyboard.press(key)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody looking at the pages; ``complaints`` is what the browser found wrong meanwhile."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def logs_in(self, username: str, password: str = PASSWORD) -> None:
        self.page.goto("/login/")
        self.page.get_by_label("账号").fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()

    def is_in_as(self, user: User) -> None:
        """Logged in already, without the login page."""
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.base}]
        )

    def opens(self, path: str) -> None:
        self.page.goto(path)

    def begins(self, code: str, step: str) -> None:
        """Open a case and press the button of a step."""
        self.page.goto(f"/cases/{code}/")
        self.page.get_by_role("link", name=re.compile(f"^{step}…?$")).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(step)

    def box(self, label: str) -> Locator:
        """The field of the page's own form that is called so."""
        return self.page.get_by_role("main").get_by_label(label).first

    def fills(self, label: str, text: str) -> None:
        self.box(label).fill(text)

    def chooses(self, label: str, option: str) -> None:
        """Choose the first option whose words contain ``option``."""
        box = self.box(label)
        value = box.locator("option", has_text=option).first.get_attribute("value")
        box.select_option(value)

    def shows(self, label: str, photo: FilePayload = PHOTO) -> None:
        self.box(label).set_input_files(photo)

    def presses(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    def is_told(self, words: str) -> None:
        """What was just done stands at the bottom of the page."""
        expect(self.page.locator(".toast")).to_contain_text(words)

    def reads(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(words)

    def was_refused(self) -> None:
        """The browser complains of a refusal as well; here it is expected."""
        told = [complaint for complaint in self.complaints if REFUSED in complaint]
        assert told
        for complaint in told:
            self.complaints.remove(complaint)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def asked(self, url: str) -> None:
        if not url.startswith((self.base, *OWN)):
            self.complaints.append(f"{self.page.url} asked for {url}")


def pick_on_map(somebody: Actor) -> None:
    box = somebody.page.locator(".mapbox-pick").locator("visible=true").first
    box.scroll_into_view_if_needed()
    expect(box.locator("canvas")).to_be_visible()
    box.locator("canvas").click()
    expect(somebody.page.locator("#id_point_lon")).not_to_have_value("")


@contextmanager
def actor(
    browser: Browser, base: str, size: ViewportSize = SIZES["desk"], *, script: bool = True
) -> Iterator[Actor]:
    """A fresh window; leaving it fails when the browser complained about anything."""
    context = browser.new_context(
        base_url=base,
        viewport=size,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        java_script_enabled=script,
    )
    page = context.new_page()
    somebody = Actor(page=page, base=base)
    page.on("console", lambda message: somebody.heard(message))
    page.on("pageerror", lambda error: somebody.complaints.append(f"{page.url}: {error}"))
    page.on("request", lambda request: somebody.asked(request.url))
    try:
        yield somebody
    finally:
        context.close()
    assert not somebody.complaints, "\n".join(somebody.complaints)
