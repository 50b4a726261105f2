"""A device's connection: what is not answered is sent again, and a broken line is opened anew."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")
PIECE, KEPT = 4096, 64 * 1024
WAIT, TRIES = 5.0, 10


class Unanswered(Exception):
    """Nobody answered as often as it was tried."""


class Link:
    """One connection over TCP. ``wait``: seconds for an answer; ``tries``: how often a frame is sent at most.

    ``greet`` is called whenever a line has been opened, to say by ``exchange`` what must be said before anything else.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        greet: Callable[[Link], None] | None = None,
        wait: float = WAIT,
        tries: int = TRIES,
    ) -> None:
        self.address, self.greet, self.wait, self.tries = (host, port), greet, wait, tries
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, frame: bytes, find: Callable[[bytes], T | None]) -> T:
        """Send a frame until ``find`` finds its answer in the bytes that came since. Raises Unanswered."""
        for _ in range(self.tries):
            begun = time.monotonic()
            try:
                self._open()
                return self.exchange(frame, find)
            except TimeoutError:
                continue
            except OSError:
                self.close()
                time.sleep(max(0.0, self.wait - (time.monotonic() - begun)))
        host, port = self.address
        raise Unanswered(f"{host}:{port}")

    def exchange(self, frame: bytes, find: Callable[[bytes], T | None]) -> T:
        """Send a frame once over the open line. Raises OSError, of which TimeoutError leaves the line as it is."""
        line = self._socket
        assert line is not None
        line.settimeout(self.wait)
        line.sendall(frame)
        received, until = b"", time.monotonic() + self.wait
        while (left := until - time.monotonic()) > 0:
            line.settimeout(left)
            piece = line.recv(PIECE)
            if not piece:
                raise ConnectionResetError
            received = (received + piece)[-KEPT:]
            found = find(received)
            if found is not None:
                return found
        raise TimeoutError

    def _open(self) -> None:
        """A line on which all has been said that must be said first."""
        if self._socket is not None:
            return
        self._socket = socket.create_connection(self.address, self.wait)
        if self.greet is not None:
            try:
                self.greet(self)
            except TimeoutError as error:
                raise ConnectionAbortedError from error
