"""Bytes over the wire until the phone page stands for the first time and is kept for work without a network.

A browser without any cache opens `/m/` through a proxy that counts everything that passes, heads included. Fails above
the aim; afterwards the page must open with the server gone.
"""

import json
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, sync_playwright

from bench._stage import CITY, run, serving, stages
from tools.start import LOCAL

AT_MOST = 300 * 1024
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PASSWORD = "lake-and-canal-42"


class Meter:
    """A proxy on a port of its own that counts what the server sends."""

    def __init__(self, behind: int) -> None:
        self.behind = behind
        self.received = 0
        self.door = socket.create_server((LOCAL, 0))
        self.port: int = self.door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self.door.accept()
            except OSError:
                return
            server = socket.create_connection((LOCAL, self.behind))
            for ends in ((caller, server, False), (server, caller, True)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, giver: socket.socket, taker: socket.socket, counted: bool) -> None:
        try:
            while data := giver.recv(65_536):
                self.received += len(data) if counted else 0
                taker.sendall(data)
        except OSError:
            pass
        for end in (giver, taker):
            end.close()


def main() -> None:
    name, environ = next(stages())
    run(environ, "collectstatic", "--no-input", "--verbosity", "0")
    run(environ, "bench._city")
    with serving(CITY, environ) as port, _browser() as context:
        first, again, seconds = measure(context, Meter(port))
    print(f"  first load of the phone, everything counted  {first / 1024:.0f} KB  aim ≤ 300 KB")
    print(f"  second load  {again / 1024:.0f} KB")
    print(f"  until it stands and works without a network  {seconds:.1f} s")
    print(json.dumps({"bench": "phone", "database": name, "bytes": first}))
    if first > AT_MOST:
        sys.exit(f"the first load is {first} bytes, more than {AT_MOST}")


@contextmanager
def _browser() -> Iterator[BrowserContext]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
        browser.close()


def measure(context: BrowserContext, meter: Meter) -> tuple[int, int, float]:
    """Bytes of the first and of a second load, and seconds of the first; a page that fails offline is an error."""
    base = f"http://{LOCAL}:{meter.port}"
    session = _session(context, f"http://{LOCAL}:{meter.behind}")
    context.add_cookies([{"name": name, "value": value, "url": base} for name, value in session])
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"{base}/m/")
    page.get_by_role("link", name="拍照上报").wait_for()
    while not page.evaluate("navigator.serviceWorker.controller !== null"):
        page.wait_for_timeout(50)
    seconds = time.perf_counter() - began
    page.wait_for_timeout(2000)
    first = meter.received
    page.reload()
    page.get_by_role("link", name="拍照上报").wait_for()
    page.wait_for_timeout(2000)
    again = meter.received - first
    context.set_offline(True)
    page.reload()
    page.get_by_text("没有网络").wait_for()
    return first, again, seconds


def _session(context: BrowserContext, base: str) -> list[tuple[str, str]]:
    """Log in past the meter: the login page is not the phone's."""
    page = context.new_page()
    page.goto(f"{base}/login/")
    page.get_by_label("账号").fill("inspector")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/login/" not in url)
    found = [(str(cookie["name"]), str(cookie["value"])) for cookie in context.cookies()]
    page.close()
    context.clear_cookies()
    return found


if __name__ == "__main__":
    main()
