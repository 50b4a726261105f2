"""The pictures of the guide, taken from a running demo: ``docs/guide/pictures/*.png``.

    ./run --port 8000                      # in another window
    .venv/bin/python -m tools.guide_shots --base http://127.0.0.1:8000

Nothing is written into the city: forms are filled in and left. Only a demo is pictured, so that no person is shown.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools.install import ROOT
from tools.shots import CHROMIUM, FLAGS

FOLDER = ROOT / "docs" / "guide" / "pictures"
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 760}
WALL: ViewportSize = {"width": 1920, "height": 1080}
COLOURS = 256
SETTLE = 1200
"""Milliseconds for maps to be drawn."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: as whom, of which page; ``{case}`` in the path is the first case of the list ``of`` that ``shows``
    these words. ``at``: the class of what is scrolled to.
    """

    name: str
    role: str
    path: str
    of: str = ""
    shows: str = ""
    at: str = ""
    size: ViewportSize = field(default_factory=lambda: DESK)
    pick: bool = False


# fmt: off
SHOTS = (
    Shot(name="login",     role="",           path="/login/"),
    Shot(name="report",    role="inspector",  path="/cases/new/", size=PHONE),
    Shot(name="check",     role="inspector",  path="/cases/{case}/check_pass/", of="/desk/?queue=check", size=PHONE),
    Shot(name="accept",    role="operator",   path="/desk/?queue=accept"),
    Shot(name="call",      role="operator",   path="/cases/new/", pick=True),
    Shot(name="case",      role="supervisor", path="/cases/{case}/", of="/cases/?state=closed&class=P01"),
    Shot(name="file",      role="supervisor", path="/cases/{case}/file/", of="/desk/?queue=file"),
    Shot(name="dispatch",  role="dispatcher", path="/desk/?queue=dispatch"),
    Shot(name="unit",      role="dispatcher", path="/cases/{case}/dispatch/", of="/desk/?queue=dispatch&area=371502"),
    Shot(name="ranking",   role="evaluator",  path="/evaluation/ranking/"),
    Shot(name="scheme",    role="evaluator",  path="/evaluation/schemes/month/"),
    Shot(name="scheme-draft", role="evaluator", path="/evaluation/schemes/month/draft/"),
    Shot(name="score",     role="leader",     path="/evaluation/schemes/month/scores/1/"),
    Shot(name="wall",      role="duty",       path="/monitoring/"),
    Shot(name="screen",    role="duty",       path="/monitoring/screen/", size=WALL),
    Shot(name="weather",   role="duty",       path="{first}", of="/monitoring/weather/"),
    Shot(name="lights",    role="duty",       path="/monitoring/lights/"),
    Shot(name="health",    role="duty",       path="/monitoring/health/?days=1"),
    Shot(name="counts",    role="duty",       path="/monitoring/counts/"),
    Shot(name="track",     role="duty",       path="/monitoring/devices/13800138000/"),
    Shot(name="fence",     role="supervisor", path="{first}", of="/monitoring/fences/"),
    Shot(name="astray",    role="duty",       path="{first}", of="/monitoring/alarms/?device=13800138000"),
    Shot(name="map",       role="dispatcher", path="/map/"),
    Shot(name="todo",      role="department", path="/desk/?queue=handle", size=PHONE),
    Shot(name="handle",    role="department", path="/cases/{case}/handle/", of="/cases/?state=handling", size=PHONE),
    Shot(name="finding",   role="evaluator",  path="/evaluation/findings/new/"),
    Shot(name="bulletins", role="evaluator",  path="/evaluation/"),
    Shot(name="bulletin",  role="leader",     path="{first}", of="/evaluation/"),
    Shot(name="late",      role="leader",     path="/cases/?late=1"),
    Shot(name="units",     role="admin",      path="/maintenance/units/"),
    Shot(name="person",    role="admin",      path="/maintenance/users/inspector/"),
    Shot(name="limits",    role="admin",      path="/maintenance/classes/P0103/"),
    Shot(name="calendar",  role="admin",      path="/maintenance/calendar/"),
    Shot(name="workflow",  role="admin",      path="/maintenance/workflows/"),
    Shot(name="assets",    role="admin",      path="/data/assets/map/"),
    Shot(name="import",    role="admin",      path="/data/imports/add/"),
    Shot(name="roles",     role="security",   path="/maintenance/roles/"),
    Shot(name="audit",     role="auditor",    path="/maintenance/audit/?verb=case.dispatch"),
    Shot(name="phone",     role="inspector",  path="/m/", size=PHONE),
    Shot(name="inbox",     role="dispatcher", path="/messages/"),
    Shot(name="wishes",    role="dispatcher", path="/messages/settings/"),
    Shot(name="sent",      role="admin",      path="/maintenance/messages/"),
    Shot(name="intake",    role="operator",   path="/intake/"),
    Shot(name="inquiries", role="operator",   path="/inquiries/"),
    Shot(name="rates",     role="operator",   path="/inquiries/rates/"),
    Shot(name="entrusted", role="leader",     path="/entrusted/"),
    Shot(name="petitions", role="supervisor", path="/petitions/"),
    Shot(name="instruct",  role="leader",     path="/instructions/next/"),
    Shot(name="instructions", role="leader",  path="/instructions/"),
    Shot(name="rules",     role="dispatcher", path="/rules/"),
    Shot(name="tried",     role="dispatcher", path="/rules/try/?class=P0103&point_lon=115.985&point_lat=36.456"),
    Shot(name="repeated",  role="operator",   path="/repeated/"),
    Shot(name="watched",   role="leader",     path="/watched/"),
    Shot(name="found",     role="operator",   path="/cases/?q=井盖"),
    Shot(name="dossier",   role="supervisor", path="/cases/{case}/dossier/", of="/cases/?state=closed&class=P01"),
    Shot(name="review",    role="operator",   path="/discoveries/review/"),
    Shot(name="precision", role="leader",     path="/discoveries/precision/"),
    Shot(name="patrol",    role="supervisor", path="/patrol/"),
    Shot(name="roster",    role="supervisor", path="/patrol/roster/"),
    Shot(name="campaign",  role="leader",     path="{first}", of="/campaigns/?state=running"),
    Shot(name="whistles",  role="supervisor", path="/whistles/"),
    Shot(name="outside",   role="dispatcher", path="/cases/{case}/", of="/cases/?state=handling",
         shows="外部办理", at="outs"),
    Shot(name="steward",   role="steward",    path="{first}", of="/stewards/"),
    Shot(name="service",   role="community",  path="{first}", of="/services/?state=reported"),
    Shot(name="community", role="community",  path="{first}", of="/communities/"),
    Shot(name="handover",  role="dispatcher", path="/cases/{case}/handover/", of="/cases/?state=handling&area=371502"),
)
# What is chosen (<select>) or typed before the picture is taken.
FILLED = {
    "report": {"#id_class": "P0103", "#id_description": "雨水井盖破损，车轮经过有异响"},
    "call": {"#id_source": "hotline", "#id_class": "E0110", "#id_description": "楼下空地堆了生活垃圾，有三四天没人清"},
    "handle": {"#id_result": "已换新井盖，四周找平"},
    "intake": {"#id_reporter_phone": "13863522046", "#id_description": "小区门口的雨水井盖坏了，车一过就响"},
    "finding": {"#id_field": "greening", "#id_description": "行道树缺株 2 棵", "#id_place": "东昌路与柳园路口东南角"},
}
# fmt: on


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("names", nargs="*", help="only these pictures")
    given = parser.parse_args(arguments)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shot in SHOTS:
            if not given.names or shot.name in given.names:
                keep(take(browser, given.base, shot), FOLDER / f"{shot.name}.png")
        browser.close()
    return 0


def take(browser: Browser, base: str, shot: Shot) -> bytes:
    context = browser.new_context(
        base_url=base, viewport=shot.size, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_cookies([{"name": "theme", "value": "light", "url": base}])
    page = context.new_page()
    page.goto("/login/")
    if page.locator(".rolegrid").count() == 0:
        sys.exit(f"{base} is no demo city.")
    if shot.role:
        page.locator(f"button[name=role][value={shot.role}]").click()
        page.wait_for_load_state("networkidle")
        page.goto(path_of(page, shot), wait_until="networkidle")
        prepare(page, shot)
    picture = page.screenshot()
    context.close()
    return picture


def path_of(page: Page, shot: Shot) -> str:
    if not shot.of:
        return shot.path
    page.goto(shot.of)
    row = page.locator("[data-row]").filter(has_text=shot.shows).first
    first = row.locator("a.rowlink").get_attribute("href") or ""
    return shot.path.format(case=row.get_attribute("data-row"), first=first)


def prepare(page: Page, shot: Shot) -> None:
    for where, value in FILLED.get(shot.name, {}).items():
        if page.locator(f"select{where}").count():
            page.select_option(where, value)
        else:
            page.fill(where, value)
    if shot.pick:
        page.wait_for_selector(".mapbox-pick canvas")
        page.wait_for_timeout(SETTLE)
        page.locator(".mapbox-pick canvas").first.click(position={"x": 260, "y": 240})
    if shot.at:
        page.locator(f".{shot.at}").scroll_into_view_if_needed()
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(SETTLE)


def keep(picture: bytes, path: Path) -> None:
    """Few colours are enough for a page and make a small file."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    small = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)} {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
