"""`./run` as people meet it: sentences for what is in the way, and nobody left behind when it ends."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.start import free_port

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
