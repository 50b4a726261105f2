"""指令 from the page to a real controller: two people, one write, read back; whatever dies in between."""

from __future__ import annotations

import random
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pymodbus.client import ModbusTcpClient

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_control, make_device
from chengyun.city.sensing.models import Command, Control, Device, Series
from chengyun.kernel import audit
from chengyun.kernel.models import Audit
from tests.gateway import Gateway, within
from tests.serving import environ
from tools.install import ROOT, VENV
from tools.start import LOCAL, free_port

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = """
[[server]]
host = "127.0.0.1"
port = {port}
every = 1
register = [
    {{device = "GATE-1", point = "opening", address = 3}},
    {{device = "BZ-001", point = "running", address = 2}},
    {{device = "BZ-001", point = "sump", address = 0, factor = 0.1}},
    {{device = "KG-001", point = "on", table = "coil", address = 0}},
    {{device = "GATE-2", point = "opening", address = 7}},
    {{device = "GATE-4", point = "opening", address = 2}},
]
write = [
    {{device = "GATE-1", point = "opening", address = 3, low = 0, high = 100}},
    {{device = "BZ-001", point = "running", address = 6, choices = {{"停" = 0, "开一台" = 1}}, settle = {settle}}},
    {{device = "KG-001", point = "on", table = "coil", address = 0, choices = {{"分闸" = 0, "合闸" = 1}}}},
    {{device = "GATE-2", point = "opening", address = 99, low = 0, high = 100}},
    {{device = "GATE-4", point = "opening", address = 98, low = 0, high = 100, settle = 1}},
]
"""
"""Gate and cabinet move at once; the pumps are read where nothing moves; the second gate has no such register, and the
fourth is silent behind its gateway."""
SETTLE = 2


