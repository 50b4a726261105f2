"""Controllers of pumps and gates are asked over Modbus TCP what stands in their registers.

Who does not answer is asked again in the next round; what was not asked for while the gateway was away is not there.
Nothing is written here but by ``modbus_writing.py``.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Literal

from pymodbus import ModbusException
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu import ModbusPDU

from chengyun.gateways.faults import Fault
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.modbus_plan import BITS, Register, Server, Write
from chengyun.gateways.talk import Heard, Said, as_rows
from chengyun.kernel import clock

log = logging.getLogger(__name__)
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what it would say is counted and kept

DOOR = "modbus"
WITHIN = 3.0
"""Seconds for an answer."""
NOT_DONE = (1, 2, 3, 6, 10)
"""Exceptions after which nothing was done: no such function, address or value, busy, no way there. After others (failed
meanwhile, takes long, the device behind a gateway is silent) nobody knows."""
WORDS = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2}
"""Registers of 16 bits a value takes."""


class Modbus:
    """All controllers of a plan, each asked by a task of its own: a slow one holds up nobody else."""

    def __init__(self, servers: Iterable[Server], intake: Intake, ledger: Ledger) -> None:
        self.controllers = [Controller(server, intake, ledger) for server in servers]
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> int:
        """How many there is a line to."""
        return sum(each.client.connected for each in self.controllers)

    def begin(self) -> None:
        """Ask from now on."""
        loop = asyncio.get_running_loop()
        self.tasks = [loop.create_task(each.run()) for each in self.controllers]

    async def close(self) -> None:
        """Ask nothing more."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for each in self.controllers:
            each.client.close()


class Unanswered(Exception):
    """A controller said nothing, or there is no line to it."""


class Controller:
    """One controller; one question at a time goes over its line."""

    def __init__(self, server: Server, intake: Intake, ledger: Ledger) -> None:
        self.server, self.intake, self.ledger = server, intake, ledger
        self.client = AsyncModbusTcpClient(
            server.host, port=server.port, timeout=WITHIN, retries=0, reconnect_delay=0
        )
        self.connecting = asyncio.Lock()

    async def run(self) -> None:
        """Ask, round after round."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._round()
            except Exception:
                log.exception("a round of %s came to nothing", self.server.name)
            await asyncio.sleep(max(0.0, self.server.every - (loop.time() - began)))

    async def _round(self) -> None:
        if not await self._connected():
            self._fault(Fault("no_line", "连不上。"))
            return
        heard = [each for row in self.server.registers if (each := await self._heard(row))]
        if not heard:
            return
        self.ledger.heard(DOOR, self.server.name)
        with suppress(Refused):  # the wall says why
            await self.intake.take(as_rows(heard), None)

    async def _connected(self) -> bool:
        async with self.connecting:
            return self.client.connected or await self.client.connect()

    async def _heard(self, register: Register) -> Heard | None:
        try:
            return read_at(register, await self.read(register))
        except Unanswered as error:
            self._fault(Fault("no_answer", str(error)))
        except Fault as fault:
            self._fault(fault)
        return None

    async def read(self, register: Register) -> float:
        """What stands there now, in the unit of the point. Raises Unanswered, and Fault when it is no value."""
        ask = {
            "holding": self.client.read_holding_registers,
            "input": self.client.read_input_registers,
            "coil": self.client.read_coils,
            "discrete": self.client.read_discrete_inputs,
        }[register.table]
        many = 1 if register.table in BITS else WORDS[register.type]
        answer = await self._answer(
            f"读 {place_of(register)}",
            lambda: ask(register.address, count=many, device_id=self.server.unit),
        )
        return _value(register, answer) * register.factor

    async def write(self, write: Write, value: float) -> None:
        """Write it, once. Raises Unanswered when nobody knows whether it was done, Fault when it was not."""
        raw, unit = value / write.factor, self.server.unit
        answer = await self._answer(
            f"写 {place_of(write)}",
            lambda: (
                self.client.write_coil(write.address, bool(round(raw)), device_id=unit)
                if write.table in BITS
                else self._write_words(write, _words(write, raw))
            ),
        )
        if answer.isError():
            code = getattr(answer, "exception_code", "")
            if code not in NOT_DONE:
                raise Unanswered(f"写 {place_of(write)} 没有结果：异常码 {code}")
            raise Fault("refused", f"控制器不收 {place_of(write)}：异常码 {code}。")

    def _write_words(self, write: Write, words: list[int]) -> Awaitable[ModbusPDU]:
        """One register by the function every controller has, several by the one that takes them together."""
        unit = self.server.unit
        if len(words) == 1:
            return self.client.write_register(write.address, words[0], device_id=unit)
        return self.client.write_registers(write.address, words, device_id=unit)

    async def _answer(self, doing: str, ask: Callable[[], Awaitable[ModbusPDU]]) -> ModbusPDU:
        if not await self._connected():
            raise Unanswered(f"{doing}：连不上。")
        try:
            return await ask()
        except ModbusException as error:
            raise Unanswered(f"{doing} 没有应答：{error}") from error

    def _fault(self, fault: Fault) -> None:
        self.ledger.fault(DOOR, self.server.name, fault, b"")


def read_at(register: Register, value: float) -> Heard:
    """What was read there just now."""
    said = Said(point=register.point, at=clock.now(), value=value)
    return Heard(device=register.device, said=(said,))


def _words(write: Write, raw: float) -> list[int]:
    """A value as the registers hold it; whole numbers unless they hold others."""
    kind = AsyncModbusTcpClient.DATATYPE[write.type.upper()]
    number = raw if write.type == "float32" else round(raw)
    order: Literal["big", "little"] = "big" if write.words == "big" else "little"
    return AsyncModbusTcpClient.convert_to_registers(number, kind, order)


def _value(register: Register, answer: ModbusPDU) -> float:
    if answer.isError():
        code = getattr(answer, "exception_code", "")
        raise Fault("refused", f"控制器不给 {place_of(register)}：异常码 {code}。")
    if register.table in BITS:
        return float(answer.bits[0])
    kind = AsyncModbusTcpClient.DATATYPE[register.type.upper()]
    told = AsyncModbusTcpClient.convert_from_registers(
        answer.registers, kind, "big" if register.words == "big" else "little"
    )
    if not isinstance(told, int | float) or not math.isfinite(told):
        raise Fault("no_value", f"{place_of(register)} 里不是一个数。")
    return float(told)


def place_of(register: Register) -> str:
    """holding 12."""
    return f"{register.table} {register.address}"
