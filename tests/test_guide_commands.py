"""The commands of the guide's chapters on devices, run as they are written there: what they send arrives.

Put in is what the guide tells the reader to put in: the words in 〈 〉, the token, and the ports of this gateway for
those a gateway has by default. A block without a proof fails; so does one that hides among the words.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device, Series, WeatherWarning
from chengyun.gateways.modbus_plan import read
from chengyun.kernel.installation import forget
from chengyun.kernel.models import Installation
from tests.gateway import BEGIN, Gateway, running, within
from tests.guide import BLOCKS, CHAPTERS, Block, shown, words_of
from tests.serving import environ
from tests.test_lines import MN, hj212_frame
from tests.test_modbus import serving
from tools.install import VENV
from tools.start import DOORS, LOCAL, free_port

NEEDED = ("curl", "nc", "mosquitto_pub")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(MISSING), reason=f"there is no {'、'.join(MISSING)}"),
]
RUN = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
SHOWN = ("json", "toml", "conf")
"""What is a file of the reader's, or an answer."""
WEB, FIRST_PORT = 8000, 8010
CODE, DUST = "JS-001", "CYDEMO0000000000000001"


COMMANDS = [block for block in BLOCKS if block.language in RUN]


@dataclass(kw_only=True)
class Reader:
    """Somebody who does what the guide says, in a folder with the program, before a gateway of this test."""

    folder: Path
    gateway: Gateway
    cast: Cast
    web: str = ""
    given: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def does(self, block: Block) -> str:
        """What a command prints; it has to succeed."""
        done = subprocess.run(
            self._words(block), cwd=self.folder, env=self._env(), capture_output=True, timeout=120
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def begins(self, block: Block) -> subprocess.Popen[bytes]:
        """A command that takes minutes."""
        return subprocess.Popen(self._words(block), cwd=self.folder, env=self._env())

    def writes(self, name: str, text: str | bytes) -> None:
        (self.folder / name).write_bytes(text.encode() if isinstance(text, str) else text)

    def puts_in(self, text: str) -> str:
        """The block with what is the reader's own."""
        for words, own in self.given.items():
            text = text.replace(f"〈{words}〉", own)
        assert "〈" not in text, f"nobody says what to put in: {text}"
        return re.sub(r"\b80(?:00|1[0-5])\b", lambda port: str(self._port(int(port[0]))), text)

    def _port(self, written: int) -> int:
        if written == WEB:
            return int(self.web.rpartition(":")[2])
        ports = [self.gateway.port, *(self.gateway.doors[door] for door in DOORS)]
        return ports[written - FIRST_PORT]

    def _words(self, block: Block) -> list[str]:
        return [*RUN[block.language], self.puts_in(block.text)]

    def _env(self) -> dict[str, str]:
        own = {"TOKEN": self.gateway.token, "HOME_OF_TESTS": str(self.gateway.home)}
        return environ() | own | self.tokens

    def arrived(self, code: str, point: str, *values: float) -> bool:
        """Whether a device has told these values, each once, and nothing else."""
        series = Series.objects.get(device__code=code, point=point)
        return self.gateway.stored(series) == Counter(values)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    cast = make_working_city()
    for code in (CODE, "JS-002"):
        make_device(code, simulated=True)
    make_device(DUST, kind="dust")
    (folder := tmp_path / "chengyun").mkdir()
    (folder / ".venv").symlink_to(VENV)
    with running(tmp_path / "home", cast.sender) as gateway:
        yield Reader(folder=folder, gateway=gateway, cast=cast)


def token_of(user: User) -> str:
    return issue_token(user, "试验", timedelta(hours=1), by=None)[0]


# What each command has to bring ------------------------------------------------------------------


def a_batch_over_http(reader: Reader, block: Block) -> None:
    reader.writes("readings.jsonl", shown("monitoring HTTP json 1"))
    assert json.loads(reader.does(block)) == {"kept": 2, "waiting": []}
    assert reader.arrived(CODE, "depth", 12.5) and reader.arrived("JS-002", "depth", 0)


def two_records_of_senml(reader: Reader, block: Block) -> None:
    assert json.loads(reader.does(block)) == {"kept": 2, "waiting": []}
    assert reader.arrived(CODE, "depth", 12.5, 13)


def one_reading(reader: Reader, block: Block) -> None:
    reader.does(block)
    assert reader.arrived(CODE, "depth", 12.5)


def a_frame_of_hj212(reader: Reader, block: Block) -> None:
    assert "CN=9014" in reader.does(block)
    assert reader.arrived(DUST, "pm10", 81.5)


def addresses_of_platforms(reader: Reader, block: Block) -> None:
    """They are called as they were printed."""
    reader.given = {"账号": reader.cast.sender.username, "网关的公网地址": "gw.example"}
    at = "https://gw.example/callbacks/"
    told = reader.does(block)
    key = re.search(rf"{at}(iotda/\S+)", told)
    assert key and f"{at}chirpstack" in told and f"{at}onenet/" in told
    uplink = {"time": BEGIN.isoformat(), "deviceInfo": {"devEui": CODE}, "object": {"depth": 7}}
    body = json.dumps(uplink).encode()
    assert reader.gateway.send(body, path="/callbacks/chirpstack?event=up")[0] == 200
    assert reader.arrived(CODE, "depth", 7)
    assert reader.gateway.send(b"{}", path=f"/callbacks/{key[1]}", token="none")[0] == 200


def a_play(reader: Reader, block: Block) -> None:
    Installation.objects.update(demo=True)
    forget()
    playing = reader.begins(block)
    try:
        told = Series.objects.filter(device__code=CODE, value__isnull=False)
        assert within(60, told.exists)
    finally:
        playing.kill()
        playing.wait()


def a_warning_of_the_weather(reader: Reader, block: Block) -> None:
    office = make_user("weather-office", "气象台", "sender", reader.cast.bureau)
    reader.tokens = {"TOKEN": token_of(office)}
    told = json.loads(reader.does(block))
    warning = WeatherWarning.objects.get()
    assert (told["code"], str(warning)) == (warning.code, "暴雨橙色预警")


def twelve_devices_that_fall_silent(reader: Reader, block: Block) -> None:
    reader.tokens = {"TOKEN": token_of(reader.cast.duty), "SENDER": reader.gateway.token}
    assert '{"kept": 12, "waiting": []}' in reader.does(block)
    wells = [f"SY-{n}" for n in range(101, 113)]
    assert Device.objects.filter(code__in=wells, kind="gas_space").count() == len(wells)
    assert all(reader.arrived(well, "lel", 1) for well in wells)


def a_frame_decoded(reader: Reader, block: Block) -> None:
    printed = reader.does(block)
    for part in shown("decode 解读设备报文 json 1").strip().split("…, "):
        assert part.rstrip(", ") in printed


def a_stream_decoded(reader: Reader, block: Block) -> None:
    reader.writes("capture.bin", b"noise" + hj212_frame(BEGIN, 81.5) + hj212_frame(BEGIN, 90))
    told = [json.loads(line) for line in reader.does(block).splitlines()]
    assert [each["head"]["MN"] for each in told if "head" in each] == [MN, MN]


Proof = Callable[[Reader, Block], None]
PROOFS: dict[str, Proof] = {
    "monitoring 气象预警 sh 1": a_warning_of_the_weather,
    "monitoring 大面积失联 sh 1": twelve_devices_that_fall_silent,
    "monitoring HTTP sh 1": a_batch_over_http,
    "monitoring HTTP sh 2": two_records_of_senml,
    "monitoring HTTP sh 3": one_reading,
    "monitoring HJ 212 sh 1": a_frame_of_hj212,
    "monitoring MQTT sh 1": one_reading,
    "monitoring MQTT python 1": one_reading,
    "monitoring 平台的回调 sh 1": addresses_of_platforms,
    "monitoring 在演示城市里看设备 sh 1": a_play,
    "decode 解读设备报文 sh 1": a_frame_decoded,
    "decode 解读设备报文 sh 2": a_stream_decoded,
}
ON_THE_WEB = (a_warning_of_the_weather, twelve_devices_that_fall_silent)


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block.name)
def test_a_command_does_what_the_guide_says(
    block: Block, reader: Reader, request: pytest.FixtureRequest
) -> None:
    proof = PROOFS.get(block.name)
    assert proof is not None, f"nothing says what this command has to bring: {block.text}"
    if proof in ON_THE_WEB:
        reader.web = request.getfixturevalue("city_url")
    proof(reader, block)


