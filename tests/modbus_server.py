"""A Modbus TCP server for tests: ``python -m tests.modbus_server PORT [FILE]``; each block starts at address 0.

Each write that arrives is a line of the file: function code and address. A write to ``NOWHERE`` is answered as by a
gateway that hears nothing of the device behind it. The input register ``COUNTS`` tells how often it was asked.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pymodbus.pdu import ModbusPDU
from pymodbus.server import StartAsyncTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

COILS = [SimData(0, values=[True, False], datatype=DataType.BITS)]
DISCRETE = [SimData(0, values=[False, True], datatype=DataType.BITS)]
HOLDING = [
    SimData(0, values=[655, 65526, 0, 50, 0x41C8, 0, 0, 0x41C8], datatype=DataType.REGISTERS)
]
INPUT = [SimData(0, values=[7, 0], datatype=DataType.REGISTERS)]
WRITES = (5, 6, 15, 16)
NOWHERE, SILENT = 98, 11
READ_INPUT, COUNTS = 4, 1


class Watched:
    """What goes over the line."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.nowhere, self.counting, self.count = path, False, False, 0

    def __call__(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        if sending:
            if self.nowhere:
                pdu.exception_code = SILENT
            if self.counting:
                self.count += 1
                pdu.registers = [self.count]
            return pdu
        writes = pdu.function_code in WRITES
        self.nowhere = writes and pdu.address == NOWHERE
        self.counting = (pdu.function_code, pdu.address) == (READ_INPUT, COUNTS)
        if writes and self.path:
            with self.path.open("a") as file:
                file.write(f"{pdu.function_code} {pdu.address}\n")
        return pdu


async def main() -> None:
    device = SimDevice(1, (COILS, DISCRETE, HOLDING, INPUT))
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    await StartAsyncTcpServer(
        device,
        address=("127.0.0.1", int(sys.argv[1])),
        trace_pdu=Watched(path),
    )


if __name__ == "__main__":
    asyncio.run(main())
