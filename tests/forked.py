"""A command of the project as a process of a test, without the second its imports take.

It is forked by `tests.nursery`; where the system cannot do that, it is started as anybody starts it.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType

from tools.install import ROOT

CAN = sys.platform == "linux"
_nursery: list[socket.socket] = []


class Forked:
    """What `subprocess.Popen` is to a process one has started oneself."""

    def __init__(self, words: list[str], line: socket.socket) -> None:
        self.args, self.returncode = words, None
        self._line, self._rest = line, b""
        self.pid = self._told(None)

    returncode: int | None

    def poll(self) -> int | None:
        return self._until(0)

    def wait(self, timeout: float | None = None) -> int:
        if (code := self._until(timeout)) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def __enter__(self) -> Forked:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.wait()

    def _until(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            try:
                self.returncode = self._told(timeout)
            except (TimeoutError, BlockingIOError):
                return None
            self._line.close()
        return self.returncode

    def _told(self, timeout: float | None) -> int:
        """The next number the nursery tells of this process: its own, then how it ended."""
        self._line.settimeout(timeout)
        while b"\n" not in self._rest:
            more = self._line.recv(64)
            if not more:
                raise RuntimeError("the nursery of the tests has ended")
            self._rest += more
        number, _, self._rest = self._rest.partition(b"\n")
        return int(number)


Process = Forked | subprocess.Popen[bytes]


def start(words: list[str], environ: Mapping[str, str], more: Mapping[str, str]) -> Process:
    """Run a script of the project in this environment, ``more`` being what is the process's own."""
    whole = {**environ, **more}
    if not CAN:
        return anew(words, whole)
    if not _nursery:
        _nursery.append(_opened(environ))
    ours, theirs = socket.socketpair()
    with theirs:
        wish = json.dumps({"words": words, "environ": whole}).encode()
        socket.send_fds(_nursery[0], [wish], [1, 2, theirs.fileno()])
    return Forked(words, ours)


def anew(words: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """The same from nothing, as anybody starts it."""
    return subprocess.Popen(words, cwd=ROOT, env=environ, process_group=0)


def _opened(environ: Mapping[str, str]) -> socket.socket:
    """The line to a nursery, which ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        handle = theirs.fileno()
        command = (sys.executable, "-m", "tests.nursery", str(handle))
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL,
            pass_fds=(handle,), process_group=0,
        )  # fmt: skip
    atexit.register(_closed, ours, process)
    return ours


def _closed(line: socket.socket, process: subprocess.Popen[bytes]) -> None:
    line.close()
    process.wait()
