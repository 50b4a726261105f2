"""A device's connection: what is not answered is sent again, and a broken line is opened anew."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")
PIECE, KEPT = 4096, 64 * 1024


class Unanswered(Exception):
    """Nobody answered as often as it was tried."""


class Link:
    """One connection over TCP. ``wait``: seconds for an answer; ``tries``: how often a frame is sent at most."""

    def __init__(self, host: str, port: int, *, wait: float = 5.0, tries: int = 10) -> None:
        self.address, self.wait, self.tries = (host, port), wait, tries
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
                found = self._once(frame, find)
            except OSError:
                self.close()
                time.sleep(max(0.0, self.wait - (time.monotonic() - begun)))
                continue
            if found is not None:
                return found
        host, port = self.address
        raise Unanswered(f"{host}:{port}")

    def _once(self, frame: bytes, find: Callable[[bytes], T | None]) -> T | None:
        """None when the time for an answer is over."""
        if self._socket is None:
            self._socket = socket.create_connection(self.address, self.wait)
        self._socket.sendall(frame)
        received, until = b"", time.monotonic() + self.wait
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                piece = self._socket.recv(PIECE)
            except TimeoutError:
                return None
            if not piece:
                raise ConnectionResetError
            received = (received + piece)[-KEPT:]
            found = find(received)
            if found is not None:
                return found
        return None
