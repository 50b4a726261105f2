"""Which registers of which controllers are asked, as the city wrote it down in a TOML file.

``[[server]]`` says where a controller is (``host``, ``port``, ``unit``, and ``every`` how many seconds it is asked);
``[[server.register]]`` which point of which device stands in which register, of what type, in which order of words, and
the factor that brings it into the unit of the point.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from chengyun.gateways.parsing import LONGEST, is_finite

TABLES = ("holding", "input", "coil", "discrete")
BITS = ("coil", "discrete")
TYPES = ("int16", "uint16", "int32", "uint32", "float32")
WORDS = ("big", "little")
HIGHEST = 65535
SOONEST, LATEST = 1, 86_400
"""Seconds between two times a controller is asked."""

T = TypeVar("T")


class BadPlan(Exception):
    """The file cannot be used; the message is one sentence that says where and why."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """A point of a device, and where it stands; ``address`` counts from 0, ``words``: which one comes first."""

    device: str
    point: str
    address: int
    table: str = "holding"
    type: str = "uint16"
    words: str = "big"
    factor: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A controller that answers over Modbus TCP; ``unit`` is the number of the one behind it."""

    host: str
    port: int = 502
    unit: int = 1
    every: float = 10.0
    registers: tuple[Register, ...]

    @property
    def name(self) -> str:
        """What it is called where it is counted."""
        return f"{self.host}:{self.port}#{self.unit}"


def read(path: Path) -> tuple[Server, ...]:
    """What is to be asked. Raises BadPlan."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadPlan(f"Modbus 点表 {path} 读不出：{error}。") from error
    servers = told.get("server")
    if told.keys() != {"server"} or not isinstance(servers, list):
        raise BadPlan("Modbus 点表要写成 [[server]]，别的不写。")
    return tuple(_server(f"第 {n} 台", each) for n, each in enumerate(servers, start=1))


def _server(where: str, told: Any) -> Server:
    if not isinstance(told, dict):
        raise BadPlan(f"Modbus 点表{where}要写成 [[server]]。")
    rows = told.get("register")
    if not isinstance(rows, list) or not rows:
        raise BadPlan(f"Modbus 点表{where}没有寄存器（[[server.register]]）。")
    registers = tuple(
        _register(f"{where}第 {n} 个寄存器", each) for n, each in enumerate(rows, start=1)
    )
    rest = {key: value for key, value in told.items() if key != "register"}
    made = _made(Server, where, rest | {"registers": registers})
    _within(where, "port", made.port, 1, HIGHEST)
    _within(where, "unit", made.unit, 0, 255)
    _within(where, "every", made.every, SOONEST, LATEST)
    return made


def _register(where: str, told: Any) -> Register:
    made = _made(Register, where, told if isinstance(told, dict) else {})
    _within(where, "address", made.address, 0, HIGHEST)
    for key, words in (("table", TABLES), ("type", TYPES), ("words", WORDS)):
        if getattr(made, key) not in words:
            raise BadPlan(f"Modbus 点表{where}的 {key} 只能写 {'、'.join(words)}。")
    for key in ("device", "point"):
        if not 0 < len(getattr(made, key)) <= LONGEST:
            raise BadPlan(f"Modbus 点表{where}的 {key} 要写，最多 {LONGEST} 个字符。")
    return made


def _made(kind: type[T], where: str, told: Mapping[str, Any]) -> T:
    """One of a kind, with its keys and no others, each of its type."""
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    needed = {name for name, field in known.items() if field.default is MISSING}
    for name in told.keys() - known.keys():
        raise BadPlan(f"Modbus 点表{where}的「{name}」这里不认识。")
    for name in needed - told.keys():
        raise BadPlan(f"Modbus 点表{where}没有写 {name}。")
    for name, value in told.items():
        if not _fits(value, str(known[name].type)):
            raise BadPlan(f"Modbus 点表{where}的 {name} 写得不对。")
    return kind(**told)


def _fits(value: Any, kind: str) -> bool:
    if kind == "float":
        return type(value) in (int, float) and is_finite(value)
    return kind.startswith("tuple") or type(value).__name__ == kind


def _within(where: str, key: str, value: float, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadPlan(f"Modbus 点表{where}的 {key} 要在 {low} 到 {high} 之间。")
