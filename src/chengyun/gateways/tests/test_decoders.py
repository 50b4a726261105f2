"""Decoders against real frames (where the data is), frames assembled by hand, and bytes that are none."""

from __future__ import annotations

import io
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from chengyun.gateways import cjt188, hj212, jt808, sl651
from chengyun.gateways.faults import Fault
from chengyun.gateways.sl651_elements import elements_of

DECODERS: dict[str, ModuleType] = {
    "jt808": jt808,
    "hj212": hj212,
    "sl651": sl651,
    "cjt188_modbus": cjt188,
}
FRAMES = ("frame", "ascii_frame", "cjt188")
NOISE = {
    "jt808": b"\x00\x55\xaa",
    "hj212": b"noise\r\n",
    "sl651": b"\x00\x55",
    "cjt188_modbus": b"\x00\x55",
}
SEED, BUDGET = 3715, 600.0
every_decoder = pytest.mark.parametrize("name", DECODERS)


def vectors(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with (data / "protocol_vectors" / f"{name}.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return (row for row in rows if row["kind"] in FRAMES)


def raw(row: dict[str, Any]) -> bytes:
    return row["text"].encode("gbk") if "text" in row else bytes.fromhex(row["hex"])


def fault_of(decode: Callable[..., Any], frame: bytes) -> str:
    """The word of the refusal, "" for none."""
    try:
        decode(frame)
    except Fault as fault:
        assert fault.sentence.endswith("。")
        return fault.word
    return ""


@pytest.mark.data
@every_decoder
def test_every_real_frame_has_its_fields_and_its_fault(data: Path, name: str) -> None:
    decoder = DECODERS[name]
    for row in vectors(data, name):
        wanted = row.get("expected") or row.get("expected_if_checks_off")
        if wanted is not None:
            assert decoder.decode(raw(row), strict=False) == wanted, row["id"]
        assert fault_of(decoder.decode, raw(row)) == row.get("error", ""), row["id"]


@pytest.mark.data
@every_decoder
def test_cut_at_random_with_noise_between_the_same_frames_come_out(data: Path, name: str) -> None:
    rng = random.Random(SEED)
    decoder = DECODERS[name]
    sent = [raw(row) for row in vectors(data, name) if row["valid"]]
    stream = b"".join(NOISE[name] + frame for frame in sent) + NOISE[name]
    found, rest = list[bytes](), b""
    while stream:
        size = rng.randrange(1, 60)
        frames, rest = decoder.frames(rest + stream[:size])
        found, stream = found + frames, stream[size:]
    assert [decoder.decode(each) for each in found] == [decoder.decode(each) for each in sent]


@pytest.mark.data
def test_streams_are_cut_as_others_cut_them(data: Path) -> None:
    with (data / "protocol_vectors" / "jt808.jsonl").open(encoding="utf-8") as file:
        rows = [row for line in file if (row := json.loads(line))["kind"] == "stream"]
    for row in rows:
        wanted = [bytes.fromhex(each) for each in row["repo_expected"]["frames"]]
        assert jt808.frames(bytes.fromhex(row["hex"]))[0] == wanted, row["id"]


# Assembled from the field tables of the standards -------------------------------------------------


def terminal(
    msg_id: int, body: bytes, *, later: bool = False, parts: tuple[int, int] | None = None
) -> bytes:
    """A message of the terminal 013900000001 with serial 7."""
    properties = len(body) | (1 << 14 if later else 0) | (1 << 13 if parts else 0)
    phone = bytes.fromhex("00000000013900000001" if later else "013900000001")
    head = (
        msg_id.to_bytes(2)
        + properties.to_bytes(2)
        + (b"\x01" if later else b"")
        + phone
        + b"\x00\x07"
    )
    if parts:
        head += parts[0].to_bytes(2) + parts[1].to_bytes(2)
    return jt808.escaped(head + body)


POSITION = (
    bytes.fromhex("00000002")  # alarm: over speed
    + bytes.fromhex("00000003")  # ACC on, position known
    + (36_450_000).to_bytes(4)
    + (115_980_000).to_bytes(4)
    + (37).to_bytes(2)
    + (553).to_bytes(2)
    + (90).to_bytes(2)
    + bytes.fromhex("260722024100")
)
MILEAGE, FUEL = bytes.fromhex("01040000007e"), bytes.fromhex("0202007d")


def said(frame: bytes) -> Any:
    return jt808.decode(frame)["body"]


def test_a_position_with_its_items_and_escapes() -> None:
    body = said(terminal(0x0200, POSITION + MILEAGE + FUEL))
    assert (body["latitude_e6"], body["longitude_e6"]) == (36_450_000, 115_980_000)
    assert (body["speed_tenth_kmh"], body["direction_deg"], body["altitude_m"]) == (553, 90, 37)
    assert (body["acc_on"], body["fixed"], body["south"]) == (True, True, False)
    assert (body["mileage_tenth_km"], body["fuel_tenth_l"]) == (126, 125)
    assert body["time_bcd"] == "260722024100"


def test_an_item_that_is_cut_off_is_told_as_it_came() -> None:
    body = said(terminal(0x0200, POSITION + MILEAGE + b"\x30\x05\x01"))
    assert body["extras_trailing_bad_hex"] == "300501"
    assert said(terminal(0x0200, POSITION[:-1])) == {"body_error": "too_short"}


def test_an_asked_position_and_a_batch() -> None:
    assert said(terminal(0x0201, b"\x00\x09" + POSITION))["reply_serial"] == 9
    item = len(POSITION).to_bytes(2) + POSITION
    batch = said(terminal(0x0704, b"\x00\x02\x01" + item + item))
    assert (batch["count"], batch["batch_type"], len(batch["items"])) == (2, 1, 2)
    cut = said(terminal(0x0704, b"\x00\x02\x01" + item + item[:-1]))
    assert cut == {"body_error": "batch_item_overrun"}


@pytest.mark.parametrize(
    ("later", "widths"), [(False, (5, 8, 7)), (False, (5, 20, 7)), (True, (11, 30, 30))]
)
def test_a_registration_of_each_edition(later: bool, widths: tuple[int, int, int]) -> None:
    words = (b"MAKER", b"MODEL-1", b"TERM001")
    fixed = b"".join(word.ljust(width, b"\0") for word, width in zip(words, widths, strict=True))
    plate = "鲁P12345".encode("gbk")
    body = said(terminal(0x0100, b"\x00\x25\x05\xdc" + fixed + b"\x02" + plate, later=later))
    assert (body["province"], body["city"], body["plate"]) == (37, 1500, "鲁P12345")
    assert (body["maker_id"], body["model"], body["terminal_id"]) == ("MAKER", "MODEL-1", "TERM001")


def test_an_identification_of_both_editions() -> None:
    assert said(terminal(0x0102, b"code-1")) == {"auth_code": "code-1"}
    later = b"\x06code-1" + b"860000000000001" + b"v1.2".ljust(20, b"\0")
    told = {"auth_code": "code-1", "imei": "860000000000001", "software_version": "v1.2"}
    assert said(terminal(0x0102, later, later=True)) == told


def test_our_answers_are_read_back() -> None:
    up = jt808.decode(terminal(0x0200, POSITION, later=True))
    assert said(jt808.general_answer(up, 1)) == {
        "reply_serial": 7,
        "reply_msg_id": 0x200,
        "result": 0,
    }
    down = said(jt808.register_answer(up, 2, 0, "令牌7E"))
    assert down == {"reply_serial": 7, "result": 0, "auth_code": "令牌7E"}
    assert said(terminal(0x0001, b"\x00\x01\x83\x00\x00"))["reply_msg_id"] == 0x8300
    assert said(terminal(0x0002, b"")) == {}


def test_parts_are_put_together() -> None:
    whole = POSITION + MILEAGE
    parts = [
        jt808.decode(terminal(0x0200, part, parts=(2, n)))
        for n, part in enumerate((whole[:20], whole[20:]), start=1)
    ]
    assert "body" not in parts[0]
    desk = jt808.Parts()
    assert desk.take(parts[0]) is None
    assert desk.take(parts[1]) == whole
    with pytest.raises(Fault):
        desk.take(parts[0] | {"sub_index": 3})


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda f: f[:-2] + bytes((f[-2] ^ 1,)) + f[-1:], "bad_checksum"),
        (lambda f: b"\x7e\x02\x00\x7e", "header_too_short"),
    ],
)
def test_a_spoilt_message_says_what_is_wrong(spoil: Callable[[bytes], bytes], word: str) -> None:
    assert fault_of(jt808.decode, spoil(terminal(0x0002, b""))) == word


