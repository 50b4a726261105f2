"""Readings as SenML and as lines of InfluxDB, through a gateway as ``./run`` starts it."""

from __future__ import annotations

import gzip
import json
import random
import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import series_of
from chengyun.city.sensing.models import Device, Link
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 8428
SENML = {"Content_Type": "application/senml+json"}
WRITE = "/api/v2/write?bucket=city&precision=s"


def records(*values: float, at: datetime = BEGIN, device: str = "JS-001") -> bytes:
    told = [{"n": "depth", "t": n, "v": value} for n, value in enumerate(values)]
    return json.dumps([{"bn": f"{device}:", "bt": at.timestamp()}, *told]).encode()


def lines(*values: float, at: datetime = BEGIN, device: str = "JS-001") -> bytes:
    begin = round(at.timestamp())
    told = (f"road,device={device} depth={v} {begin + n}" for n, v in enumerate(values))
    return "\n".join(told).encode()


def test_senml_is_kept_and_told_again_is_the_same(gateway: Gateway, device: Device) -> None:
    for _ in range(2):
        assert gateway.send(records(3, 4), **SENML) == (200, {"kept": 2, "waiting": []})
    assert gateway.send(records(5, device="X-9"), **SENML)[1] == {"kept": 0, "waiting": ["X-9"]}
    assert gateway.stored(series_of(device)) == Counter({3.0: 1, 4.0: 1})
    assert within(10, lambda: series_of(device).value == 4)


def test_senml_with_a_unit_is_kept_in_that_of_its_point(gateway: Gateway, device: Device) -> None:
    def told(unit: str) -> bytes:
        return json.dumps(
            [{"n": "JS-001:depth", "t": BEGIN.timestamp(), "u": unit, "v": 0.25}]
        ).encode()

    assert gateway.send(told("m"), **SENML) == (200, {"kept": 1, "waiting": []})
    status, said = gateway.send(told("kW"), **SENML)
    assert status == 422 and said["message"].startswith("第 1 条记录的单位「kW」换算不成")
    assert gateway.stored(series_of(device)) == Counter({25.0: 1})


def test_lines_of_influxdb_are_answered_as_influxdb_does(gateway: Gateway, device: Device) -> None:
    head = {"Authorization": f"Token {gateway.token}"}
    assert gateway.send(lines(3, 4), path=WRITE, **head) == (204, "")
    packed = gzip.compress(lines(3, 4, 5))
    v1 = "/write?db=city&precision=s"
    assert gateway.send(packed, path=v1, Content_Encoding="gzip", **head) == (204, "")
    status, told = gateway.send(lines(6) + b"\n" + lines(7, device="X-9"), path=WRITE, **head)
    assert (status, told["error"]) == (400, "partial write")
    assert told["message"] == "已收下 1 个读数，其余没有保存。还没有登记的设备：X-9。"
    assert Device.objects.get(code="X-9").seen == {"depth": 7.0}
    assert gateway.stored(series_of(device)) == Counter({3.0: 1, 4.0: 1, 5.0: 1, 6.0: 1})


def test_a_point_a_device_has_not_is_named(gateway: Gateway, device: Device) -> None:
    body = b"road,device=JS-001 depth=3,wet=t,cold=f 1780272000"
    status, told = gateway.send(body, path=WRITE)
    assert (status, told["error"]) == (400, "partial write")
    assert told["message"].endswith("其余没有保存。设备没有的测点：JS-001 cold、JS-001 wet。")
    body = (
        line(3, BEGIN) + b"\n" + line(3, BEGIN, point="wet") + b"\n" + line(3, BEGIN, device="X-9")
    )
    expected = {"kept": 1, "waiting": ["X-9"], "unknown": ["JS-001 wet"]}
    assert gateway.send(body) == (200, expected)
    assert gateway.stored(series_of(device)) == Counter({3.0: 1})


def test_what_is_refused_says_why_and_keeps_nothing(gateway: Gateway, device: Device) -> None:
    def refused(body: bytes, **more: Any) -> tuple[int, str]:
        status, told = gateway.send(body, **more)
        return status, told["message"]

    bad = json.dumps([{"n": "JS-001:depth", "v": 3}, {"n": "JS-001:depth", "vs": "wet"}]).encode()
    assert refused(bad, **SENML) == (422, "第 2 条记录是文字或数据（vs、vd），读数要是数（v）。")
    bad = lines(3) + b"\nroad depth=4"
    assert refused(bad, path=WRITE) == (422, "第 2 行的标签 device 要写，最多 40 个字符。")
    assert refused(lines(3), path="/write?precision=h")[0] == 422
    assert refused(b"x", Content_Type="application/senml+cbor")[0] == 415
    assert refused(b"x", Content_Encoding="br")[0] == 415
    assert refused(gzip.compress(b" " * 11_000_000), Content_Encoding="gzip")[0] == 413
    assert refused(lines(3), path=WRITE, token="nobody")[0] == 401
    assert gateway.stored(series_of(device)) == Counter()


def test_who_must_choose_a_password_first_is_told_and_not_let_in(
    gateway: Gateway, cast: Cast
) -> None:
    cast.sender.temporary_since = BEGIN
    cast.sender.save(update_fields=["temporary_since"])
    assert gateway.send(line(3, BEGIN))[0] == 403


def test_the_door_counts_its_senders_and_keeps_what_it_could_not_read(
    gateway: Gateway, cast: Cast
) -> None:
    gateway.send(line(3, BEGIN))
    gateway.send(records(3), **SENML)
    gateway.send(b"nonsense\n" * 1000)
    links = Link.objects.filter(door="http", name=cast.sender.username)
    assert within(15, lambda: links.filter(frames=2, faults=1).exists())
    kept = links.get().unread.get()
    assert kept.sentence == "第 1 行不是 JSON。"
    assert bytes(kept.frame) == (b"nonsense\n" * 1000)[:4096]


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", ["senml", "influx"])
def test_killed_at_any_moment_a_form_loses_and_doubles_nothing(
    gateway: Gateway, device: Device, form: str, kills: int
) -> None:
    rng, sent, acknowledged = random.Random(SEED), 0, list[float]()
    for _ in range(kills):
        killer = threading.Timer(rng.uniform(0.05, 1.0), gateway.fall)
        killer.start()
        while True:
            values = [float(sent + n) / 100 for n in range(rng.randrange(1, 40))]
            at = BEGIN + timedelta(seconds=sent)
            sent += len(values)
            try:
                if form == "senml":
                    status, _ = gateway.send(records(*values, at=at), **SENML)
                else:
                    status, _ = gateway.send(lines(*values, at=at), path=WRITE)
            except OSError:
                break
            if status in (200, 204):
                acknowledged += values
        killer.join()
        gateway.start()
    gateway.stop()
    stored = gateway.stored(series_of(device))
    assert len(acknowledged) >= kills
    assert not [value for value in acknowledged if value not in stored]
    assert set(stored.values()) == {1}
