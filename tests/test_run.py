"""`./run` as people meet it: sentences for what is in the way, and nobody left behind when it ends."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chengyun.gateways.modbus_plan import read as read_plan
from tools.start import DOORS, LOCAL, Place, _controller, free_port

ROOT = Path(__file__).resolve().parents[1]
MAKE_CITY = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0)
from chengyun.kernel.installation import install
install("试城", "3715", demo=False)
"""


def _environ(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {"DJANGO_SETTINGS_MODULE": "chengyun.config.settings"}
    return {**kept, **settings, "CHENGYUN_HOME": str(home)}


def _run(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [ROOT / "run", *words],
        env=_environ(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).read()
    except OSError:
        return False
    return True


def _living(home: Path) -> list[str]:
    """Process numbers of everything that was started for this state folder."""
    mark = f"CHENGYUN_HOME={home}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = _run(tmp_path, "--port", str(port))
        told, _ = run.communicate(timeout=60)
    assert run.returncode == 1
    assert told.startswith(f"127.0.0.1 的端口 {port} 不能用")
    assert "--port" in told


@pytest.fixture
def signals() -> Iterator[None]:
    """Whoever ends a group hears no signal any more; the tests still want to."""
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in heard.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_a_demo_has_a_controller_as_long_as_it_runs(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environ.pop("CHENGYUN_MODBUS", None)
    port = free_port()
    place = Place(home=tmp_path, host=LOCAL, port=port, gateway_port=port, environ=environ)
    served = port + len(DOORS) + 1
    with _controller(place, plays=False):
        assert "CHENGYUN_MODBUS" not in environ
    with _controller(place, plays=True):
        (server,) = read_plan(Path(environ["CHENGYUN_MODBUS"]))
        assert server.port == served
        assert _within(20, lambda: _is_open(served))
    assert not _is_open(served)
    own = environ["CHENGYUN_MODBUS"] = "/etc/points.toml"
    with _controller(place, plays=True):
        assert environ["CHENGYUN_MODBUS"] == own and not _is_open(served)


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOCAL, port)) == 0


@pytest.mark.long
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nobody_is_left_behind(tmp_path: Path, end: signal.Signals) -> None:
    python = ROOT / ".venv" / "bin" / "python"
    subprocess.run([python, "-c", MAKE_CITY], env=_environ(tmp_path), check=True)
    port = free_port()
    run = _run(tmp_path, "--port", str(port))
    assert run.stdout is not None
    try:
        assert any("试城已开放：" in line for line in run.stdout)
        assert _answers(port)
        second = _run(tmp_path, "--port", str(free_port()))
        assert "已经在运行" in second.communicate(timeout=60)[0]
    finally:
        run.send_signal(end)
    run.communicate(timeout=60)
    assert run.returncode == (-signal.SIGKILL if end is signal.SIGKILL else 0)
    assert _within(20, lambda: not _living(tmp_path))
