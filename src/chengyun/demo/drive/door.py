"""One person at the API: logs in, reads, writes and uploads over one kept connection."""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

API = "/api/v1"
PATIENCE = 60


class Failed(Exception):
    """The city did not do what every city does; the message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the status and the body as JSON."""

    status: int
    body: Any

    @property
    def done(self) -> bool:
        return 200 <= self.status < 300

    @property
    def sentence(self) -> str:
        """The words of a refusal; "" when there are none."""
        return str(self.body.get("message", "")) if isinstance(self.body, dict) else ""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as a browser sends it in the field ``file``."""

    content: bytes
    name: str
    media: str = "image/jpeg"

    def form(self, boundary: str) -> bytes:
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{self.name}"\r\n'
            f"Content-Type: {self.media}\r\n\r\n"
        )
        return head.encode() + self.content + f"\r\n--{boundary}--\r\n".encode()


class Line:
    """A connection to the city, opened again when the other side has closed it."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url).netloc
        self._open: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes | None, head: Mapping[str, str]) -> Answer:
        """The answer; a kept connection that the other side has closed meanwhile is opened again once."""
        try:
            if self._open is not None:
                with suppress(
                    http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError
                ):
                    return self._once(method, path, body, head)
                self.close()
            return self._once(method, path, body, head)
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"城市不应答（{method} {path}）：{error}") from error

    def close(self) -> None:
        if self._open:
            self._open.close()
        self._open = None

    def _once(self, method: str, path: str, body: bytes | None, head: Mapping[str, str]) -> Answer:
        if self._open is None:
            self._open = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        self._open.request(method, path, body, dict(head))
        answer = self._open.getresponse()
        content = answer.read()
        if answer.will_close:
            self.close()
        return Answer(status=answer.status, body=read(content))


def read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


class Person:
    """An account of the city, logged in by ``POST /api/v1/token``; "" is a stranger."""

    def __init__(self, line: Line, username: str = "", password: str = "") -> None:
        self.line = line
        self.username = username
        self.head: dict[str, str] = {}
        if username:
            self._log_in(password)

    def get(self, path: str, **asked: Any) -> Answer:
        query = f"?{urlencode(asked, doseq=True)}" if asked else ""
        return self.line.send("GET", f"{API}{path}{query}", None, self.head)

    def post(self, path: str, body: Any, *, key: str = "") -> Answer:
        """Send JSON; with ``key`` the write is safe to repeat."""
        text = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        head = {**self.head, "Content-Type": "application/json"}
        if key:
            head["Idempotency-Key"] = key
        return self.line.send("POST", f"{API}{path}", text, head)

    def upload(self, path: str, file: Upload) -> Answer:
        boundary = secrets.token_hex(16)
        head = {**self.head, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.line.send("POST", f"{API}{path}", file.form(boundary), head)

    def _log_in(self, password: str) -> None:
        answer = self.post("/token", {"username": self.username, "password": password})
        if answer.status != 200:
            raise Failed(f"{self.username} 登录不了：{answer.status} {answer.sentence}")
        self.head = {"Authorization": f"Bearer {answer.body['token']}"}
