"""A Modbus TCP server for tests: ``python -m tests.modbus_server PORT [FILE]``; each block starts at address 0.

Each write that arrives is a line of the file: function code and address.
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
INPUT = [SimData(0, values=[7], datatype=DataType.REGISTERS)]
WRITES = (5, 6, 15, 16)


def noted(path: Path, pdu: ModbusPDU) -> ModbusPDU:
    """Write down a write."""
    if pdu.function_code in WRITES:
        with path.open("a") as file:
            file.write(f"{pdu.function_code} {pdu.address}\n")
    return pdu


async def main() -> None:
    device = SimDevice(1, (COILS, DISCRETE, HOLDING, INPUT))
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    await StartAsyncTcpServer(
        device,
        address=("127.0.0.1", int(sys.argv[1])),
        trace_pdu=lambda sending, pdu: noted(path, pdu) if path and not sending else pdu,
    )


if __name__ == "__main__":
    asyncio.run(main())
