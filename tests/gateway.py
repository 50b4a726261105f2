"""A gateway process for tests, as ``./run`` starts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.sensing.models import Series
from chengyun.lake import readings
from chengyun.lake.archive import Archive
from tests import forked
from tests.forked import Process
from tests.serving import environ, words_of
from tools.install import ROOT
from tools.start import DOORS, GATEWAY, LOCAL, free_port, granian_words

READY_WITHIN = 60
POWER = ROOT / "tests" / "power"
BEGIN = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(kw_only=True)
class Gateway:
    """One gateway process before the folder of a test; it may be killed and started again."""

    home: Path
    token: str
    port: int = field(default_factory=free_port)
    doors: dict[str, int] = field(default_factory=lambda: {key: free_port() for key in DOORS})
    more: dict[str, str] = field(default_factory=dict)
    process: Process | None = None
    falls: int = 0
    anew: bool = False
    """Whether it starts from nothing instead of being forked."""

    def start(self) -> None:
        self.home.mkdir(exist_ok=True)
        doors = ",".join(f"{key}={LOCAL}:{port}" for key, port in self.doors.items())
        own = {"HOME_OF_TESTS": str(self.home), "CHENGYUN_DOORS": doors} | self.more
        own |= {"SYNCED": str(self.synced), "PYTHONPATH": f"{POWER}:{environ()['PYTHONPATH']}"}
        words = words_of("granian", *granian_words(LOCAL, self.port, GATEWAY))
        if self.anew:
            self.process = forked.anew(words, environ() | own)
        else:
            self.process = forked.start(words, environ(), own)
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the gateway ended while it started"
            try:
                urllib.request.urlopen(f"http://{LOCAL}:{self.port}/healthz", timeout=5).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the gateway does not answer")

    def end(self) -> None:
        """After a test, whatever became of it."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def fall(self) -> None:
        """SIGKILL; every second time what was not on the disk is lost as well."""
        self.kill()
        self.falls += 1
        if self.falls % 2 == 0:
            lose(self.archive.root, self.synced)

    @property
    def synced(self) -> Path:
        return self.home / "synced"

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(30)

    def send(
        self, body: bytes | None, *, token: str = "", path: str = "/readings", **headers: str
    ) -> tuple[int, Any]:
        """The status and what is said; OSError when the line breaks, which acknowledges nothing.

        Without a body it is asked. ``headers`` with underscores for hyphens.
        """
        head = {"Authorization": f"Bearer {token or self.token}"}
        head |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://{LOCAL}:{self.port}{path}", body, head)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, _said(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _said(error.read())

    def line(self, door: str) -> socket.socket:
        """A line to a door that stays open."""
        return socket.create_connection((LOCAL, self.doors[door]), timeout=10)

    @property
    def archive(self) -> Archive:
        return Archive(self.home / "readings")

    def stored(self, series: Series, since: datetime = BEGIN) -> Counter[float]:
        """The values of a series as a reader sees them, and how often."""
        begin, end = since - timedelta(days=1), since + timedelta(days=400)
        archive = self.archive
        table = readings.history(archive.table, [series.pk], begin, end, journal=archive.journal)
        return Counter(table["value"].to_pylist())


@contextmanager
def running(home: Path, sender: User | None = None, **more: str) -> Iterator[Gateway]:
    """A gateway that runs, and ends after the test; ``sender`` is whose token its messages carry."""
    token = issue_token(sender, "试验", timedelta(days=1), by=None)[0] if sender else ""
    made = Gateway(home=home, token=token, more=more)
    try:
        made.start()
        yield made
    finally:
        made.end()


def _said(answer: bytes) -> Any:
    """JSON where it is some, else the text."""
    try:
        return json.loads(answer)
    except ValueError:
        return answer.decode()


def lose(folder: Path, synced: Path) -> None:
    """Leave what a loss of power leaves: files as long, folders with the names, as they were at their last fsync."""
    notes = [json.loads(note) for note in synced.read_text().splitlines()]
    sizes = {note["inode"]: note["size"] for note in notes}
    names = {note["inode"]: note["named"] for note in notes if note["named"]}
    for path in sorted(folder.rglob("*")):
        if not path.exists():
            continue
        inode = path.stat().st_ino
        if names.get(path.parent.stat().st_ino, {}).get(path.name) != inode:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        elif path.is_file():
            os.truncate(path, min(path.stat().st_size, sizes.get(inode, 0)))


def line(value: float, at: datetime, device: str = "JS-001", point: str = "depth") -> bytes:
    told = {"device": device, "point": point, "at": at.isoformat(), "value": value}
    return json.dumps(told).encode()


def within(seconds: float, holds: Any) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False