def test_a_message_between_stray_marks_is_found() -> None:
    good = terminal(0x0200, POSITION)
    found, rest = jt808.frames(b"\x7e\x12\x34" + good + b"\x01" + good + b"\x7e\x02")
    assert found == [good, good]
    assert jt808.frames(b"\x7e" + b"\x00" * 9000) == ([], b"")


def test_the_official_crc_of_hj_212() -> None:
    """HJ 212-2017, appendix A."""
    data = b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&"
    assert f"{hj212.crc(data):04X}" == "1C80"


DATA = (
    "QN=20260722024100000;ST=39;CN=2011;PW=123456;MN=LC0001;Flag=5;"
    "CP=&&DataTime=20260722024100;a34002-Rtd=81,a34002-Flag=N&&"
)


def test_data_of_hj_212_and_its_answer() -> None:
    frame = hj212.encoded(DATA)
    told = hj212.decode(frame)
    assert told["cp"] == [{"DataTime": "20260722024100"}, {"a34002-Rtd": "81", "a34002-Flag": "N"}]
    assert told["flag"] == {"ack_wanted": True, "has_subpacket_no": False, "version_code": 1}
    answer = hj212.decode(hj212.answer(told["head"], "9014"))
    assert (answer["head"]["QN"], answer["head"]["CN"]) == ("20260722024100000", "9014")
    assert hj212.dialect(frame.rstrip(b"\r\n")) == "standard"


