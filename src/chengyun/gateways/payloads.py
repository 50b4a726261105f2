"""Readings as they come over MQTT: one message of one device, in our own form or in that of ThingsBoard.

``{"depth": 12.5}`` is told of now; ``{"ts": 1751648400000, "values": {"depth": 12.5}}`` of a moment, milliseconds since
1970 (UTC); a list holds several of either. Topics: ``readings/CODE``; ``v1/devices/me/telemetry``, where the client's
name is the device's; ``v1/gateway/telemetry`` with ``{"CODE": [{"ts": …, "values": {…}}]}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from chengyun.gateways.faults import Fault
from chengyun.gateways.parsing import EARLIEST, LATEST, LONGEST, is_finite
from chengyun.gateways.talk import Said
from chengyun.kernel import clock

OWN = "readings/"
DEVICE, GATEWAY = "v1/devices/me/telemetry", "v1/gateway/telemetry"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def said_of(topic: str, payload: bytes, client: str) -> dict[str, tuple[Said, ...]]:
    """What a message tells of which devices. Raises Fault."""
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Fault("not_json", "内容不是 JSON。") from error
    if topic == GATEWAY:
        if not isinstance(told, dict):
            raise Fault("not_readings", "内容要写成 {设备编号: [读数…]}。")
        return {name_of(device): tuple(_said(rows)) for device, rows in told.items()}
    device = client if topic == DEVICE else topic.removeprefix(OWN) if topic.startswith(OWN) else ""
    if not device:
        raise Fault("bad_topic", f"主题要写成 {OWN}设备编号。")
    return {name_of(device): tuple(_said(told))}


def name_of(name: str) -> str:
    """The name of a device or a point. Raises Fault."""
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        raise Fault("bad_name", f"设备编号和测点要写，最多 {LONGEST} 个字符。")
    return name


def _said(told: Any) -> Iterator[Said]:
    for row in told if isinstance(told, list) else [told]:
        if not isinstance(row, dict):
            raise Fault("not_readings", '读数要写成 {"测点": 数值}。')
        values = row.get("values", row) if "ts" in row else row
        if not isinstance(values, dict):
            raise Fault("not_readings", '读数要写成 {"测点": 数值}。')
        at = moment_of(row["ts"]) if "ts" in row else clock.now()
        for point, value in values.items():
            if point != "ts":
                yield Said(point=name_of(point), at=at, value=_value(point, value))


def moment_of(told: Any) -> datetime:
    """A moment in milliseconds since 1970. Raises Fault."""
    if type(told) is not int or not EARLIEST <= told < LATEST:
        raise Fault("bad_time", "时间要写成 1970 年以来的毫秒数（不是秒），在 2000 到 2100 年间。")
    return EPOCH + timedelta(milliseconds=told)


def _value(point: str, told: Any) -> float:
    if isinstance(told, bool):
        return float(told)
    if not isinstance(told, int | float) or not is_finite(told):
        raise Fault("not_a_number", f"测点「{point[:20]}」的数值要写成一个数。")
    return float(told)
