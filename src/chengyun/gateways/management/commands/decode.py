"""``chengyun decode jt808|hj212|sl651|cjt188``: frames from standard input, one JSON object each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandParser

from chengyun.gateways import cjt188, hj212, jt808, sl651
from chengyun.gateways.faults import Fault

PIECE = 64 * 1024


@dataclass(frozen=True)
class Protocol:
    """How a protocol is cut and read; ``textual``: its frames are written as text and not in hexadecimal."""

    frames: Callable[[bytes], tuple[list[bytes], bytes]]
    decode: Callable[..., dict[str, Any]]
    textual: bool = False


PROTOCOLS = {
    "jt808": Protocol(jt808.frames, jt808.decode),
    "hj212": Protocol(hj212.frames, hj212.decode, textual=True),
    "sl651": Protocol(sl651.frames, sl651.decode, textual=True),
    "cjt188": Protocol(cjt188.frames, cjt188.decode),
}


class Command(BaseCommand):
    help = "解读设备报文：标准输入每行一帧（十六进制，HJ 212 为文本），每帧输出一行 JSON。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("protocol", choices=PROTOCOLS)
        parser.add_argument("--stream", action="store_true", help="输入是套接字里的原始字节")
        parser.add_argument("--tolerant", action="store_true", help="校验不对也往下读")

    def handle(self, *args: Any, **options: Any) -> None:
        protocol = PROTOCOLS[options["protocol"]]
        read = _streamed if options["stream"] else _lines
        for frame in read(sys.stdin.buffer, protocol):
            told = _told(frame, protocol, strict=not options["tolerant"])
            self.stdout.write(json.dumps(told, ensure_ascii=False))


def _told(frame: bytes | Fault, protocol: Protocol, *, strict: bool) -> dict[str, Any]:
    try:
        if isinstance(frame, Fault):
            raise frame
        return protocol.decode(frame, strict=strict)
    except Fault as fault:
        return {"error": fault.word, "message": fault.sentence}


def _lines(source: BinaryIO, protocol: Protocol) -> Iterator[bytes | Fault]:
    for line in source:
        if line.strip():
            yield _frame(line.strip(), protocol)


def _frame(line: bytes, protocol: Protocol) -> bytes | Fault:
    """A line of hexadecimal digits, spaces allowed; or the text of a frame, as it is or from UTF-8."""
    try:
        return bytes.fromhex(line.decode("ascii"))
    except ValueError:
        if protocol.textual:
            return _gbk(line)
        return Fault("not_hex", "这一行不是十六进制。")


def _gbk(line: bytes) -> bytes:
    try:
        return line.decode().encode("gbk")
    except ValueError:
        return line


def _streamed(source: BinaryIO, protocol: Protocol) -> Iterator[bytes]:
    rest = b""
    while piece := source.read(PIECE):
        found, rest = protocol.frames(rest + piece)
        yield from found