class World:
    """A controller, the gateway before it, and the people."""

    def __init__(self, folder: Path, cast: Cast) -> None:
        self.cast, self.port, self.folder = cast, free_port(), folder
        self.plan, self.log = folder / "points.toml", folder / "writes"
        self.plan.write_text(PLAN.format(port=self.port, settle=SETTLE), "utf-8")
        more = {"CHENGYUN_MODBUS": str(self.plan)}
        self.gateway = Gateway(home=folder / "home", token="", more=more)
        self.controller: subprocess.Popen[bytes] | None = None

    def plug(self) -> None:
        words: list[str | Path] = [VENV / "bin" / "python", "-m", "tests.modbus_server"]
        words += [str(self.port), self.log]
        self.controller = subprocess.Popen(words, cwd=ROOT, env=environ())
        assert within(20, lambda: _open(self.port))

    def unplug(self) -> None:
        if self.controller is not None:
            self.controller.kill()
            self.controller.wait()

    def settle(self, seconds: float) -> None:
        """How long the pumps may take; the gateway reads it when it starts."""
        self.plan.write_text(PLAN.format(port=self.port, settle=seconds), "utf-8")

    def writes(self, address: int) -> int:
        """How often something was written there."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sum(line.endswith(f" {address}") for line in lines)

    def hears(self, code: str, point: str) -> bool:
        """Whether a value of it has come since the test began."""
        heard = Series.objects.filter(device__code=code, point=point, heard_at__isnull=False)
        return within(20, heard.exists)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    cast = make_working_city()
    make_device("BZ-001", kind="pump_station", name="泵站")
    make_device("GATE-1", kind="flood_gate", name="闸门")
    make_device("GATE-2", kind="flood_gate", name="二号闸门")
    make_device("GATE-4", kind="flood_gate", name="四号闸门")
    make_device("KG-001", kind="lamp_cabinet", name="控制柜")
    made = World(tmp_path, cast)
    made.plug()
    made.gateway.start()
    yield made
    made.gateway.end()
    made.unplug()


def _open(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection((LOCAL, port), timeout=1).close()
        return True
    return False


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def ask(user: User, code: str, point: str, value: object) -> Any:
    return enter(user).post(
        f"/monitoring/devices/{code}/set/{point}/", {"value": str(value), "reason": "预报大雨"}
    )


def do(user: User, command: Command, verb: str, **given: str) -> Any:
    return enter(user).post(f"/monitoring/commands/{command.code}/{verb}/", given)


def asked(world: World, code: str, point: str, value: object) -> Command:
    """A command of the duty officer that waits."""
    assert world.hears(code, point)
    assert ask(world.cast.duty, code, point, value).status_code == 303
    return Command.objects.latest("pk")


def agreed(world: World, code: str, point: str, value: object) -> Command:
    """One the supervisor has confirmed."""
    command = asked(world, code, point, value)
    assert do(world.cast.supervisor, command, "confirm").status_code == 303
    return command


def is_over(command: Command) -> bool:
    command.refresh_from_db()
    return not command.open


def ends(command: Command, *states: str) -> None:
    assert within(20, lambda: is_over(command)), command.state
    assert command.state in states, (command.state, command.outcome)


def verbs(command: Command) -> list[str]:
    rows = Audit.objects.filter(subject_type="sensing.command", subject_id=command.pk)
    return [row.verb.removeprefix("command.") for row in rows.order_by("seq")]


def test_two_people_open_a_gate_and_it_is_read_back(world: World) -> None:
    command = asked(world, "GATE-1", "opening", 80)
    page = enter(world.cast.duty).get(f"/monitoring/commands/{command.code}/").content.decode()
    assert "你自己不能" in page and "/confirm/" not in page and "/withdraw/" in page
    same = do(world.cast.duty, command, "confirm")
    assert same.status_code == 403 and "要由另一位有权限的人复核" in same.content.decode()
    assert do(world.cast.operator, command, "confirm").status_code == 403
    assert do(world.cast.bob, command, "confirm").status_code in (403, 404)
    assert world.writes(3) == 0
    assert do(world.cast.supervisor, command, "confirm").status_code == 303
    ends(command, "done")
    assert (command.before, command.told, world.writes(3)) == (50, 80, 1)
    assert command.outcome == "读回 80 %。"
    assert verbs(command) == ["ask", "confirm", "begin", "reach"]
    assert audit.verify().sound
    assert within(10, lambda: Series.objects.get(device__code="GATE-1").value == 80)
    shown = enter(world.cast.duty).get("/monitoring/devices/GATE-1/").content.decode()
    assert command.code in shown and "已执行" in shown


def test_without_a_second_person_nothing_is_ever_written(world: World) -> None:
    refused = asked(world, "GATE-1", "opening", 10)
    assert ask(world.cast.supervisor, "GATE-1", "opening", 20).status_code == 409
    empty = do(world.cast.supervisor, refused, "refuse")
    assert "请填写为什么驳回" in empty.content.decode()
    assert do(world.cast.supervisor, refused, "refuse", reason="下游有人").status_code == 303
    withdrawn = asked(world, "GATE-1", "opening", 20)
    assert do(world.cast.supervisor, withdrawn, "withdraw").status_code == 403
    assert do(world.cast.duty, withdrawn, "withdraw").status_code == 303
    done = agreed(world, "GATE-1", "opening", 30)
    ends(done, "done")
    assert world.writes(3) == 1
    for command, state in ((refused, "refused"), (withdrawn, "withdrawn")):
        command.refresh_from_db()
        assert command.state == state
        assert do(world.cast.supervisor, command, "confirm").status_code == 409


def test_words_of_the_plan_switch_a_cabinet(world: World) -> None:
    assert world.hears("KG-001", "on")
    wrong = ask(world.cast.duty, "KG-001", "on", "拉闸")
    assert wrong.status_code != 303 and Command.objects.count() == 0
    command = agreed(world, "KG-001", "on", "分闸")
    ends(command, "done")
    assert (command.words, command.told, world.writes(0)) == ("分闸", 0, 1)


def test_a_controller_that_takes_it_and_does_not_move_is_told_of(world: World) -> None:
    command = agreed(world, "BZ-001", "running", "开一台")
    ends(command, "failed")
    assert command.outcome == "控制器收下了，2 秒里没有动到：读回 0 台。"
    assert world.writes(6) == 1
    refused = agreed(world, "GATE-2", "opening", 5)
    ends(refused, "failed")
    assert refused.outcome == "控制器不收 holding 99：异常码 2。"


def test_a_gateway_that_hears_nothing_of_the_device_behind_it_is_not_a_no(world: World) -> None:
    """It may have been written: nobody says it was not."""
    command = agreed(world, "GATE-4", "opening", 5)
    ends(command, "unknown")
    assert command.outcome == "写 holding 98 没有结果：异常码 11；0 %，请到现场看。"
    assert world.writes(98) == 1


def test_a_controller_that_is_gone_is_not_written_to(world: World) -> None:
    command = asked(world, "GATE-1", "opening", 40)
    world.unplug()
    assert do(world.cast.supervisor, command, "confirm").status_code == 303
    ends(command, "failed")
    assert command.outcome.startswith("写以前读不到，没有写：读 holding 3")


def test_what_the_plan_does_not_let_be_written_is_not_offered(world: World) -> None:
    assert world.hears("BZ-001", "sump")
    shown = enter(world.cast.duty).get("/monitoring/devices/BZ-001/").content.decode()
    assert "/set/running/" in shown and "/set/sump/" not in shown
    assert ask(world.cast.duty, "BZ-001", "sump", 3).status_code == 404
    outside = ask(world.cast.duty, "GATE-1", "opening", 101)
    assert outside.status_code != 303 and Command.objects.count() == 0
    world.gateway.stop()
    world.gateway.more.clear()
    world.gateway.start()
    assert not Control.objects.exists()
    here = "/monitoring/devices/GATE-1/"
    assert within(10, lambda: "远程控制" not in enter(world.cast.duty).get(here).content.decode())
    assert ask(world.cast.duty, "GATE-1", "opening", 30).status_code == 404


def test_killed_between_yes_and_write_it_writes_once_after_the_start(world: World) -> None:
    command = asked(world, "GATE-1", "opening", 70)
    world.gateway.kill()
    assert do(world.cast.supervisor, command, "confirm").status_code == 303
    world.gateway.start()
    ends(command, "done")
    assert world.writes(3) == 1


def test_killed_before_it_was_read_back_it_reads_and_does_not_write_again(world: World) -> None:
    world.gateway.stop()
    world.settle(30)
    world.gateway.start()
    command = agreed(world, "BZ-001", "running", "开一台")
    assert within(20, lambda: world.writes(6) == 1)
    world.gateway.kill()
    with ModbusTcpClient(LOCAL, port=world.port) as hand:
        hand.write_register(2, 1)
    world.gateway.start()
    ends(command, "done")
    assert command.outcome == "读回 1 台。网关在执行时停过，不知道写出去没有。"
    assert world.writes(6) == 1


def test_killed_and_not_moved_nobody_claims_to_know(world: World) -> None:
    command = agreed(world, "BZ-001", "running", "开一台")
    assert within(20, lambda: world.writes(6) == 1)
    world.gateway.kill()
    world.gateway.start()
    ends(command, "unknown")
    assert command.outcome == "网关在执行时停过，不知道写出去没有；0 台，请到现场看。"
    assert world.writes(6) == 1


def test_killed_at_any_moment_nothing_is_written_twice(world: World) -> None:
    rng = random.Random(20261130)
    for value in (11, 22, 33, 44):
        before = world.writes(3)
        command = agreed(world, "GATE-1", "opening", value)
        within(rng.uniform(0, 1.5), lambda: False)
        world.gateway.kill()
        world.gateway.start()
        ends(command, "done", "unknown")
        written = world.writes(3) - before
        assert written <= 1
        assert written == 1 or command.state == "unknown"


def test_an_unheard_device_takes_no_command(world: World) -> None:
    silent = make_device("GATE-3", kind="flood_gate", name="三号闸门")
    make_control(silent.code)
    shown = enter(world.cast.duty).get("/monitoring/devices/GATE-3/").content.decode()
    assert "还没有读到过" in shown and "/set/opening/" not in shown
    answer = ask(world.cast.duty, "GATE-3", "opening", 30)
    assert answer.status_code == 409 and "不能下指令" in answer.content.decode()
    assert Device.objects.filter(commands__isnull=False).count() == 0
