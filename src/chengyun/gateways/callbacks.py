"""What platforms tell us when a device of theirs has spoken: ChirpStack, OneNET and Huawei IoTDA; no socket is touched.

Sources: ChirpStack v4, "Event types" and "HTTP integration" (up, status); OneNET, "消息源格式" (设备物模型数据),
"HTTP推送" and the older "HTTP推送 开发指南" (data points); Huawei IoTDA API, "设备属性上报通知". A device has one
value of a point at a moment: a message that comes twice tells the same reading. Text is no reading and is passed over
where numbers stand beside it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chengyun.gateways.faults import Fault
from chengyun.gateways.parsing import EARLIEST, LATEST, is_finite
from chengyun.gateways.payloads import moment_of, name_of
from chengyun.gateways.talk import Heard, Said

DEEPEST = 4
"""How far a number may lie inside what a codec made."""
MSG = re.compile(r'"msg"\s*:\s*')
UP, STATUS, DATA_POINT = "up", "status", 1


def chirpstack(body: bytes, event: str) -> list[Heard]:
    """What a device on LoRaWAN told, as the codec of its profile reads it, or of its battery. Raises Fault."""
    if event not in (UP, STATUS):
        return []
    told = _object(body)
    device = name_of(str(_inner(told, "deviceInfo").get("devEui", "")))
    if event == STATUS:
        return _battery(device, told)
    made = told.get("object")
    if made:
        return [Heard(device=device, said=tuple(_said(made, _iso(told.get("time")))))]
    if told.get("data"):
        sentence = (
            "只有原始数据（data），没有数值（object）：请在 ChirpStack 的设备配置里写解码程序。"
        )
        raise Fault("not_decoded", sentence, device)
    return []


def _battery(device: str, told: dict[str, Any]) -> list[Heard]:
    """Percent of what a full battery holds; nothing of a device that has none or cannot tell."""
    if told.get("externalPowerSource") or told.get("batteryLevelUnavailable"):
        return []
    said = _said({"battery": told.get("batteryLevel")}, _iso(told.get("time")))
    return [Heard(device=device, said=tuple(said))]


def iotda(body: bytes) -> list[Heard]:
    """What a device told by the properties of its product model; its code is its node id. Raises Fault."""
    told = _object(body)
    device = _inner(told, "notify_data", "header").get("node_id")
    if told.get("resource") == "device.message":
        sentence = "是设备消息，没有解码：请在华为云的产品里定义属性，转发属性上报。"
        raise Fault("not_decoded", sentence, str(device or ""))
    if not isinstance(told.get("resource"), str):
        raise Fault("not_readings", "报文里没有 resource，不是华为云 IoTDA 的推送。")
    if (told.get("resource"), told.get("event")) != ("device.property", "report"):
        return []
    services = _inner(told, "notify_data", "body").get("services")
    if not isinstance(services, list) or not all(isinstance(each, dict) for each in services):
        raise Fault("not_readings", "报文里没有属性（services）。")
    said = [
        each
        for service in services
        for each in _said(
            service.get("properties"), _iso(service.get("event_time") or told.get("event_time"))
        )
    ]
    return [Heard(device=name_of(str(device or "")), said=tuple(said))]


# OneNET ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """A message of OneNET: what is told, the text that was signed, and its signature."""

    msg: Any
    signed: str
    nonce: str
    signature: str


def pushed_of(body: bytes) -> Pushed:
    """A message as it was pushed: ``msg`` is text, in the older form JSON as it stands. Raises Fault."""
    told = _object(body)
    msg = told.get("msg")
    return Pushed(
        msg=msg,
        signed=msg if isinstance(msg, str) else _as_it_stands(body.decode()),
        nonce=str(told.get("nonce", "")),
        signature=str(told.get("signature") or told.get("msg_signature") or ""),
    )


def _as_it_stands(text: str) -> str:
    """The part of a JSON text that is the value of ``msg``, "" where there is none."""
    found = MSG.search(text)
    if found is None:
        return ""
    try:
        _, end = json.JSONDecoder().raw_decode(text, found.end())
    except (ValueError, RecursionError):
        return ""
    return text[found.end() : end]


def signature_of(key: str, nonce: str, signed: str) -> str:
    """How OneNET signs: the base64 of the MD5 of key, nonce and message."""
    digest = hashlib.md5(f"{key}{nonce}{signed}".encode("utf-8", "replace"), usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode()


def onenet(msg: Any) -> list[Heard]:
    """What a message of OneNET tells: properties of the thing model, or data points. Raises Fault."""
    if isinstance(msg, str):
        try:
            msg = json.loads(msg)
        except (ValueError, RecursionError) as error:
            sentence = "消息（msg）不是 JSON；OneNET 的推送要选明文模式。"
            raise Fault("not_json", sentence) from error
    parts = msg if isinstance(msg, list) else [msg]
    return [heard for part in parts for heard in _onenet(part)]


def _onenet(told: Any) -> Iterator[Heard]:
    if not isinstance(told, dict):
        raise Fault("not_readings", "消息（msg）不是一条消息。")
    if told.get("notifyType") == "property":
        device, said = told.get("deviceName"), list[Said]()
        for name, each in _inner(told, "data", "params").items():
            if not isinstance(each, dict):
                raise Fault("not_readings", "属性要写成 {value, time}。", str(device or ""))
            said += _said({name: each.get("value")}, moment_of(each.get("time")))
        yield Heard(device=name_of(str(device or "")), said=tuple(said))
    elif told.get("type") == DATA_POINT:
        stream = {str(told.get("ds_id", "")): told.get("value")}
        said = list(_said(stream, moment_of(told.get("at"))))
        yield Heard(device=name_of(str(told.get("dev_id", ""))), said=tuple(said))


# What all have in common -------------------------------------------------------------------------


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Fault("not_json", "内容不是 JSON。") from error
    if not isinstance(told, dict):
        raise Fault("not_readings", "内容不是一条消息。")
    return told


def _inner(told: dict[str, Any], *path: str) -> dict[str, Any]:
    """An object inside another, empty where it is not there."""
    for key in path:
        inner = told.get(key)
        told = inner if isinstance(inner, dict) else {}
    return told


def _iso(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None and EARLIEST <= at.timestamp() * 1000 < LATEST:
            return at
    except (TypeError, ValueError, OverflowError):
        pass
    raise Fault("bad_time", f"时间「{str(text)[:30]}」不是带时区的时刻。")


def _said(values: Any, at: datetime) -> Iterator[Said]:
    for name, value in _numbers("", values, DEEPEST):
        yield Said(point=name_of(name), at=at, value=value)


def _numbers(name: str, value: Any, deep: int) -> Iterator[tuple[str, float]]:
    """The numbers in something, each by its name, that of an object before those inside it."""
    if isinstance(value, dict) and deep:
        for key, inner in value.items():
            yield from _numbers(f"{name}.{key}" if name else key, inner, deep - 1)
    elif isinstance(value, int | float) and is_finite(value):
        yield name, float(value)
