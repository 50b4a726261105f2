"""A device's connection, against a small server: what is not answered is sent again, over a new line if need be."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from chengyun.demo.devices.link import Link, Unanswered

Answer = Callable[[socket.socket, list[bytes]], None]


@contextmanager
def listening(answer: Answer) -> Iterator[tuple[int, list[bytes]]]:
    """A server that calls ``answer`` for every piece it gets; its port, and the pieces."""
    pieces: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while piece := self.request.recv(4096):
                pieces.append(piece)
                answer(self.request, pieces)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], pieces
        server.shutdown()


def ok(received: bytes) -> str | None:
    return "taken" if b"ok" in received else None


def test_an_answer_may_come_in_pieces() -> None:
    def answer(line: socket.socket, pieces: list[bytes]) -> None:
        line.sendall(b"o")
        line.sendall(b"k")

    with listening(answer) as (port, pieces), Link("127.0.0.1", port) as link:
        assert link.ask(b"one", ok) == "taken"
        assert link.ask(b"two", ok) == "taken"
    assert pieces == [b"one", b"two"]


def test_what_is_not_answered_is_sent_again() -> None:
    def answer(line: socket.socket, pieces: list[bytes]) -> None:
        line.sendall(b"ok" if b"".join(pieces).count(b"one") >= 3 else b"something else")

    with listening(answer) as (port, pieces), Link("127.0.0.1", port, wait=0.1) as link:
        assert link.ask(b"one", ok) == "taken"
    assert b"".join(pieces).count(b"one") >= 3


def test_a_line_that_breaks_is_opened_again() -> None:
    def answer(line: socket.socket, pieces: list[bytes]) -> None:
        if len(pieces) == 1:
            line.shutdown(socket.SHUT_RDWR)
        else:
            line.sendall(b"ok")

    with listening(answer) as (port, pieces), Link("127.0.0.1", port, wait=0.1) as link:
        assert link.ask(b"one", ok) == "taken"
    assert pieces == [b"one"] * 2


def test_somebody_who_never_answers_is_given_up() -> None:
    with (
        listening(lambda line, pieces: None) as (port, pieces),
        Link("127.0.0.1", port, wait=0.05, tries=3) as link,
        pytest.raises(Unanswered, match=str(port)),
    ):
        link.ask(b"one", ok)


def test_nobody_there_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unanswered), Link("127.0.0.1", port, wait=0.05, tries=2) as link:
        link.ask(b"one", ok)
