"""Every page of every system: no complaint of the browser, readable by everybody, and not wider than a phone."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Page

from chengyun.config.env import ROOT
from tests.browser.actors import SIZES, Actor
from tests.browser.conftest import Windows
from tests.browser.furnished import City, furnish
from tests.browser.tour import stops

# Each page is opened by its own tests, where its lines are counted.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.no_cover,
]

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}
SEEN = ("color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")
"""What may differ between light and dark, wide and narrow; the rest holds for a page however it looks."""
RULES_SEEN = RULES | {"runOnly": {"type": "rule", "values": SEEN}}
GRAVE = ("serious", "critical")
SYSTEMS = {
    "coordination": 4,
    "data": 1,
    "evaluation": 1,
    "monitoring": 1,
    "maintenance": 2,
    "security": 1,
}
"""In so many parts each is walked, so that no walk is much longer than the others."""
WALKS = [(system, part) for system, parts in SYSTEMS.items() for part in range(parts)]
NARROW = 320
ELSEWHERE = {"coordination:preview", "ui:components"}
"""A part of the desk; and the sheet of components, which only developers see."""
STILL = """() => Promise.all(document.getAnimations()
  .filter((motion) => motion.effect.getComputedTiming().iterations !== Infinity)
  .map((motion) => motion.finished.catch(() => null)))"""
FRAME = """() => ({
  headings: document.querySelectorAll("h1").length,
  bare: document.querySelector("main.bare") !== null,
  trail: document.querySelector("nav[aria-label='位置'] a") !== null,
})"""
WIDER = """() => {
  const boxes = [document.documentElement, document.getElementById("main")];
  return Math.max(...boxes.map((box) => box ? box.scrollWidth - box.clientWidth : 0));
}"""


@pytest.fixture
def furnished(live_server: object) -> City:
    return furnish()


def barriers(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe calls serious or critical."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(rules)})")
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def frame_faults(page: Page) -> list[str]:
    """One h1, and a breadcrumb that leads somewhere, but for people who see this one page."""
    frame = page.evaluate(FRAME)
    faults = []
    if frame["headings"] != 1:
        faults.append(f"{frame['headings']} h1")
    if not frame["bare"] and not frame["trail"]:
        faults.append("no breadcrumb")
    return faults


def faults_of(somebody: Actor, path: str) -> Iterator[str]:
    page = somebody.page
    page.set_viewport_size(SIZES["desk"])
    answer = page.goto(path)
    if answer is None or answer.status != 200:
        yield f"answered {answer and answer.status}"
    else:
        yield from faults_here(page)


def faults_here(page: Page) -> Iterator[str]:
    """What hinders somebody on the page that is open, once it stands still."""
    page.evaluate(STILL)
    yield from frame_faults(page)
    yield from (f"light, {barrier}" for barrier in barriers(page))
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.set_viewport_size({"width": NARROW, "height": 812})
    if (wider := page.evaluate(WIDER)) > 0:
        yield f"{wider} px wider than {NARROW}"
    yield from (f"dark phone, {barrier}" for barrier in barriers(page, RULES_SEEN))


@pytest.mark.parametrize(("system", "part"), WALKS)
def test_nothing_hinders_anybody(furnished: City, window: Windows, system: str, part: int) -> None:
    faults = []
    walk = stops(furnished)[system][part :: SYSTEMS[system]]
    for username, way in groupby(sorted(walk), key=itemgetter(0)):
        with window() as somebody:
            somebody.is_in_as(getattr(furnished.cast, username))
            somebody.page.context.add_init_script(AXE)
            for _, path in way:
                faults += [f"{path} ({username}): {fault}" for fault in faults_of(somebody, path)]
    assert not faults, "\n".join(faults)


def test_what_answers_a_form_hinders_nobody(furnished: City, window: Windows) -> None:
    """Pages that only stand there after a button was pressed."""
    with window() as admin:
        admin.is_in_as(furnished.cast.admin)
        admin.opens("/maintenance/users/inspector/")
        admin.presses("重置密码")
        admin.reads("只显示这一次")
        assert not list(faults_here(admin.page))
    with window() as anybody:
        anybody.is_in_as(furnished.cast.charlie)
        anybody.opens("/me/")
        anybody.fills("用途", "大屏")
        anybody.presses("签发令牌")
        anybody.reads("只显示这一次")
        assert not list(faults_here(anybody.page))
    with window() as auditor:
        auditor.is_in_as(furnished.cast.auditor)
        auditor.opens("/maintenance/audit/")
        auditor.presses("校验全部")
        auditor.reads("没有改动，没有缺失。")
        assert not list(faults_here(auditor.page))


def test_the_login_and_a_refusal_hinder_nobody(furnished: City, window: Windows) -> None:
    with window() as stranger:
        page = stranger.page
        stranger.opens("/login/")
        assert not barriers(page)
        assert page.locator("h1").count() == 1
        page.set_viewport_size({"width": NARROW, "height": 812})
        assert page.evaluate(WIDER) <= 0
        stranger.is_in_as(furnished.cast.inspector)
        stranger.opens("/maintenance/users/")
        assert not barriers(page)
        assert page.evaluate(WIDER) <= 0
        stranger.was_refused()


def test_the_tour_leaves_no_page_out(furnished: City) -> None:
    every = [path for part in stops(furnished).values() for _, path in part]
    seen = {resolve(path.partition("?")[0]).view_name for path in every}
    assert set(pages(get_resolver())) - seen == ELSEWHERE


def pages(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The doors that draw a page when they are opened."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from pages(entry, entry.namespace or namespace)
        elif namespace not in ("", "api") and draws(entry):
            yield f"{namespace}:{entry.name}"


def draws(entry: URLPattern) -> bool:
    source = inspect.getsource(inspect.unwrap(entry.callback))
    return "return page(" in source and "@require_POST" not in source
