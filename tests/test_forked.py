"""A forked process of a test is the command itself: its words, its output, its end, its settings."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.forked import CAN, Process
from tests.gateway import Gateway, within
from tests.serving import started, worker

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CAN, reason="nothing is forked on this system"),
]


def runs(process: Process) -> bytes:
    return Path(f"/proc/{process.pid}/cmdline").read_bytes()


def test_a_gateway_is_forked_and_leads_its_group(gateway: Gateway) -> None:
    assert gateway.process is not None
    assert b"tests.nursery" in runs(gateway.process)
    about = Path(f"/proc/{gateway.process.pid}/stat").read_text().rpartition(")")[2].split()
    assert int(about[2]) == gateway.process.pid


def test_what_it_says_and_how_it_ends_is_seen(capfd: pytest.CaptureFixture[str]) -> None:
    assert started("chengyun", "nonsense").wait(60) == 1
    assert "Unknown command: 'nonsense'" in capfd.readouterr().err
    assert started("chengyun", "shell", "--command", "print(1 + 1)").wait(60) == 0
    assert capfd.readouterr().out.endswith("\n2\n")


def test_a_signal_ends_it(gateway: Gateway) -> None:
    gateway.stop()
    assert gateway.process is not None and gateway.process.poll() == 0
    with worker() as process:
        assert process.poll() is None
        process.kill()
    assert process.returncode == -signal.SIGKILL
    process.kill()


def test_who_was_imported_with_other_settings_begins_from_nothing() -> None:
    with started("chengyun", "worker", DJANGO_SETTINGS_MODULE="chengyun.config.settings") as other:
        try:
            assert within(20, lambda: b"bin/chengyun" in runs(other))
        finally:
            other.kill()
