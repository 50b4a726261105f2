"""A controller of a gate and of a pump station that does what is written to it, in its own time, over Modbus TCP.

Source: Modbus Messaging on TCP/IP 1.0b, 3.1 (header); Modbus Application Protocol 1.1b3, 6.3, 6.6, 6.12, 7. It needs
nothing but Python: ``python -m chengyun.demo.devices.controller --port 8016 --plan points.toml [--serve]`` writes the
plan for the gateway, and serves it.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack, unpack

GATE, STATION = "ZM-PLC", "BZ-PLC"
OPENING, SET_OPENING, RUNNING, SET_RUNNING, SUMP, FAULTY = range(6)
"""The addresses of its holding registers."""
READ, WRITE_ONE, WRITE_SEVERAL = 0x03, 0x06, 0x10
NO_FUNCTION, NO_ADDRESS, NO_VALUE = 1, 2, 3
ERROR = 0x80
HEADER = 7
PUMPS = 4
SPEED = 4.0
"""How many percent the gate moves in a second."""
STARTS = 2.0
"""Seconds a pump takes to start or stop."""
FILLS, DRAINS = 0.05, 0.04
"""Percent a second by which the sump rises by itself, and by which each pump lowers it."""
LOWEST, HIGHEST = 20.0, 88.0
PLAN = """# 演示城市的可控闸门和泵站：模拟的控制器，./run 每次启动时写这个文件
[[server]]
host = "{host}"
port = {port}
every = 5
register = [
    {{device = "{gate}", point = "opening", address = {opening}, factor = 0.1}},
    {{device = "{station}", point = "running", address = {running}}},
    {{device = "{station}", point = "sump", address = {sump}, factor = 0.1}},
    {{device = "{station}", point = "faulty", address = {faulty}}},
]
write = [
    {{device = "{gate}", point = "opening", address = {set_opening}, low = 0, high = 100, within = 0.5}},
    {{device = "{station}", point = "running", address = {set_running}, choices = {{{choices}}}}},
]
"""
CHOICES = ", ".join(
    f'"{word}" = {n}'
    for n, word in enumerate(["全停", *(f"开 {n} 台" for n in range(1, PUMPS + 1))])
)


def plan(host: str, port: int) -> str:
    """What the gateway has to know of it."""
    return PLAN.format(
        host=host,
        port=port,
        gate=GATE,
        station=STATION,
        choices=CHOICES,
        opening=OPENING,
        running=RUNNING,
        sump=SUMP,
        faulty=FAULTY,
        set_opening=SET_OPENING,
        set_running=SET_RUNNING,
    )


@dataclass
class Plant:
    """Gate, pumps and sump as they stand; ``now`` gives the seconds."""

    now: Callable[[], float] = time.monotonic
    opening: float = 20.0
    wanted: int = 20
    running: float = 1.0
    asked: int = 1
    sump: float = 46.0
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.now()

    def move(self) -> None:
        """Let the time pass since it was looked at last."""
        now = self.now()
        gone, self.at = now - self.at, now
        self.opening = _towards(self.opening, self.wanted, SPEED * gone)
        self.running = _towards(self.running, self.asked, gone / STARTS)
        self.sump += (FILLS - DRAINS * int(self.running)) * gone
        self.sump = min(max(self.sump, LOWEST), HIGHEST)

    def registers(self) -> list[int]:
        """What stands in its holding registers now."""
        self.move()
        tenths = round(self.opening * 10), round(self.sump * 10)
        return [tenths[0], self.wanted, int(self.running), self.asked, tenths[1], 0]

    def set(self, address: int, value: int) -> int:
        """Want something else; the code of what is wrong with it, 0 when it is taken."""
        self.move()
        most = {SET_OPENING: 100, SET_RUNNING: PUMPS}.get(address)
        if most is None:
            return NO_ADDRESS
        if value > most:
            return NO_VALUE
        if address == SET_OPENING:
            self.wanted = value
        else:
            self.asked = value
        return 0


def _towards(value: float, wanted: float, step: float) -> float:
    return min(value + step, wanted) if value < wanted else max(value - step, wanted)


def answered(plant: Plant, request: bytes) -> bytes:
    """The answer to a request, both without their header."""
    function, body = request[0], request[1:]
    if function == READ and len(body) == 4:
        begin, many = unpack(">HH", body)
        found = plant.registers()[begin : begin + many]
        if not many or len(found) < many:
            return _error(function, NO_ADDRESS)
        return pack(f">BB{many}H", READ, 2 * many, *found)
    if function in (WRITE_ONE, WRITE_SEVERAL) and len(body) >= 4:
        written = list(_written(function, body))
        wrong = max((plant.set(*each) for each in written), default=NO_VALUE)
        return _error(function, wrong) if wrong else bytes((function,)) + body[:4]
    return _error(function, NO_FUNCTION)


def _written(function: int, body: bytes) -> Iterator[tuple[int, int]]:
    """Each register with what is written to it."""
    address, value = unpack(">HH", body[:4])
    if function == WRITE_ONE:
        yield address, value
    elif len(body) == 5 + 2 * value:
        for n, each in enumerate(unpack(f">{value}H", body[5:])):
            yield address + n, each


def _error(function: int, code: int) -> bytes:
    return bytes((function | ERROR, code))


async def serve(plant: Plant, host: str, port: int) -> None:
    """Answer whoever asks, until told to stop."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(HEADER)
                number, protocol, length, unit = unpack(">HHHB", head)
                answer = answered(plant, await reader.readexactly(max(length - 1, 1)))
                writer.write(pack(">HHHB", number, protocol, len(answer) + 1, unit) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, host, port)
    await server.serve_forever()


def main() -> None:
    """Write the plan; serve it where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    options.plan.write_text(plan(options.host, options.port), "utf-8")
    if options.serve:
        asyncio.run(serve(Plant(), options.host, options.port))


if __name__ == "__main__":
    main()