def test_a_frame_of_hj_212_with_a_wrong_length_ends_with_its_line() -> None:
    good = hj212.encoded(DATA)
    wrong = b"##0009" + good[6:]
    found, rest = hj212.frames(wrong + good + b"##01")
    assert [fault_of(hj212.decode, frame) for frame in found] == ["length_mismatch", ""]
    assert rest == b"##01"
    bare = good.rstrip(b"\r\n")
    assert hj212.frames(bare + b" noise\r\n" + bare + bare)[0] == [bare] * 3


def test_a_report_of_sl_651_and_its_answer() -> None:
    body = bytes.fromhex("0001260722024100f1f1003715000148f0f02607220241")
    body += bytes.fromhex("2019000125392300034567381212687612ff052219ffffff")
    head = bytes.fromhex("010037150001123432") + len(body).to_bytes(2) + b"\x02"
    frame = b"\x7e\x7e" + head + body + b"\x03"
    frame += hj212.modbus(frame).to_bytes(2)
    told = sl651.decode(frame)
    values = {each["id"]: each["value"] for each in told["elements"]}
    assert values == {"20": 12.5, "39": 34.567, "38": 12.68, "76": -0.05, "22": None}
    assert (told["func_name"], told["obs_time"], told["station_class"]) == (
        "timed",
        "2607220241",
        "48",
    )
    answer = sl651.decode(sl651.answer(told, "260722024105"))
    assert (answer["direction"], answer["serial"], answer["end_char"]) == ("down", "0001", "EOT")
    assert sl651.frames(b"\x7e\x7e\x01" + frame + b"\x7e")[0] == [frame]


def test_an_hour_of_rain_and_levels() -> None:
    elements = elements_of(bytes.fromhex("f460" + "0005ff" * 4 + "f5c0" + "0064ffff" * 6))
    assert elements[0]["values"][:3] == [0.0, 0.5, None]
    assert elements[1]["values"][:2] == [1.0, None]


def test_a_meter_is_read() -> None:
    data = bytes.fromhex("901f01563412002c000000002c004102220726200000")
    body = bytes.fromhex("68100100000000000081") + bytes((len(data),)) + data
    frame = b"\xfe\xfe" + body + bytes((sum(body) % 256, 0x16))
    told = cjt188.decode(frame)
    assert (told["total"], told["total_unit"], told["address"]) == (1234.56, "m3", "00000000000001")
    assert (told["clock_bcd"], told["preamble_fe"]) == ("20260722024100", 2)
    assert fault_of(cjt188.decode, frame[:-2] + b"\x00\x16") == "bad_checksum"
    assert cjt188.frames(b"\x68\x00" + frame + frame[:5])[0] == [frame]


