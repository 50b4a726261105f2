"""Messages of platforms, as their makers write them down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.gateways import callbacks
from chengyun.gateways.faults import Fault
from chengyun.gateways.talk import Heard

AT = datetime(2018, 4, 23, 1, 58, 42, 123000, tzinfo=UTC)
CHIRPSTACK = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2022-07-18T09:34:15.775023242+00:00",
    "deviceInfo": {
        "tenantName": "ChirpStack",
        "deviceProfileName": "Test device-profile",
        "deviceName": "Test device",
        "devEui": "0101010101010101",
        "tags": {"key": "value"},
    },
    "devAddr": "00189440",
    "dr": 1,
    "fCnt": 7,
    "fPort": 1,
    "data": "qg==",
    "object": {"depth": 12.5, "open": True, "state": "ok", "battery": {"volt": 3.6}, "raw": [1]},
    "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -36, "snr": 10.5}],
}
ONENET = {
    "projectId": "990909090",
    "productId": "00001",
    "deviceName": "iot-0001",
    "messageType": "notify",
    "notifyType": "property",
    "data": {
        "id": "12345",
        "params": {
            "Power": {"value": "on", "time": 1524448722123},
            "WF": {"value": 23.6, "time": 1524448722123},
            "3_0_20": {"time": 1524448722123, "value": 4, "bin_data": "A0AA0A0A0A0A0A0"},
        },
    },
}
IOTDA = {
    "resource": "device.property",
    "event": "report",
    "event_time": "20151212T121212Z",
    "event_time_ms": "2015-12-12T12:12:12.000Z",
    "request_id": "3fe58d5e-8697-4849-a165-7db128f7e776",
    "notify_data": {
        "header": {
            "device_id": "d4922d8a-6c8e-4396-852c-164aefa6638f",
            "node_id": "ABC123456789",
            "product_id": "ABC123456789",
        },
        "body": {
            "services": [
                {
                    "service_id": "Battery",
                    "properties": {"batteryLevel": 80, "state": "ok"},
                    "event_time": "20151212T121212Z",
                },
                {"service_id": "Water", "properties": {"depth": 3.5}},
            ]
        },
    },
}


def told(heard: list[Heard]) -> list[tuple[str, str, datetime, float]]:
    return [(each.device, said.point, said.at, said.value) for each in heard for said in each.said]


def up(body: bytes) -> list[Heard]:
    return callbacks.chirpstack(body, "up")


def pushed(body: bytes) -> list[Heard]:
    return callbacks.onenet(callbacks.pushed_of(body).msg)


def raw(message: Any) -> bytes:
    return json.dumps(message).encode()


def test_a_device_on_lorawan_tells_what_its_codec_made() -> None:
    at = datetime(2022, 7, 18, 9, 34, 15, 775023, tzinfo=UTC)
    assert told(up(raw(CHIRPSTACK))) == [
        ("0101010101010101", "depth", at, 12.5),
        ("0101010101010101", "open", at, 1.0),
        ("0101010101010101", "battery.volt", at, 3.6),
    ]
    assert callbacks.chirpstack(b"whatever", "join") == []
    assert up(raw(CHIRPSTACK | {"object": None, "data": ""})) == []
    with pytest.raises(Fault) as fault:
        up(raw(CHIRPSTACK | {"object": {}}))
    assert (fault.value.word, fault.value.device) == ("not_decoded", "0101010101010101")


def test_a_device_on_lorawan_tells_of_its_battery() -> None:
    """ChirpStack asks it now and then, and passes on what it answers as an event of its own."""
    at = datetime(2022, 7, 18, 9, 34, 15, 775023, tzinfo=UTC)
    status = {key: CHIRPSTACK[key] for key in ("deduplicationId", "time", "deviceInfo")}
    status |= {"margin": 6, "externalPowerSource": False, "batteryLevelUnavailable": False}
    full = raw(status | {"batteryLevel": 96.06})
    assert told(callbacks.chirpstack(full, "status")) == [
        ("0101010101010101", "battery", at, 96.06)
    ]
    mains = raw(status | {"externalPowerSource": True, "batteryLevel": 0})
    mute = raw(status | {"batteryLevelUnavailable": True, "batteryLevel": 0})
    assert callbacks.chirpstack(mains, "status") == callbacks.chirpstack(mute, "status") == []


def test_onenet_tells_properties_or_older_data_points() -> None:
    body = raw({"msg": json.dumps(ONENET), "nonce": "abc", "signature": "x", "time": 1, "id": "2"})
    assert told(pushed(body)) == [("iot-0001", "WF", AT, 23.6), ("iot-0001", "3_0_20", AT, 4.0)]
    point = {"type": 1, "dev_id": 2016617, "ds_id": "depth", "at": 1524448722123, "value": 42}
    online = {"type": 2, "dev_id": 2016617, "status": 1, "at": 1524448722123}
    body = raw({"msg": [point, online], "msg_signature": "x", "nonce": "abc"})
    assert told(pushed(body)) == [("2016617", "depth", AT, 42.0)]
    assert callbacks.onenet({"messageType": "lifeCycle", "data": {"status": "online"}}) == []


def test_a_signature_is_over_the_message_as_it_stands() -> None:
    """The digest by hand: ``printf abc123xyz5 | openssl md5 -binary | base64``."""
    assert callbacks.signature_of("abc123", "xyz", "5") == "VSPA9THZ3huEvBO5Ckf23Q=="
    text = '{"msg" : {"b": 1,  "a":\n[2]}, "nonce": "n", "msg_signature": "s"}'
    older = callbacks.pushed_of(text.encode())
    assert (older.signed, older.nonce, older.signature) == ('{"b": 1,  "a":\n[2]}', "n", "s")
    newer = callbacks.pushed_of(raw({"msg": '{"a": 1}', "nonce": "n", "signature": "s"}))
    assert (newer.signed, newer.signature) == ('{"a": 1}', "s")


def test_iotda_tells_the_properties_of_each_service() -> None:
    at = datetime(2015, 12, 12, 12, 12, 12, tzinfo=UTC)
    assert told(callbacks.iotda(raw(IOTDA))) == [
        ("ABC123456789", "batteryLevel", at, 80.0),
        ("ABC123456789", "depth", at, 3.5),
    ]
    assert callbacks.iotda(raw(IOTDA | {"resource": "device.status", "event": "update"})) == []
    with pytest.raises(Fault, match="没有解码"):
        callbacks.iotda(raw(IOTDA | {"resource": "device.message"}))


@pytest.mark.parametrize(
    ("read", "body", "word"),
    [
        (up, b"\x0a\x00\xff", "not_json"),
        (up, b"[]", "not_readings"),
        (up, raw(CHIRPSTACK | {"deviceInfo": {}}), "bad_name"),
        (up, raw(CHIRPSTACK | {"time": "soon"}), "bad_time"),
        (up, raw(CHIRPSTACK | {"time": "2022-07-18T09:34:15"}), "bad_time"),
        (up, raw(CHIRPSTACK | {"time": None}), "bad_time"),
        (up, raw(CHIRPSTACK | {"object": {"x" * 41: 1}}), "bad_name"),
        (up, raw(CHIRPSTACK | {"object": {"a\x00b": 1}}), "bad_name"),
        (pushed, raw({"msg": "U2FsdGVkX18="}), "not_json"),
        (pushed, raw({"nonce": "n"}), "not_readings"),
        (pushed, raw({"msg": ONENET | {"data": {"params": {"WF": 5}}}}), "not_readings"),
        (pushed, raw({"msg": ONENET | {"data": {"params": {"WF": {"value": 5}}}}}), "bad_time"),
        (pushed, raw({"msg": ONENET | {"deviceName": None}}), "bad_name"),
        (callbacks.iotda, raw(IOTDA | {"notify_data": 5}), "not_readings"),
        (callbacks.iotda, raw(IOTDA | {"notify_data": {"body": {"services": []}}}), "bad_name"),
    ],
)
def test_what_is_no_reading_says_why(read: Callable[[bytes], Any], body: bytes, word: str) -> None:
    with pytest.raises(Fault) as fault:
        read(body)
    assert fault.value.word == word


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(st.data())
def test_any_message_is_read_or_refused(data: st.DataObject) -> None:
    read, good = data.draw(
        st.sampled_from([(up, CHIRPSTACK), (pushed, {"msg": ONENET}), (callbacks.iotda, IOTDA)])
    )
    message = json.loads(json.dumps(good))
    place, steps = message, data.draw(st.integers(1, 5))
    for _ in range(steps):
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key]:
            break
        place = place[key]
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(ANY)
    try:
        assert all(each.device for each in read(raw(message)))
    except Fault as fault:
        assert fault.sentence
