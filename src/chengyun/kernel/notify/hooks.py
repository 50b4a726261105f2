"""Signed calls to programs elsewhere: what is sent, how it is proved, and where it may not go.

The body is JSON. ``X-Chengyun-Signature: sha256=…`` is the HMAC-SHA256 of ``<X-Chengyun-Timestamp>.<body>`` under the
endpoint's key, ``X-Chengyun-Delivery`` the same number however often it is tried. Any 2xx is a yes; 410 says never
again. The address is looked up once and called as it was found: nobody moves it between the check and the call.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import ssl
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from chengyun.kernel import clock
from chengyun.kernel.errors import wrong
from chengyun.kernel.models.messages import Endpoint
from chengyun.kernel.notify.specs import Envelope, Refused

PORTS = {"http": 80, "https": 443}
WITHIN = 10.0
"""Seconds for one whole call, however slowly the other side speaks."""
GONE = 410
ANSWER_AT_MOST = 1024
LONGEST_URL = 500

Address = IPv4Address | IPv6Address


def signing_key(endpoint: Endpoint) -> str:
    """Derived from the installation's own key: it stands in no table and no backup, and changes with ``generation``."""
    name = f"webhook {endpoint.pk} {endpoint.generation}"
    return hmac.new(settings.SECRET_KEY.encode(), name.encode(), hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def check_url(url: str) -> None:
    """Refuse an address that cannot be called: not http(s), too long, with a password, of a private network."""
    parts = _parts(url)
    if parts is None or len(url) > LONGEST_URL:
        raise wrong("url", "地址应写成 https://主机/路径，不带用户名和密码。")
    try:
        _place(parts)
    except Refused as refused:
        raise wrong("url", str(refused)) from refused
    except OSError as error:
        raise wrong("url", f"找不到主机 {parts.hostname}。") from error


def send(envelope: Envelope) -> str:
    """Call the endpoint; raises ``Refused`` for never, anything else for not now."""
    parts = _parts(envelope.address)
    if parts is None:
        raise Refused("地址无法识别")
    body = _body(envelope)
    timestamp = str(int(clock.now().timestamp()))
    head = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Host": parts.netloc,
        "User-Agent": "Chengyun",
        "Connection": "close",
        "X-Chengyun-Timestamp": timestamp,
        "X-Chengyun-Signature": signature(envelope.secret, timestamp, body),
        "X-Chengyun-Delivery": envelope.id,
    }
    status = _call(parts, head, body)
    if status == GONE:
        raise Refused("对方答复 410，不再接收")
    if not 200 <= status < 300:
        raise ConnectionError(f"对方答复 {status}")
    return str(status)


def _body(envelope: Envelope) -> bytes:
    told = {
        "id": envelope.id,
        "kind": envelope.kind,
        "title": envelope.title,
        "text": envelope.text,
        "code": envelope.code,
        "area": envelope.area,
        "link": envelope.link,
        "at": envelope.at.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        plain = url.isascii() and url.isprintable() and " " not in url
        fits = plain and parts.scheme in PORTS and parts.hostname and not parts.username
        return parts if fits and parts.port != 0 else None
    except ValueError:
        return None


def _place(parts: SplitResult) -> tuple[str, int]:
    """Where the call goes: a public address, or one in a network the operator has allowed."""
    port = parts.port or PORTS[parts.scheme]
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(_allowed(address) for address in addresses):
        raise Refused(f"{parts.hostname} 在内部网络，没有被允许")
    return str(addresses[0]), port


def _allowed(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    public = address.is_global and not address.is_multicast
    return public or any(address in network for network in settings.WEBHOOK_NETWORKS)


@dataclass
class _Line:
    """A connection with an end: every wait gets what is left of the time."""

    socket: socket.socket
    deadline: float

    def left(self) -> float:
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError(f"对方 {WITHIN:g} 秒内没有答复")
        return seconds

    def send(self, data: bytes) -> None:
        self.socket.settimeout(self.left())
        self.socket.sendall(data)

    def first_line(self) -> bytes:
        found = b""
        while b"\n" not in found and len(found) < ANSWER_AT_MOST:
            self.socket.settimeout(self.left())
            more = self.socket.recv(ANSWER_AT_MOST)
            if not more:
                break
            found += more
        return found.partition(b"\n")[0]


def _call(parts: SplitResult, head: dict[str, str], body: bytes) -> int:
    """The status the other side answers; what else it says is not read."""
    deadline = time.monotonic() + WITHIN
    host, port = _place(parts)
    try:
        with _connected(parts, host, port) as connection:
            line = _Line(connection, deadline)
            line.send(_request(parts, head) + body)
            return _status(line.first_line())
    except TimeoutError as error:
        raise TimeoutError(f"对方 {WITHIN:g} 秒内没有答复") from error


def _connected(parts: SplitResult, host: str, port: int) -> socket.socket:
    connection = socket.create_connection((host, port), timeout=WITHIN)
    if parts.scheme == "http":
        return connection
    return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)


def _request(parts: SplitResult, head: dict[str, str]) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _status(line: bytes) -> int:
    words = line.split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise ConnectionError("对方的答复不是 HTTP")
    return int(words[1])
