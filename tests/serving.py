"""The city of a test behind the server it has in real life, a worker beside it, and somebody who listens."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from chengyun.city.people.models import User
from tests import forked
from tests.forked import Process
from tools.install import ROOT, VENV
from tools.start import LOCAL, WEB_PROCESSES, free_port, granian_words

READY_WITHIN = 60


def environ() -> dict[str, str]:
    """What a process needs to work in the database of this test."""
    key = settings.ENV.home / "key_of_tests"
    key.write_text(settings.SECRET_KEY)
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "HOME_OF_TESTS": str(settings.ENV.home),
        "TEST_DATABASE_URL": _url(),
        "CHENGYUN_SECRET_KEY_FILE": str(key),
    }


def _url() -> str:
    """The database of this test, found the way the settings find theirs."""
    base, given = connection.settings_dict, settings.ENV.database
    if connection.vendor == "sqlite":
        return f"sqlite:///{base['NAME']}"
    who = quote(given.user) + (f":{quote(given.password)}" if given.password else "")
    place = given.host + (f":{given.port}" if given.port else "")
    return f"postgresql://{who}@{place}/{quote(base['NAME'])}?{urlencode(given.options)}"


@contextmanager
def served(*, processes: int = WEB_PROCESSES) -> Iterator[str]:
    """The address of granian as ``./run`` starts it."""
    port = free_port()
    servers = [started("granian", *granian_words(LOCAL, port)) for _ in range(processes)]
    try:
        url = f"http://{LOCAL}:{port}"
        for server in servers:
            _until_open(url, server)
        yield url
    finally:
        for server in servers:
            _stop(server)


def _stop(server: Process) -> None:
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        raise


def _until_open(url: str, server: Process) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5).read()
        except OSError:
            time.sleep(0.05)
            continue
        return
    raise RuntimeError("the server did not start")


def worker() -> Process:
    """A worker of its own, as ``./run`` starts it."""
    return started("chengyun", "worker")


def started(name: str, *words: str, **more: str) -> Process:
    """A command of the project at work in the database of this test; ``more`` is its own environment."""
    return forked.start(words_of(name, *words), environ(), more)


def words_of(name: str, *words: str) -> list[str]:
    """A command as ``./run`` gives it."""
    return [str(VENV / "bin" / name), *words]


def cookie_of(user: User) -> str:
    """A session that is open."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


@dataclass
class Listener:
    """One open stream, read line by line."""

    line: socket.socket
    status: int = 0
    rest: bytes = b""
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    last: str = ""

    def until(
        self, holds: Callable[[list[tuple[str, dict[str, Any]]]], bool], seconds: float
    ) -> bool:
        """Listen until something holds of what was heard; False when the time is over or the stream has ended."""
        deadline = time.monotonic() + seconds
        self._read()
        while not holds(self.heard):
            left = deadline - time.monotonic()
            if left <= 0 or not self._more(left):
                return holds(self.heard)
        return True

    def hears(self, event: str, seconds: float = 5, **told: Any) -> bool:
        return self.until(
            lambda heard: any(e == event and told.items() <= d.items() for e, d in heard), seconds
        )

    def codes(self) -> list[str]:
        return [told["code"] for event, told in self.heard if event == "case"]

    def _more(self, seconds: float) -> bool:
        self.line.settimeout(seconds)
        try:
            data = self.line.recv(65536)
        except TimeoutError:
            return False
        self.rest += data
        self._read()
        return bool(data)

    def _read(self) -> None:
        while b"\n\n" in self.rest:
            block, _, self.rest = self.rest.partition(b"\n\n")
            self._take(block.decode(errors="replace"))

    def _take(self, block: str) -> None:
        names = dict(line.partition(": ")[::2] for line in block.splitlines() if ": " in line)
        if "event" in names:
            self.last = names.get("id", self.last)
            self.heard.append((names["event"], json.loads(names["data"])))


@contextmanager
def listening(url: str, cookie: str = "", query: str = "", **head: str) -> Iterator[Listener]:
    """A browser's stream without the browser."""
    host = url.partition("://")[2]
    name, _, port = host.partition(":")
    lines = [f"GET /events/{query} HTTP/1.1", f"Host: {host}", "Accept: text/event-stream"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in head.items()]
    with socket.create_connection((name, int(port)), timeout=20) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        found = b""
        while b"\r\n\r\n" not in found:
            more = line.recv(65536)
            assert more, "no answer"
            found += more
        first, _, rest = found.partition(b"\r\n\r\n")
        yield Listener(line=line, status=int(first.split()[1]), rest=rest)
