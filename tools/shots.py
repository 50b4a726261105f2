"""Pictures of pages as Chromium draws them: wide and narrow, light and dark.

    tools/shots.py --base http://127.0.0.1:8000 --user dispatcher /coordination/desk /ui/components

One file per page, width and theme in ``shots/``; what the browser complains about is printed.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
HEIGHTS = {1440: 900, 375: 812, 1920: 1080}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be pictured, and as whom."""

    base: str
    paths: tuple[str, ...]
    user: str
    password: str
    login: str
    widths: tuple[int, ...]
    themes: tuple[str, ...]
    folder: Path
    full: bool
    wait: int


def main(arguments: list[str]) -> int:
    wish = read(arguments)
    wish.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        complaints = [
            complaint
            for theme in wish.themes
            for width in wish.widths
            for complaint in shoot_all(browser, wish, width, theme)
        ]
        browser.close()
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


def read(arguments: list[str]) -> Wish:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="chengyun-demo")
    parser.add_argument("--login", default="/login/")
    parser.add_argument("--widths", type=int, nargs="*", default=[1440, 375])
    parser.add_argument("--themes", nargs="*", default=["light", "dark"])
    parser.add_argument("--folder", type=Path, default=Path("shots"))
    parser.add_argument("--full", action="store_true", help="the whole height of the page")
    parser.add_argument("--wait", type=int, default=400, help="milliseconds for maps and charts")
    given = parser.parse_args(arguments)
    lists = {name: tuple(getattr(given, name)) for name in ("paths", "widths", "themes")}
    return Wish(**{**vars(given), **lists})


def shoot_all(browser: Browser, wish: Wish, width: int, theme: str) -> list[str]:
    """Picture every page at one width and theme; returns what the browser complained about."""
    size: ViewportSize = {"width": width, "height": HEIGHTS.get(width, 900)}
    context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": "theme", "value": theme, "url": wish.base}])
    page = context.new_page()
    complaints: list[str] = []
    where = f"{width} {theme}"
    page.on(
        "console",
        lambda m: (
            complaints.append(f"{where} {m.text}") if m.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(f"{where} {error}"))
    if wish.user:
        log_in(page, wish)
    for path in wish.paths:
        complaints += shoot(page, wish, path, f"{name_of(path)}-{theme}-{width}.png", where)
    context.close()
    return complaints


def shoot(page: Page, wish: Wish, path: str, name: str, where: str) -> list[str]:
    answer = page.goto(wish.base + path, wait_until="networkidle")
    page.wait_for_timeout(wish.wait)
    if wish.full:
        unroll(page)
    page.screenshot(path=wish.folder / name, full_page=wish.full)
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    found = [f"{where} {path}: {wider} px wider than the screen"] if wider > 0 else []
    status = answer.status if answer else 0
    return found if status < 400 else [*found, f"{where} {path}: answered {status}"]


def unroll(page: Page) -> None:
    """Make the window as tall as what scrolls inside the frame."""
    tall = page.evaluate("48 + (document.querySelector('.main')?.scrollHeight ?? 0)")
    size = page.viewport_size
    if size and tall > size["height"]:
        page.set_viewport_size({"width": size["width"], "height": min(tall, 12000)})
        page.wait_for_timeout(500)


def log_in(page: Page, wish: Wish) -> None:
    page.goto(wish.base + wish.login)
    page.fill("input[name=username]:visible", wish.user)
    page.fill("input[name=password]:visible", wish.password)
    page.press("input[name=password]:visible", "Enter")
    page.wait_for_load_state("networkidle")


def name_of(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
