"""Ten thousand vehicle terminals on as many connections; frames as JT/T 808-2013 has them."""

import asyncio
import time
from datetime import datetime, timedelta, timezone

from tools.start import LOCAL

TERMINALS, EVERY, TURNS, AT_ONCE = 10_000, 5.0, 12, 200
CHINA = timezone(timedelta(hours=8))


def phone(n: int) -> str:
    """The number of a terminal as it writes it."""
    return f"0139{n:08d}"


def frame(msg_id: int, body: bytes, number: int, serial: int) -> bytes:
    """A whole frame, with check byte, escapes and marks."""
    head = msg_id.to_bytes(2) + len(body).to_bytes(2) + bytes.fromhex(phone(number))
    message, check = head + (serial % 65536).to_bytes(2) + body, 0
    for byte in message:
        check ^= byte
    whole = message + bytes((check,))
    return b"\x7e" + whole.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


def position(at: datetime) -> bytes:
    """0200, without additional items."""
    fixed = (0).to_bytes(4) + (3).to_bytes(4) + (36_450_000).to_bytes(4) + (115_980_000).to_bytes(4)
    moving = (31).to_bytes(2) + (360).to_bytes(2) + (90).to_bytes(2)
    return fixed + moving + bytes.fromhex(f"{at:%y%m%d%H%M%S}")


async def drive(port: int) -> int:
    """How many positions were answered with success."""
    gate = asyncio.Semaphore(AT_ONCE)
    lines = await asyncio.gather(*(_enter(port, n, gate) for n in range(TERMINALS)))
    answered, begin = 0, time.monotonic()
    for turn in range(TURNS):
        at = datetime.now(CHINA)
        await asyncio.sleep(max(0.0, begin + turn * EVERY - time.monotonic()))
        told = await asyncio.gather(*(_tell(n, turn, at, *line) for n, line in enumerate(lines)))
        answered += sum(told)
    for _, writer in lines:
        writer.close()
    return answered


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _enter(port: int, n: int, gate: asyncio.Semaphore) -> Line:
    async with gate:
        reader, writer = await asyncio.open_connection(LOCAL, port)
        body = bytes(4) + b"BENCH" + bytes(20) + b"0000001" + b"\x02" + b"plate"
        writer.write(frame(0x0100, body, n, 1))
        answer = await _answer(reader)
        writer.write(frame(0x0102, answer[16:-2], n, 2))
        await _answer(reader)
        return reader, writer


async def _tell(
    n: int, turn: int, at: datetime, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    writer.write(frame(0x0200, position(at), n, turn + 3))
    return (await _answer(reader))[-3] == 0


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """A frame with its marks; the codes hold nothing that is escaped but the head may."""
    await reader.readexactly(1)
    inside = await reader.readuntil(b"\x7e")
    return b"\x7e" + inside.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
