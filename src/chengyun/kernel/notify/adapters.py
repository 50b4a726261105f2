"""SMS, 企业微信, 钉钉: carriers every city buys elsewhere. An adapter is a function that takes an envelope.

``CHENGYUN_ADAPTERS=sms:file,wecom:my_city.wecom.send`` says which channel goes by which: ``file`` writes each message
as one line of JSON to ``outgoing/<channel>.jsonl`` of the state folder, for a program of the city to carry on; anything
else is the dotted path of a function of the city's own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from chengyun.kernel.notify.specs import Envelope

Adapter = Callable[[Envelope], str]
FILE = "file"


def connected(channel: str) -> Callable[[], bool]:
    return lambda: channel in settings.ADAPTERS


def sender(channel: str) -> Adapter:
    """The adapter of a channel, looked up when there is something to send."""

    def send(envelope: Envelope) -> str:
        path = settings.ADAPTERS[channel]
        if path == FILE:
            return write_line(channel, envelope)
        adapter: Adapter = import_string(path)
        return str(adapter(envelope))

    return send


def write_line(channel: str, envelope: Envelope) -> str:
    """One line, whole or not at all, and on the disk before it counts as sent."""
    folder = Path(settings.OUTGOING)
    folder.mkdir(parents=True, exist_ok=True)
    told = {k: v for k, v in asdict(envelope).items() if k != "secret"}
    line = json.dumps({**told, "at": envelope.at.isoformat()}, ensure_ascii=False) + "\n"
    handle = os.open(folder / f"{channel}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    return envelope.id
