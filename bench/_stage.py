"""What the benches stand on: databases of their own, `chengyun` commands, servers, and a caller without weight.

No Django here: whoever measures must cost little beside what is measured.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.cluster import binaries, cluster
from tools.install import ROOT, VENV
from tools.start import LOCAL, WEB_PROCESSES, free_port, granian_words

CITY = "chengyun.config.asgi:application"
READY_WITHIN = 60
DURABLE = "-c max_connections=50"
"""As Debian ships it: what was answered is on the disk, as with SQLite."""

Environ = dict[str, str]


def stages() -> Iterator[tuple[str, Environ]]:
    """For each database this machine has: its name and the environment of a city in a throw-away folder."""
    with _home() as home:
        yield "SQLite", _environ(home, f"sqlite:///{home}/city.sqlite3")
    programs = binaries()
    if programs is None:
        print("  PostgreSQL: not measured, its programs are not on this machine")
        return
    with _home() as home, cluster(programs, DURABLE) as url:
        yield f"PostgreSQL {programs.parent.name}", _environ(home, url)


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="chengyun-bench-"))
    (home / "static").mkdir()
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _environ(home: Path, url: str) -> Environ:
    return {
        **os.environ,
        "CHENGYUN_HOME": str(home),
        "CHENGYUN_LOG": "ERROR",
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "chengyun.config.settings",
    }


def run(environ: Environ, *words: str) -> str:
    """A module of this folder or a `chengyun` command; what it printed."""
    module = words[0].startswith("bench.")
    program = (VENV / "bin" / "python", "-m") if module else (VENV / "bin" / "chengyun",)
    done = subprocess.run(
        [*program, *words], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@contextmanager
def serving(application: str, environ: Environ, *, processes: int = WEB_PROCESSES) -> Iterator[int]:
    """The port of a granian with the settings of `./run` that serves an application."""
    port = free_port()
    words: list[str | Path] = [VENV / "bin" / "granian", *granian_words(LOCAL, port, application)]
    servers = [subprocess.Popen(words, cwd=ROOT, env=environ) for _ in range(processes)]
    try:
        for server in servers:
            _until_open(port, server)
        yield port
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()


def _until_open(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection((LOCAL, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
            continue
        return
    raise RuntimeError("the server did not start")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    head: dict[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """One keep-alive connection to the server."""

    def __init__(self, port: int, **head: str) -> None:
        self.socket = socket.create_connection((LOCAL, port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = {"Host": f"{LOCAL}:{port}", **head}

    def get(self, path: str) -> Answer:
        return self.send(self.request("GET", path, b""))

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self.send(self.request("POST", path, json.dumps(body).encode()))

    def request(self, method: str, path: str, body: bytes) -> bytes:
        head = self.head | {"Content-Length": str(len(body)), "Content-Type": "application/json"}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def send(self, request: bytes) -> Answer:
        """Send bytes made by ``request`` and wait for the whole answer."""
        began = time.perf_counter()
        self.socket.sendall(request)
        head, _, body = self._read(b"\r\n\r\n").partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        names = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        body = self._rest(body, int(names["content-length"]))
        seconds = time.perf_counter() - began
        return Answer(status=int(first.split()[1]), head=names, body=body, seconds=seconds)

    def _read(self, mark: bytes) -> bytes:
        found = b""
        while mark not in found:
            found += self._more()
        return found

    def _rest(self, body: bytes, length: int) -> bytes:
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


def percentile(values: list[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    return sorted(values)[max(0, -int(-len(values) * share // 1) - 1)]