def heat_frame(*amounts: str, end: str = "352500662500120000530012100715200000") -> bytes:
    data = bytes.fromhex("901f01" + "".join(amounts) + end)
    body = bytes.fromhex("682032413140000000812e") + data
    return body + bytes((sum(body) % 256, 0x16))


def test_a_heat_meter_sends_its_units_behind_its_digits_or_before_them() -> None:
    behind = heat_frame("0000000005", "3412000005", "5002000017", "7856000035", "341000002c")
    before = heat_frame("0500000000", "0534120000", "1750020000", "3578560000", "2c34100000")
    for frame in (behind, before):
        told = cjt188.decode(frame)
        assert (told["total"], told["total_unit"]) == (12.34, "kWh")
        assert (told["power"], told["power_unit"]) == (2.5, "kW")
        assert (told["flow"], told["flow_unit"]) == (0.5678, "m3/h")
        assert (told["volume"], told["volume_unit"]) == (10.34, "m3")
        assert (told["supply"], told["return"], told["hours"]) == (25.35, 25.66, 12)
        assert (told["clock_bcd"], told["status_hex"]) == ("20150710120053", "0000")
    assert cjt188.frames(before) == ([before], b"")
    unknown = heat_frame("0000000099", "3412000005", "5002000017", "7856000035", "341000002c")
    either = heat_frame("0500000005", "0534120005", "1750020017", "3578560035", "2934100029")
    assert "total" not in cjt188.decode(unknown) | cjt188.decode(either)


# What is no frame --------------------------------------------------------------------------------


@every_decoder
@settings(max_examples=300)
@given(junk=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(name: str, junk: bytes) -> None:
    survives(DECODERS[name], junk)


def survives(decoder: ModuleType, junk: bytes) -> None:
    found, rest = decoder.frames(junk)
    assert len(rest) <= len(junk)
    for frame in [*found, junk]:
        for strict in (True, False):
            try:
                json.dumps(decoder.decode(frame, strict=strict))
            except Fault as fault:
                assert fault.word


@pytest.mark.long
@every_decoder
def test_ten_minutes_of_spoilt_frames(name: str) -> None:
    """Good frames with bytes changed, lost and doubled."""
    rng = random.Random(SEED)
    good = {
        "jt808": terminal(0x0704, b"\x00\x01\x00" + len(POSITION).to_bytes(2) + POSITION),
        "hj212": hj212.encoded(DATA),
        "sl651": bytes.fromhex("7e7e01003715000112343200080200012607220241000300"),
        "cjt188_modbus": bytes.fromhex("fefe6810010000000000008103901f01b016"),
    }[name]
    end = time.monotonic() + BUDGET
    while time.monotonic() < end:
        spoilt = bytearray(good * rng.randrange(1, 4))
        for _ in range(rng.randrange(1, 12)):
            place = rng.randrange(len(spoilt))
            spoilt[place : place + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
            if not spoilt:
                break
        survives(DECODERS[name], bytes(spoilt))


# The command -------------------------------------------------------------------------------------


def commanded(monkeypatch: pytest.MonkeyPatch, given: bytes, *words: str) -> list[dict[str, Any]]:
    source = io.TextIOWrapper(io.BytesIO(given))
    monkeypatch.setattr(sys, "stdin", source)
    out = io.StringIO()
    call_command("decode", *words, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_command_reads_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    good = terminal(0x0002, b"")
    spoilt = good[:-2] + bytes((good[-2] ^ 1,)) + good[-1:]
    given = f"{good.hex()}\n\nnonsense\n{spoilt.hex(' ')}\n".encode()
    told = commanded(monkeypatch, given, "jt808")
    assert [each.get("error", "") for each in told] == ["", "not_hex", "bad_checksum"]
    assert told[2]["message"] == "校验码不对。"
    assert commanded(monkeypatch, given, "jt808", "--tolerant")[2]["checksum_ok"] is False


def test_the_command_reads_text_and_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = hj212.encoded(DATA)
    [told] = commanded(monkeypatch, frame, "hj212")
    assert told["head"]["MN"] == "LC0001"
    stream = b"noise" + frame * 3
    assert len(commanded(monkeypatch, stream, "hj212", "--stream")) == 3
