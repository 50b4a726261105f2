"""A Modbus TCP server for tests: ``python -m tests.modbus_server PORT``; each block starts at address 0."""

from __future__ import annotations

import asyncio
import sys

from pymodbus.server import StartAsyncTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

COILS = [SimData(0, values=[True, False], datatype=DataType.BITS)]
DISCRETE = [SimData(0, values=[False, True], datatype=DataType.BITS)]
HOLDING = [
    SimData(0, values=[655, 65526, 0, 50, 0x41C8, 0, 0, 0x41C8], datatype=DataType.REGISTERS)
]
INPUT = [SimData(0, values=[7], datatype=DataType.REGISTERS)]


async def main() -> None:
    device = SimDevice(1, (COILS, DISCRETE, HOLDING, INPUT))
    await StartAsyncTcpServer(device, address=("127.0.0.1", int(sys.argv[1])))


if __name__ == "__main__":
    asyncio.run(main())
