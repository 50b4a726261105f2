"""Which registers of which controllers are asked, as the city wrote it down in a TOML file.

``[[server]]`` says where a controller is (``host``, ``port``, ``unit``, and ``every`` how many seconds it is asked);
``[[server.register]]`` which point of which device stands in which register, of what type, in which order of words, and
the factor that brings it into the unit of the point. ``[[server.write]]`` is the register by which such a point may be
set, and to what; a point without one is read and never written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from chengyun.gateways.parsing import LONGEST, is_finite

TABLES = ("holding", "input", "coil", "discrete")
BITS = ("coil", "discrete")
TYPES = ("int16", "uint16", "int32", "uint32", "float32")
WRITTEN = ("holding", "coil")
WORDS = ("big", "little")
HIGHEST = 65535
REACH = {
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "float32": (-3e38, 3e38),
    "coil": (0, 1),
}
"""The numbers a register of a type can hold."""
SOONEST, LATEST = 1, 86_400
"""Seconds between two times a controller is asked."""
LONGEST_SETTLE = 3600
MOST_CHOICES, LONGEST_CHOICE = 20, 20

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
class Write(Register):
    """Where a point may be set: from ``low`` to ``high``, or to one of ``choices`` (a word and its number).

    All in the unit of the point. What came of it is read where the plan reads the same point: it may be ``within`` so
    much of what was asked, and take ``settle`` seconds.
    """

    low: float | None = None
    high: float | None = None
    choices: dict[str, float] = field(default_factory=dict)
    within: float = 0.0
    settle: float = 30.0

    def allows(self, value: float) -> bool:
        """Whether the plan lets people set it to that."""
        if self.choices:
            return value in self.choices.values()
        return self.low is not None and self.high is not None and self.low <= value <= self.high

    @property
    def ends(self) -> tuple[float, ...]:
        """The outermost values it may be set to."""
        known = (*self.choices.values(), self.low, self.high)
        return tuple(each for each in known if each is not None)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A controller that answers over Modbus TCP; ``unit`` is the number of the one behind it."""

    host: str
    port: int = 502
    unit: int = 1
    every: float = 10.0
    registers: tuple[Register, ...]
    writes: tuple[Write, ...] = ()

    def read_of(self, write: Write) -> Register:
        """Where the point that is set there is read back; a plan without it is refused."""
        return next(each for each in self.registers if _same(each, write))

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
    found = tuple(_server(f"第 {n} 台", each) for n, each in enumerate(servers, start=1))
    _each_once([write for server in found for write in server.writes])
    return found


def _each_once(writes: list[Write]) -> None:
    places = [(each.device, each.point) for each in writes]
    for device, point in places:
        if places.count((device, point)) > 1:
            raise BadPlan(f"Modbus 点表里 {device} 的 {point} 有几处可写，只能写一处。")


def _same(one: Register, other: Register) -> bool:
    return (one.device, one.point) == (other.device, other.point)


def _server(where: str, told: Any) -> Server:
    if not isinstance(told, dict):
        raise BadPlan(f"Modbus 点表{where}要写成 [[server]]。")
    rows = told.get("register")
    if not isinstance(rows, list) or not rows:
        raise BadPlan(f"Modbus 点表{where}没有寄存器（[[server.register]]）。")
    registers = tuple(
        _register(Register, f"{where}第 {n} 个寄存器", each) for n, each in enumerate(rows, start=1)
    )
    writes = _writes(where, told.get("write", []), registers)
    rest = {key: value for key, value in told.items() if key not in ("register", "write")}
    made = _made(Server, where, rest | {"registers": registers, "writes": writes})
    _within(where, "port", made.port, 1, HIGHEST)
    _within(where, "unit", made.unit, 0, 255)
    _within(where, "every", made.every, SOONEST, LATEST)
    return made


R = TypeVar("R", bound=Register)


def _writes(where: str, rows: Any, registers: tuple[Register, ...]) -> tuple[Write, ...]:
    if not isinstance(rows, list):
        raise BadPlan(f"Modbus 点表{where}的可写点要写成 [[server.write]]。")
    found = []
    for n, each in enumerate(rows, start=1):
        here = f"{where}第 {n} 个可写点"
        found.append(_register(Write, here, each))
        _check_write(here, found[-1], registers)
    return tuple(found)


def _check_write(where: str, write: Write, registers: tuple[Register, ...]) -> None:
    if write.table not in WRITTEN:
        raise BadPlan(f"Modbus 点表{where}的 table 只能写 {'、'.join(WRITTEN)}。")
    if bool(write.choices) == (write.low is not None) or (write.low is None) != (
        write.high is None
    ):
        raise BadPlan(f"Modbus 点表{where}要写 low 和 high，或者只写 choices。")
    if write.low is not None and write.high is not None and write.low >= write.high:
        raise BadPlan(f"Modbus 点表{where}的 low 要比 high 小。")
    _check_choices(where, write)
    _within(where, "settle", write.settle, 1, LONGEST_SETTLE)
    if write.within < 0 or write.factor == 0:
        raise BadPlan(f"Modbus 点表{where}的 within 不能小于 0，factor 不能是 0。")
    low, high = REACH[write.table if write.table in BITS else write.type]
    if not all(low <= each / write.factor <= high for each in write.ends):
        raise BadPlan(f"Modbus 点表{where}的值写不进这样的寄存器。")
    if not any(_same(each, write) for each in registers):
        raise BadPlan(f"Modbus 点表{where}没有读回的地方：同一测点要有 [[server.register]]。")


def _check_choices(where: str, write: Write) -> None:
    values = write.choices.values()
    numbers = all(type(each) in (int, float) and is_finite(each) for each in values)
    words = all(0 < len(word) <= LONGEST_CHOICE for word in write.choices)
    if not numbers or not words or len(write.choices) > MOST_CHOICES:
        raise BadPlan(f"Modbus 点表{where}的 choices 要写成 {{开 = 1, 关 = 0}} 这样。")


def _register(kind: type[R], where: str, told: Any) -> R:
    made = _made(kind, where, told if isinstance(told, dict) else {})
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
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    needed = {
        name
        for name, each in known.items()
        if each.default is MISSING and each.default_factory is MISSING
    }
    for name in told.keys() - known.keys():
        raise BadPlan(f"Modbus 点表{where}的「{name}」这里不认识。")
    for name in needed - told.keys():
        raise BadPlan(f"Modbus 点表{where}没有写 {name}。")
    for name, value in told.items():
        if not _fits(value, str(known[name].type)):
            raise BadPlan(f"Modbus 点表{where}的 {name} 写得不对。")
    return kind(**told)


def _fits(value: Any, kind: str) -> bool:
    if kind.startswith("float"):
        return type(value) in (int, float) and is_finite(value)
    return kind.startswith("tuple") or type(value).__name__ == kind.partition("[")[0]


def _within(where: str, key: str, value: float, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadPlan(f"Modbus 点表{where}的 {key} 要在 {low} 到 {high} 之间。")
