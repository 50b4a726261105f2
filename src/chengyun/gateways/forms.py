"""In which forms readings come to the HTTP door: what a path and the headers of a request say of its body.

``/readings``: JSON lines, or SenML where the content type says so. ``/write`` and ``/api/v2/write``: lines of InfluxDB,
so that Telegraf and the clients of InfluxDB need only another address. A body may be packed with gzip.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from chengyun.gateways import influx, senml
from chengyun.gateways.parsing import Message, Unreadable
from chengyun.gateways.senml import UnitOf
from chengyun.kernel import clock

READINGS, INFLUX = "/readings", ("/write", "/api/v2/write")
PATHS = (READINGS, *INFLUX)
SENML = "application/senml+json"
PLAIN = ("", "identity")
GZIP = 16 + zlib.MAX_WBITS


class Unwelcome(Exception):
    """A form of body this door does not know; the message is one sentence."""


class TooLong(Exception):
    """A body that is too long when it is unpacked."""


def header(scope: Mapping[str, Any], name: bytes) -> str:
    """One header of a request (ASGI), "" where it is not there."""
    found = (value for key, value in scope["headers"] if key == name)
    return bytes(next(found, b"")).decode("latin-1").strip()


def asked(scope: Mapping[str, Any], name: str) -> str:
    """One value of the query of a request, "" where it is not there."""
    query = parse_qs(bytes(scope["query_string"]).decode("latin-1"))
    return query.get(name, [""])[0]


def unpacked(scope: Mapping[str, Any], body: bytes, longest: int) -> bytes:
    """A body as it was before it was packed. Raises Unwelcome, TooLong, and Unreadable where it is no gzip."""
    packing = header(scope, b"content-encoding").lower()
    if packing in PLAIN:
        return body
    if packing != "gzip":
        raise Unwelcome(f"正文的压缩方式「{packing[:20]}」这里不认识，请用 gzip 或不压缩。")
    unpacking = zlib.decompressobj(GZIP)
    try:
        plain = unpacking.decompress(body, longest + 1)
    except zlib.error as error:
        raise Unreadable("正文写着用 gzip 压缩，却解不开。") from error
    if len(plain) > longest:
        raise TooLong
    if not unpacking.eof:
        raise Unreadable("正文写着用 gzip 压缩，却不完整。")
    return plain


def message_of(scope: Mapping[str, Any], body: bytes, unit_of: UnitOf) -> Message:
    """What a body tells. Raises Unreadable and Unwelcome."""
    if scope["path"] in INFLUX:
        return influx.rows(body, asked(scope, "precision") or "ns", clock.now())
    kind = _kind(scope)
    if kind == SENML:
        return senml.rows(body, clock.now(), unit_of)
    if _is_senml(kind):
        raise Unwelcome(f"SenML 只收 JSON 写的：Content-Type 写 {SENML}。")
    return body


def as_it_is(scope: Mapping[str, Any]) -> bool:
    """Whether a body is a message as it came: JSON lines, not packed."""
    plain = header(scope, b"content-encoding").lower() in PLAIN
    return scope["path"] == READINGS and plain and not _is_senml(_kind(scope))


def _kind(scope: Mapping[str, Any]) -> str:
    return header(scope, b"content-type").partition(";")[0].strip().lower()


def _is_senml(kind: str) -> bool:
    return "senml" in kind or "sensml" in kind
