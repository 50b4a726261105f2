"""What simulated devices send: byte for byte what real ones sent, and read back by the command that decodes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from django.core.management import call_command

from chengyun.demo.devices import hj212, jt808, sl651
from chengyun.demo.devices.hj212 import Monitor
from chengyun.demo.devices.jt808 import Position, Registration, Terminal, item
from chengyun.demo.devices.sl651 import Element, Station, number, series

Row = dict[str, Any]
MESSAGES = (jt808.REGISTER, jt808.IDENTIFY, jt808.HEARTBEAT, jt808.POSITION, jt808.BATCH)
COMMANDS = ("2011", "2051", "2061", "2031")
FUNCTIONS = ("32", "33", "34")
BITS = "status_alarm"
"""The element whose bytes are no decimals."""
UNLIKE = {
    "jt808-0499": "a registration of the edition of 2011",
    "jt808-0599": "a registration of the edition of 2011",
    "jt808-0569": "an item that is cut off",
    "jt808-0570": "an item that is cut off",
    "hj212-0077": "`;&&` at the end, and a flag that promises numbers of packets",
}
"""Real frames no device of ours sends, and why."""


def rows(data: Path, protocol: str) -> Iterator[Row]:
    """The whole, sound frames of a protocol."""
    with (data / "protocol_vectors" / f"{protocol}.jsonl").open(encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    return (row for row in found if row.get("valid") and row["kind"] == "frame")


def beijing(digits: str) -> datetime:
    """A moment in digits, the year in two or four of them."""
    layout = "%Y%m%d%H%M%S" if len(digits) == 14 else "%y%m%d%H%M%S"[: len(digits)]
    return datetime.strptime(digits, layout).replace(tzinfo=jt808.BEIJING)


def place_of(told: Row) -> Position:
    return Position(
        at=beijing(told["time_bcd"]),
        latitude=told["latitude_e6"] / 1e6,
        longitude=told["longitude_e6"] / 1e6,
        altitude=told["altitude_m"],
        speed=told["speed_tenth_kmh"],
        direction=told["direction_deg"],
        alarm=told["alarm_flag"],
        state=told["status_flag"],
        items=tuple((each["id"], bytes.fromhex(each["hex"])) for each in told.get("extras", ())),
    )


def registered(told: Row) -> Registration:
    renamed = {"maker_id": "maker", "terminal_id": "terminal", "plate_color": "colour"}
    return Registration(**{renamed.get(name, name): value for name, value in told.items()})


def of_terminal(told: Row) -> bytes:
    """The message of a terminal with the fields a real one had."""
    edition: Literal[2013, 2019] = 2019 if told["version_flag"] else 2013
    terminal = Terminal(phone=told["phone_bcd"], edition=edition)
    serial, body = told["serial"], told["body"]
    if told["msg_id"] == jt808.REGISTER:
        return terminal.register(registered(body), serial)
    if told["msg_id"] == jt808.IDENTIFY:
        numbers = {"imei": body.get("imei", ""), "software": body.get("software_version", "")}
        return terminal.identify(body["auth_code"], serial, **numbers)
    if told["msg_id"] == jt808.POSITION:
        return terminal.position(place_of(body), serial)
    if told["msg_id"] == jt808.BATCH:
        places = [place_of(each) for each in body["items"]]
        return terminal.batch(places, serial, late=bool(body["batch_type"]))
    return terminal.heartbeat(serial)


@pytest.mark.data
def test_terminals_send_what_real_ones_sent(data: Path) -> None:
    found = {
        row["id"]: of_terminal(row["expected"]).hex() == row["hex"]
        for row in rows(data, "jt808")
        if row["expected"]["msg_id"] in MESSAGES and "body" in row["expected"]
    }
    assert len(found) > 30
    assert {name for name, same in found.items() if not same} <= UNLIKE.keys()


def of_monitor(told: Row) -> bytes:
    head, measured = told["head"], dict[str, dict[str, str]]()
    for group in told["cp"][1:]:
        for name, text in group.items():
            code, _, field = name.partition("-")
            measured.setdefault(code, {})[field] = text
    at, (day, thousandths) = told["cp"][0]["DataTime"], (head["QN"][:14], head["QN"][14:])
    monitor = Monitor(
        number=head["MN"], system=head["ST"], password=head["PW"], flag=int(head["Flag"])
    )
    sent = beijing(day).replace(microsecond=int(thousandths) * 1000)
    return monitor.data(int(head["CN"]), measured, at=beijing(at), sent=sent)


@pytest.mark.data
def test_monitors_send_what_real_ones_sent(data: Path) -> None:
    """Where the edition is that of 2017; some write their CRC in small letters."""
    found = {
        row["id"]: of_monitor(row["expected"]).decode("gbk").strip().lower()
        == row["text"].strip().lower()
        for row in rows(data, "hj212")
        if row["expected"]["head"]["CN"] in COMMANDS
        and {"QN", "Flag"} <= row["expected"]["head"].keys()
        and row["expected"]["cp"]
    }
    assert len(found) > 10
    assert {name for name, same in found.items() if not same} <= UNLIKE.keys()


def element_of(told: Row) -> Element:
    """A known quantity by its value, another by its bytes."""
    if told["id"] == sl651.RAIN_IN_HOUR:
        return series(told["id"], told["values"], width=1, parts=10)
    if told["id"] == sl651.STAGE_IN_HOUR:
        return series(told["id"], told["values"], width=2, parts=100)
    data, definition = bytes.fromhex(told["hex"]), int(told["def"], 16)
    if "value" in told and told.get("name", BITS) != BITS:
        digits = 2 * (len(data) - (told["value"] < 0))
        return number(told["id"], told["value"], digits=digits, decimals=definition & 7)
    return Element(code=told["id"], definition=definition, data=data)


def of_station(told: Row) -> bytes:
    station = Station(
        address=told["station"],
        kind=told["station_class"],
        center=told["center"],
        password=told["password"],
    )
    return station.report(
        int(told["func"], 16),
        [element_of(each) for each in told["elements"]],
        serial=int(told["serial"], 16),
        at=beijing(told["obs_time"]),
        sent=beijing(told["send_time"]),
    )


@pytest.mark.data
def test_stations_send_what_real_ones_sent(data: Path) -> None:
    found = {
        row["id"]: of_station(row["expected"]).hex() == row["hex"]
        for row in rows(data, "sl651")
        if row["expected"]["func"] in FUNCTIONS and "elements" in row["expected"]
    }
    assert len(found) > 10
    assert {name for name, same in found.items() if not same} <= UNLIKE.keys()


# Frames assembled by hand from the tables of the standards.
CAR = Registration(
    province=37,
    city=1500,
    maker="CY001",
    model="T1",
    terminal="0000007",
    colour=2,
    plate="鲁P12345",
)
WHERE = Position(
    at=beijing("260722104100"),
    latitude=36.4567,
    longitude=115.9854,
    altitude=32,
    speed=420,
    direction=90,
    items=(
        item(jt808.MILEAGE, 12345),
        item(jt808.SPEED, 420),
        item(jt808.SIGNAL, 31),
        item(jt808.SATELLITES, 12),
    ),
)
PLACE = "0000000000000003022c48fc06e9cbf8002001a4005a260722104100010400003039030201a430011f31010c"
OLD, NEW = Terminal(phone="13800138000", edition=2013), Terminal(phone="13800138000")
TERMINALS = {
    "register 2013": (
        OLD.register(CAR, 1),
        "7e0100002d0138001380000001002505dc4359303031543100000000000000000000000000000000000030303030"
        "30303702c2b3503132333435107e",
    ),
    "register 2019": (
        NEW.register(CAR, 1),
        "7e0100405401000000000138001380000001002505dc435930303100000000000054310000000000000000000000"
        "000000000000000000000000000000000030303030303037000000000000000000000000000000000000000000000002"
        "c2b3503132333435287e",
    ),
    "identify 2013": (OLD.identify("A1B2", 2), "7e01020004013800138000000241314232af7e"),
    "identify 2019": (
        NEW.identify("A1B2", 2, imei="861234567890123", software="V1.0"),
        "7e0102402801000000000138001380000002044131423238363132333435363738393031323356312e30000000"
        "00000000000000000000000000807e",
    ),
    "heartbeat 2013": (OLD.heartbeat(3), "7e000200000138001380000003ab7e"),
    "heartbeat 2019": (NEW.heartbeat(3), "7e0002400001000000000138001380000003ea7e"),
    "position 2013, escaped": (
        OLD.position(WHERE, 0x7D),
        f"7e0200002c013800138000007d01{PLACE}8b7e",
    ),
    "position 2019, escaped": (
        NEW.position(WHERE, 0x7E),
        f"7e0200402c0100000000013800138000007d02{PLACE}c97e",
    ),
    "batch 2013": (
        OLD.batch([WHERE], 5, late=False),
        f"7e070400310138001380000005000100002c{PLACE}c27e",
    ),
    "batch 2019": (
        NEW.batch([WHERE, WHERE], 5),
        f"7e0704405f01000000000138001380000005000201002c{PLACE}002c{PLACE}b17e",
    ),
}
DUST = Monitor(number="CYDEMO0000000000000001", system="39")
NOW = {"a34004": {"Rtd": "35.2", "Flag": "N"}, "LA": {"Rtd": "58.1", "Flag": "N"}}
SINCE = {"a34004": {"Min": "30.1", "Avg": "35.2", "Max": "41.0", "Flag": "N"}}
PERIOD = "a34004-Min=30.1,a34004-Avg=35.2,a34004-Max=41.0,a34004-Flag=N"


def told_by_monitor(command: int, at: str, sent: str, measured: hj212.Measured = SINCE) -> bytes:
    moment = beijing(sent).replace(microsecond=7000)
    return DUST.data(command, measured, at=beijing(at), sent=moment)


def written(length: str, sent: str, command: int, at: str, said: str, crc: str) -> bytes:
    return (
        f"##{length}QN={sent}007;ST=39;CN={command};PW=123456;MN=CYDEMO0000000000000001;Flag=5;"
        f"CP=&&DataTime={at};{said}&&{crc}\r\n"
    ).encode()


MONITORS = {
    "realtime": (
        told_by_monitor(2011, "20260722104100", "20260722104101", NOW),
        written(
            "0160",
            "20260722104101",
            2011,
            "20260722104100",
            "a34004-Rtd=35.2,a34004-Flag=N;LA-Rtd=58.1,LA-Flag=N",
            "BB01",
        ),
    ),
    "minutes": (
        told_by_monitor(2051, "20260722104000", "20260722105001"),
        written("0170", "20260722105001", 2051, "20260722104000", PERIOD, "EE01"),
    ),
    "hour": (
        told_by_monitor(2061, "20260722100000", "20260722110001"),
        written("0170", "20260722110001", 2061, "20260722100000", PERIOD, "56C0"),
    ),
    "day": (
        told_by_monitor(2031, "20260722000000", "20260723000001"),
        written("0170", "20260723000001", 2031, "20260722000000", PERIOD, "5500"),
    ),
}
RIVER = Station(address="0037150201", kind="48")


def told_by_station(function: int, serial: int, *elements: Element) -> bytes:
    at = beijing("260722104105")
    return RIVER.report(function, elements, serial=serial, at=at, sent=at)


STATIONS = {
    "timed": (
        told_by_station(
            sl651.TIMED,
            1,
            number(sl651.RAIN_NOW, 12.5, digits=6, decimals=1),
            number(sl651.STAGE, 31.25, digits=8, decimals=3),
            number(sl651.VOLTAGE, 12.3, digits=4, decimals=2),
        ),
        "7e7e0100371502011234320026020001260722104105f1f1003715020148f0f02607221041201900012539230003"
        "125038121230030bcd",
    ),
    "added, below zero": (
        told_by_station(
            sl651.ADDED,
            2,
            number(sl651.RAIN_TOTAL, 41.5, digits=6, decimals=1),
            number(sl651.STAGE, -1.72, digits=4, decimals=2),
        ),
        "7e7e0100371502011234330021020002260722104105f1f1003715020148f0f026072210412619000415391aff0172"
        "03c297",
    ),
    "hourly, one value missing": (
        told_by_station(
            sl651.HOURLY,
            3,
            series(sl651.RAIN_IN_HOUR, [*(n / 10 for n in range(1, 12)), None], width=1, parts=10),
            number(sl651.RAIN_HOUR, 6.6, digits=6, decimals=1),
            series(sl651.STAGE_IN_HOUR, [31.25] * 11 + [None], width=2, parts=100),
        ),
        "7e7e0100371502011234340044020003260722104105f1f1003715020148f0f02607221041f460010203040506070809"
        "0a0bff1a19000066f5c00c350c350c350c350c350c350c350c350c350c350c35ffff034cf3",
    ),
}


@pytest.mark.parametrize("name", TERMINALS)
def test_a_terminal_sends_what_the_tables_say(name: str) -> None:
    frame, by_hand = TERMINALS[name]
    assert frame.hex() == by_hand


@pytest.mark.parametrize("name", MONITORS)
def test_a_monitor_sends_what_the_tables_say(name: str) -> None:
    frame, by_hand = MONITORS[name]
    assert frame == by_hand


@pytest.mark.parametrize("name", STATIONS)
def test_a_station_sends_what_the_tables_say(name: str) -> None:
    frame, by_hand = STATIONS[name]
    assert frame.hex() == by_hand


def decoded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], protocol: str, frame: bytes
) -> Row:
    """What ``chengyun decode`` says of a frame that comes as a stream."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(frame)))
    call_command("decode", protocol, "--stream")
    told: Row = json.loads(capsys.readouterr().out)
    return told


def test_the_command_reads_terminals_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for frame, _ in TERMINALS.values():
        told = decoded(monkeypatch, capsys, "jt808", frame)
        assert of_terminal(told) == frame
        assert told["phone_bcd"].endswith("13800138000")


def test_the_command_reads_monitors_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for frame, _ in MONITORS.values():
        assert of_monitor(decoded(monkeypatch, capsys, "hj212", frame)) == frame


def test_the_command_reads_stations_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for frame, _ in STATIONS.values():
        assert of_station(decoded(monkeypatch, capsys, "sl651", frame)) == frame


def test_a_body_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(ValueError, match="1023"):
        NEW.batch([WHERE] * 30, 1)
