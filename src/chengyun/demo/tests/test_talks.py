"""Devices with a protocol of their own, against a small platform that reads and answers with the gateway's decoders."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chengyun.demo.devices import dust, meters, river, truck
from chengyun.demo.devices.jt808 import BEIJING
from chengyun.demo.devices.link import Unanswered
from chengyun.gateways import cjt188, hj212, jt808, sl651
from chengyun.kernel.installation import install
from tests.gateway import within
from tools.start import free_port

Told = dict[str, Any]
BEGIN = datetime(2026, 7, 22, 2, 30, 5, tzinfo=UTC)
STEPS, STEP = 120, timedelta(seconds=20)
MOMENTS = [(BEGIN + n * STEP, n / STEPS) for n in range(STEPS + 1)]
CODE = "A1B2C3"


@dataclass
class Platform:
    """What it was told and took; now and then it is deaf, and once it hangs up."""

    protocol: Any
    answer: Callable[[Told], bytes]
    deaf_every: int = 0
    hangs_up_at: int = 0
    port: int = 0
    heard: int = 0
    took: list[Told] = field(default_factory=list)

    def reply(self, frame: bytes) -> bytes | None:
        """The answer to a frame, nothing when it was not heard, None when the line is to be cut."""
        self.heard += 1
        if self.heard == self.hangs_up_at:
            return None
        told = self.protocol.decode(frame)
        if self.deaf_every and self.heard % self.deaf_every == 0:
            return b""
        self.took.append(told)
        return self.answer(told)


@contextmanager
def listening(platform: Platform) -> Iterator[Platform]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            rest = b""
            while piece := self.request.recv(4096):
                frames, rest = platform.protocol.frames(rest + piece)
                for frame in frames:
                    reply = platform.reply(frame)
                    if reply is None:
                        return
                    self.request.sendall(reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        platform.port = server.server_address[1]
        yield platform
        server.shutdown()


def answer_808(told: Told) -> bytes:
    if told["msg_id"] == 0x0100:
        return jt808.register_answer(told, 1, 0, CODE)
    return jt808.general_answer(told, 1)


def answer_212(told: Told) -> bytes:
    return hj212.answer(told["head"], "9014")


def answer_651(told: Told) -> bytes:
    return sl651.answer(told, "260722103010")


def positions(took: list[Told]) -> list[Told]:
    """All that were told, one by one or in a batch."""
    found: list[Told] = []
    for told in took:
        if told["msg_id"] == 0x0200:
            found.append(told["body"])
        if told["msg_id"] == 0x0704:
            found += told["body"]["items"]
    return found


def test_the_truck_registers_and_tells_the_whole_way() -> None:
    with listening(Platform(jt808, answer_808)) as platform:
        told = truck.speak("127.0.0.1", platform.port, MOMENTS)
    took = platform.took
    assert told == len(took) - 2
    assert [each["msg_id"] for each in took[:3]] == [0x0100, 0x0102, 0x0200]
    assert took[1]["body"]["auth_code"] == CODE
    assert {each["msg_id"] for each in took} == {0x0100, 0x0102, 0x0002, 0x0200, 0x0704}
    way = positions(took)
    assert len(way) == STEPS + 1
    times = [each["time_bcd"] for each in way]
    assert times == sorted(set(times)) and times[0] == "260722103005"
    assert all(0 < each["speed_tenth_kmh"] < 600 for each in way[1:])
    assert all(a["mileage_tenth_km"] <= b["mileage_tenth_km"] for a, b in pairwise(way))


def test_the_truck_leaves_its_route_and_comes_back() -> None:
    """South of 湖南路 it has no business."""
    souths = [truck.where(share)[1] < 36.4385 for _, share in MOMENTS]
    assert not souths[0] and not souths[-1]
    assert 20 < sum(souths) < 60
    assert truck.where(0.0)[:2] == truck.GONE[0]
    assert truck.where(1.0)[:2] == pytest.approx(truck.GONE[-1])


def test_what_is_not_heard_is_told_again_and_a_new_line_begins_with_who_it_is() -> None:
    platform = Platform(jt808, answer_808, deaf_every=10, hangs_up_at=33)
    with listening(platform):
        truck.speak("127.0.0.1", platform.port, MOMENTS, wait=0.05)
    assert sum(each["msg_id"] == 0x0100 for each in platform.took) >= 2
    assert {each["time_bcd"] for each in positions(platform.took)} == {
        at.astimezone(BEIJING).strftime("%y%m%d%H%M%S") for at, _ in MOMENTS
    }


def test_a_truck_nobody_registers_is_told_so() -> None:
    def refused(told: Told) -> bytes:
        return jt808.answer(told, 0x8100, told["serial"].to_bytes(2) + b"\x03", 1)

    with (
        listening(Platform(jt808, refused)) as platform,
        pytest.raises(Unanswered),
    ):
        truck.speak("127.0.0.1", platform.port, MOMENTS, wait=0.02)


def test_dust_is_told_now_and_for_each_period_that_is_over() -> None:
    with listening(Platform(hj212, answer_212, deaf_every=25)) as platform:
        told = dust.speak("127.0.0.1", platform.port, MOMENTS, wait=0.1)
    by_command: dict[str, list[Told]] = {}
    for each in platform.took:
        assert each["crc_ok"] and each["length_ok"]
        by_command.setdefault(each["head"]["CN"], []).append(each)
    assert len(platform.took) == told
    assert len(by_command["2011"]) == STEPS + 1
    minutes = [each["cp"][0]["DataTime"] for each in by_command["2051"]]
    assert minutes == ["20260722103000", "20260722104000", "20260722105000", "20260722110000"]
    assert [each["cp"][0]["DataTime"] for each in by_command["2061"]] == ["20260722100000"]
    pm = by_command["2061"][0]["cp"][1]
    assert float(pm["a34004-Min"]) <= float(pm["a34004-Avg"]) <= float(pm["a34004-Max"])


def test_a_day_of_dust_ends_at_midnight_in_beijing() -> None:
    period = dust.Period(*dust.PERIODS[2])
    evening = datetime(2026, 7, 22, 15, 59, 40, tzinfo=UTC)
    assert period.take(evening, dust.measured(0.0)) is None
    over = period.take(evening + STEP, dust.measured(0.1))
    assert over is not None
    assert over[0].isoformat() == "2026-07-22T00:00:00+08:00"
    assert over[1][dust.FINE] == {"Min": "38.0", "Avg": "38.0", "Max": "38.0", "Flag": "N"}


def test_the_river_reports_by_the_clock_and_when_it_rises() -> None:
    with listening(Platform(sl651, answer_651, deaf_every=9)) as platform:
        told = river.speak("127.0.0.1", platform.port, MOMENTS, wait=0.1)
    took = platform.took
    assert len(took) == told
    assert [each["serial"] for each in took] == [f"{n:04x}" for n in range(1, told + 1)]
    names = [each["func_name"] for each in took]
    assert (names.count("timed"), names.count("hourly")) == (8, 1)
    assert names.count("added") > 5
    hour = next(each for each in took if each["func_name"] == "hourly")
    values = {each["name"]: each for each in hour["elements"]}
    stages = values["stage_5min_1h_1"]["values"]
    assert stages[:6] == [None] * 6 and all(stage > river.LOWEST for stage in stages[6:])
    rains = values["rain_5min_1h"]["values"]
    assert values["rain_1h"]["value"] == pytest.approx(sum(each or 0 for each in rains), abs=0.05)


def test_meters_reply_in_turn_and_wait_for_nobody() -> None:
    with listening(Platform(cjt188, lambda told: b"")) as platform:
        told = meters.speak("127.0.0.1", platform.port, MOMENTS)
        assert within(5, lambda: len(platform.took) == told)
    took = platform.took
    assert told == 3 * (STEPS + 1)
    assert [each["meter_type_name"] for each in took[:3]] == ["cold_water", "heat", "gas"]
    for n, unit in enumerate(("m3", "kWh", "m3")):
        amounts = [each["total"] for each in took[n::3]]
        assert amounts == sorted(amounts) and amounts[0] < amounts[-1]
        assert {each["total_unit"] for each in took[n::3]} == {unit}
    heat = took[1]
    assert (heat["flow"], heat["supply"] - heat["return"], heat["hours"]) == (42.0, 14.0, 1204)
    assert took[0]["clock_bcd"] == "20260722103005"


def test_a_concentrator_that_finds_nobody_says_so() -> None:
    with pytest.raises(Unanswered):
        meters.speak("127.0.0.1", free_port(), MOMENTS)


@pytest.mark.django_db
def test_the_command_lets_a_device_speak_its_protocol(capsys: pytest.CaptureFixture[str]) -> None:
    install("聊城市", "3715", demo=True)
    with listening(Platform(sl651, answer_651)) as platform:
        to = f"127.0.0.1:{platform.port}"
        call_command("simulate", "river", to=to, minutes=20, pace=1e6, every=60)
    assert f"{len(platform.took)} 条 SL 651 报文" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--to 主机:端口"):
        call_command("simulate", "truck")
