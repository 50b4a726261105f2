"""The gateway as ``./run`` starts it: what it acknowledged is there exactly once, whatever happens to it."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.sensing.factories import series_of
from chengyun.city.sensing.models import Alarm, Device
from chengyun.lake import tables, upkeep
from chengyun.lake.journal import entries
from tests.gateway import BEGIN, Gateway, line, within
from tests.serving import environ
from tools.install import ROOT, VENV
from tools.start import GATEWAY, LOCAL, granian_words

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 3715


def test_a_reading_is_kept_shown_and_raises_its_alarm(gateway: Gateway, device: Device) -> None:
    body = b"\n".join(line(30, BEGIN + timedelta(seconds=30 * n)) for n in range(4))
    assert gateway.send(body) == (200, {"kept": 4, "waiting": []})
    assert within(10, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    assert (alarm.rank, alarm.began_at, alarm.series.device) == ("red", BEGIN, device)
    assert within(10, lambda: series_of(device).value == 30)
    assert gateway.stored(series_of(device)) == Counter({30.0: 4})
    gateway.stop()
    assert upkeep.size(gateway.archive.table)["rows"] == 4


def test_started_from_nothing_it_does_the_same(gateway: Gateway, device: Device) -> None:
    """The other tests start a fork of it; this is the command of ``./run`` itself."""
    gateway.stop()
    gateway.anew = True
    gateway.start()
    assert gateway.send(line(3, BEGIN))[0] == 200
    for _ in range(2):
        gateway.fall()
        gateway.start()
    assert gateway.send(line(4, BEGIN + timedelta(minutes=1)))[0] == 200
    gateway.stop()
    assert gateway.stored(series_of(device)) == Counter({3.0: 1, 4.0: 1})


def test_what_is_doubted_is_kept_and_raises_nothing(gateway: Gateway, device: Device) -> None:
    body = b"\n".join(line(900, BEGIN + timedelta(minutes=n)) for n in range(4))
    assert gateway.send(body)[0] == 200
    assert within(10, lambda: series_of(device).quality == 1)
    assert not Alarm.objects.exists()
    assert gateway.stored(series_of(device)) == Counter({900.0: 4})


def test_an_unknown_device_waits_and_the_others_are_kept(gateway: Gateway) -> None:
    body = line(3, BEGIN) + b"\n" + line(4, BEGIN, device="X-9")
    assert gateway.send(body) == (200, {"kept": 1, "waiting": ["X-9"]})
    assert Device.objects.get(code="X-9").seen == {"depth": 4.0}


def test_what_is_refused_says_why_and_keeps_nothing(
    gateway: Gateway, cast: Cast, device: Device
) -> None:
    other, _ = issue_token(cast.duty, "试验", timedelta(days=1), by=None)
    assert gateway.send(line(3, BEGIN), token="nobody")[0] == 401
    assert gateway.send(line(3, BEGIN), token=other)[0] == 403
    assert gateway.send(line(3, BEGIN), path="/elsewhere")[0] == 404
    assert gateway.send(b"x" * (11 * 1024 * 1024))[0] == 413
    status, told = gateway.send(line(3, BEGIN) + b"\nnonsense")
    assert (status, told["message"]) == (422, "第 2 行不是 JSON。")
    assert gateway.stored(series_of(device)) == Counter()
    assert gateway.send(line(3, BEGIN))[0] == 200


def test_the_same_again_counts_once_and_a_correction_is_kept(
    gateway: Gateway, device: Device
) -> None:
    for value in (3, 3, 4):
        assert gateway.send(line(value, BEGIN))[0] == 200
    assert gateway.stored(series_of(device)) == Counter({3.0: 1, 4.0: 1})


def test_two_gateways_do_not_write_one_journal(gateway: Gateway) -> None:
    second = Gateway(home=gateway.home, token=gateway.token)
    words: list[str | Path] = [
        VENV / "bin" / "granian",
        *granian_words(LOCAL, second.port, GATEWAY),
    ]
    own = environ() | {"HOME_OF_TESTS": str(gateway.home)}
    ended = subprocess.run(words, cwd=ROOT, env=own, capture_output=True, timeout=60)
    assert ended.returncode != 0
    assert "另一个进程正在写日志" in ended.stderr.decode()


def test_an_alarm_goes_on_after_a_restart(gateway: Gateway, device: Device) -> None:
    """The hold time began before the gateway was killed."""
    gateway.send(line(30, BEGIN))
    gateway.kill()
    gateway.start()
    gateway.send(line(30, BEGIN + timedelta(minutes=1)))
    assert within(10, Alarm.objects.exists)
    assert Alarm.objects.get().began_at == BEGIN


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment_it_loses_and_doubles_nothing(
    gateway: Gateway, device: Device, kills: int
) -> None:
    rng = random.Random(SEED)
    sent, acknowledged = 0, list[float]()
    for _ in range(kills):
        end = time.monotonic() + rng.uniform(0.05, 1.5)
        killer = threading.Timer(max(0.0, end - time.monotonic()), gateway.fall)
        killer.start()
        while True:
            values = [float(sent + n) / 100 for n in range(rng.randrange(1, 40))]
            sent += len(values)
            body = b"\n".join(line(v, BEGIN + timedelta(seconds=v * 100)) for v in values)
            try:
                if gateway.send(body)[0] == 200:
                    acknowledged += values
            except OSError:
                break
        killer.join()
        gateway.start()
    gateway.stop()
    stored = gateway.stored(series_of(device))
    assert acknowledged
    assert not [value for value in acknowledged if value not in stored]
    assert set(stored.values()) == {1}


def test_what_is_in_the_lake_leaves_the_journal_only_whole(
    gateway: Gateway, device: Device
) -> None:
    gateway.send(line(3, BEGIN))
    gateway.stop()
    assert tables.committed(gateway.archive.table) > 0
    past = entries(gateway.archive.journal, tables.committed(gateway.archive.table))
    assert list(past) == []