def test_every_block_says_what_it_is_and_every_proof_has_its_block() -> None:
    """What is a command is run, and none hides as indented text."""
    for chapter in CHAPTERS:
        hidden = re.search(r"\n\n    \S.*", words_of(chapter))
        assert hidden is None, f"{chapter}: fence it, with its language: {hidden}"
    assert {block.language for block in BLOCKS} <= {*RUN, *SHOWN}
    assert {block.name for block in COMMANDS} == set(PROOFS)


# Files the guide shows ---------------------------------------------------------------------------


def test_a_controller_is_asked_by_the_plan_of_the_guide(tmp_path: Path) -> None:
    make_working_city()
    make_device("BZ-001", kind="pump_station", name="泵站")
    controller = serving(port := free_port())
    plan = tmp_path / "points.toml"
    place = f'"{LOCAL}"\nport = {port}'
    plan.write_text(
        shown("monitoring Modbus TCP toml 1").replace('"〈控制器的地址〉"', place), "utf-8"
    )
    try:
        with running(tmp_path / "home", CHENGYUN_MODBUS=str(plan)):
            sump = Series.objects.filter(device__code="BZ-001", point="sump", value=65.5)
            assert within(20, sump.exists)
    finally:
        controller.kill()
        controller.wait()


def test_what_may_be_written_is_planned_as_the_guide_says(tmp_path: Path) -> None:
    write = shown("monitoring Modbus TCP toml 2")
    asked = '[[server]]\nhost = "x"\n[[server.register]]\ndevice = "ZM-001"\npoint = "opening"\naddress = 9\n'
    plan = tmp_path / "points.toml"
    plan.write_text(asked + write, "utf-8")
    [server] = read(plan)
    [opening] = server.writes
    assert (opening.device, opening.address, opening.settle) == ("ZM-001", 10, 120)


def test_telegraf_is_told_in_its_own_form() -> None:
    [output] = tomllib.loads(shown("monitoring HTTP toml 1"))["outputs"]["influxdb_v2"]
    assert output["urls"] == ["http://127.0.0.1:8010"]
