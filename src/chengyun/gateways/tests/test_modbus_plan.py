"""What a city writes down about its controllers is read, or refused with one sentence that says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengyun.gateways.modbus_plan import BadPlan, Register, Server, Write, read

GOOD = """
[[server]]
host = "10.1.2.3"
every = 5

[[server.register]]
device = "BZ-001"
point = "sump"
address = 0
factor = 0.1

[[server.register]]
device = "BZ-001"
point = "running"
address = 2
table = "input"
type = "int32"
words = "little"

[[server]]
host = "plc.example"
port = 1502
unit = 17
register = [{device = "ZM-001", point = "opening", table = "coil", address = 9}]

[[server.write]]
device = "ZM-001"
point = "opening"
table = "coil"
address = 12
choices = {"开" = 1, "关" = 0}
settle = 60
"""
WRITE = """
[[server]]
host = "10.1.2.3"
register = [{device = "ZM-001", point = "opening", address = 9}]

[[server.write]]
device = "ZM-001"
point = "opening"
address = 12
factor = 0.1
low = 0
high = 100
within = 0.5
"""


def plan(folder: Path, text: str) -> tuple[Server, ...]:
    path = folder / "points.toml"
    path.write_text(text, "utf-8")
    return read(path)


def test_a_plan_names_controllers_and_their_registers(tmp_path: Path) -> None:
    first, second = plan(tmp_path, GOOD)
    assert (first.name, first.every, second.name) == ("10.1.2.3:502#1", 5, "plc.example:1502#17")
    assert first.registers == (
        Register(device="BZ-001", point="sump", address=0, factor=0.1),
        Register(
            device="BZ-001",
            point="running",
            address=2,
            table="input",
            type="int32",
            words="little",
        ),
    )
    assert second.registers[0].table == "coil"
    assert first.writes == ()
    assert second.writes == (
        Write(
            device="ZM-001",
            point="opening",
            table="coil",
            address=12,
            choices={"开": 1, "关": 0},
            settle=60,
        ),
    )
    assert second.read_of(second.writes[0]).address == 9


def test_a_write_allows_what_stands_there(tmp_path: Path) -> None:
    (ranged,), (worded,) = plan(tmp_path, WRITE)[0].writes, plan(tmp_path, GOOD)[1].writes
    assert [ranged.allows(each) for each in (0, 55.5, 100, -0.1, 100.1)] == [True] * 3 + [False] * 2
    assert [worded.allows(each) for each in (0, 1, 0.5)] == [True, True, False]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("address = 12", 'address = 12\ntable = "input"', "可写点的 table 只能写 holding、coil"),
        ("low = 0\n", "", "要写 low 和 high，或者只写 choices"),
        ("high = 100", "high = 100\nchoices = {a = 1}", "要写 low 和 high，或者只写 choices"),
        ("low = 0\nhigh = 100", "", "要写 low 和 high，或者只写 choices"),
        ("low = 0\nhigh = 100", "choices = {a = true}", "choices 要写成"),
        ("low = 0\nhigh = 100", 'choices = {"" = 1}', "choices 要写成"),
        ("low = 0", "low = 100", "low 要比 high 小"),
        ("low = 0", "low = -1", "写不进这样的寄存器"),
        ("high = 100", "high = 7000", "写不进这样的寄存器"),
        ("within = 0.5", "within = -1", "within 不能小于 0"),
        ("factor = 0.1", "factor = 0", "factor 不能是 0"),
        ("within = 0.5", "settle = 0", "settle 要在 1 到 3600"),
        ("within = 0.5", "pulse = 1", "「pulse」这里不认识"),
        ('point = "opening", address = 9', 'point = "level", address = 9', "没有读回的地方"),
        ("[[server.write]]", "[server.write]", "要写成 \\[\\[server.write"),
    ],
)
def test_a_write_that_cannot_be_is_said(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in WRITE
    with pytest.raises(BadPlan, match=sentence):
        plan(tmp_path, WRITE.replace(old, new, 1))


def test_a_point_is_written_in_one_place(tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match="ZM-001 的 opening 有几处可写"):
        plan(tmp_path, WRITE + WRITE)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[[server]]", "[server", "读不出"),
        ("[[server]]", "more = 1\n[[server]]", "要写成 \\[\\[server\\]\\]"),
        ('host = "10.1.2.3"', "", "第 1 台没有写 host"),
        ('host = "10.1.2.3"', "host = 5", "第 1 台的 host 写得不对"),
        ("every = 5", "every = 0", "第 1 台的 every 要在 1 到"),
        ("every = 5", "every = inf", "第 1 台的 every 写得不对"),
        ("every = 5", "evry = 5", "第 1 台的「evry」这里不认识"),
        ("port = 1502", "port = true", "第 2 台的 port 写得不对"),
        ("port = 1502", "port = 70000", "第 2 台的 port 要在 1 到 65535"),
        ("unit = 17", "unit = 256", "第 2 台的 unit 要在 0 到 255"),
        ("register = [{", "register = [] #", "第 2 台没有寄存器"),
        ("register = [{", "register = [5, {", "第 2 台第 1 个寄存器没有写"),
        ('device = "BZ-001"\n', "", "第 1 台第 1 个寄存器没有写 device"),
        ('point = "sump"', 'point = ""', "第 1 台第 1 个寄存器的 point 要写"),
        ("address = 0", "address = -1", "第 1 台第 1 个寄存器的 address 要在 0"),
        ("address = 0", "address = 0.5", "第 1 台第 1 个寄存器的 address 写得不对"),
        ('table = "input"', 'table = "output"', "第 1 台第 2 个寄存器的 table 只能写"),
        ('type = "int32"', 'type = "int64"', "第 1 台第 2 个寄存器的 type 只能写"),
        ('words = "little"', 'words = "odd"', "第 1 台第 2 个寄存器的 words 只能写"),
        ("factor = 0.1", 'factor = "0.1"', "第 1 台第 1 个寄存器的 factor 写得不对"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in GOOD
    with pytest.raises(BadPlan, match=sentence):
        plan(tmp_path, GOOD.replace(old, new, 1))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match="读不出"):
        read(tmp_path / "nowhere.toml")
