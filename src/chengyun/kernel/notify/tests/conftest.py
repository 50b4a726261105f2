"""A registry that forgets, and a mail server that is really there."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings

from chengyun.kernel import outbox, registry


@pytest.fixture
def declaring(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is declared and subscribed in this test is forgotten after it."""
    known: defaultdict[type, dict[str, Any]] = defaultdict(dict)
    known.update({kind: dict(specs) for kind, specs in registry._declared.items()})
    monkeypatch.setattr(registry, "_declared", known)
    listening = defaultdict(list, {verb: list(names) for verb, names in outbox._subscribed.items()})
    monkeypatch.setattr(outbox, "_subscribed", listening)


@dataclass
class Post:
    """What the mail server got, and what it answers next: each answer once, then 250."""

    letters: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.letters.append(envelope.content)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    """A mail server on a port of its own; the city sends by it."""
    handler, port = Post(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = False
    settings.DEFAULT_FROM_EMAIL = "city@example.org"
    yield handler
    controller.stop()
