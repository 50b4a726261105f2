"""Controllers of pumps and gates are asked over Modbus TCP what stands in their registers; nothing is written there.

Who does not answer is asked again in the next round; what was not asked for while the gateway was away is not there.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterable
from contextlib import suppress

from pymodbus import ModbusException
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu import ModbusPDU

from chengyun.gateways.faults import Fault
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.modbus_plan import BITS, Register, Server
from chengyun.gateways.talk import Heard, Said, as_rows
from chengyun.kernel import clock

log = logging.getLogger(__name__)
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what it would say is counted and kept

DOOR = "modbus"
WITHIN = 3.0
"""Seconds for an answer."""
WORDS = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2}
"""Registers of 16 bits a value takes."""


class Modbus:
    """All controllers of a plan, each asked by a task of its own: a slow one holds up nobody else."""

    def __init__(self, servers: Iterable[Server], intake: Intake, ledger: Ledger) -> None:
        self.asked = [_Asked(server, intake, ledger) for server in servers]
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> int:
        """How many there is a line to."""
        return sum(each.client.connected for each in self.asked)

    def begin(self) -> None:
        """Ask from now on."""
        loop = asyncio.get_running_loop()
        self.tasks = [loop.create_task(each.run()) for each in self.asked]

    async def close(self) -> None:
        """Ask nothing more."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for each in self.asked:
            each.client.close()


class _Asked:
    """One controller."""

    def __init__(self, server: Server, intake: Intake, ledger: Ledger) -> None:
        self.server, self.intake, self.ledger = server, intake, ledger
        self.client = AsyncModbusTcpClient(
            server.host, port=server.port, timeout=WITHIN, retries=0, reconnect_delay=0
        )

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
        if not self.client.connected and not await self.client.connect():
            self._fault(Fault("no_line", "连不上。"))
            return
        heard = [each for row in self.server.registers if (each := await self._heard(row))]
        if not heard:
            return
        self.ledger.heard(DOOR, self.server.name)
        with suppress(Refused):  # the wall says why
            await self.intake.take(as_rows(heard), None)

    async def _heard(self, register: Register) -> Heard | None:
        try:
            value = _value(register, await self._answer(register)) * register.factor
        except ModbusException as error:
            self._fault(Fault("no_answer", f"读 {_place(register)} 没有应答：{error}"))
        except Fault as fault:
            self._fault(fault)
        else:
            said = Said(point=register.point, at=clock.now(), value=value)
            return Heard(device=register.device, said=(said,))
        return None

    async def _answer(self, register: Register) -> ModbusPDU:
        read = {
            "holding": self.client.read_holding_registers,
            "input": self.client.read_input_registers,
            "coil": self.client.read_coils,
            "discrete": self.client.read_discrete_inputs,
        }[register.table]
        many = 1 if register.table in BITS else WORDS[register.type]
        return await read(register.address, count=many, device_id=self.server.unit)

    def _fault(self, fault: Fault) -> None:
        self.ledger.fault(DOOR, self.server.name, fault, b"")


def _value(register: Register, answer: ModbusPDU) -> float:
    if answer.isError():
        code = getattr(answer, "exception_code", "")
        raise Fault("refused", f"控制器不给 {_place(register)}：异常码 {code}。")
    if register.table in BITS:
        return float(answer.bits[0])
    kind = AsyncModbusTcpClient.DATATYPE[register.type.upper()]
    told = AsyncModbusTcpClient.convert_from_registers(
        answer.registers, kind, "big" if register.words == "big" else "little"
    )
    if not isinstance(told, int | float) or not math.isfinite(told):
        raise Fault("no_value", f"{_place(register)} 里不是一个数。")
    return float(told)


def _place(register: Register) -> str:
    return f"{register.table} {register.address}"
