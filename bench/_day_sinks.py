"""The world outside on that day: a mail server that knows no refused.example, and a program that now and then fails."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tools.start import LOCAL

FAILS = 0.05


@dataclass
class Outside:
    """What came out of the city, by the number each message has."""

    letters: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    rng: random.Random = field(default_factory=lambda: random.Random(12345))  # noqa: S311

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.endswith("@refused.example"):
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.rng.random() < FAILS:
            return "451 try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters[str(message_from_bytes(content)["Message-ID"]).strip("<>")] += 1
        return "250 OK"

    def called(self, body: bytes) -> int:
        if self.rng.random() < FAILS:
            return 500
        self.calls[str(json.loads(body)["id"])] += 1
        return 200


@contextmanager
def outside(mail_port: int, hook_port: int) -> Iterator[Outside]:
    """Both servers."""
    world = Outside()
    mail = Controller(world, hostname=LOCAL, port=mail_port)

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802 - named by http.server
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(world.called(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Quiet."""

    hook = ThreadingHTTPServer((LOCAL, hook_port), Hook)
    mail.start()
    Thread(target=hook.serve_forever, daemon=True).start()
    try:
        yield world
    finally:
        hook.shutdown()
        mail.stop()
