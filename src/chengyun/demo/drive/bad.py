"""Bad input: each must be answered with its status and one sentence, and must change nothing."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chengyun.demo.drive.cases import Driven
from chengyun.demo.drive.crowd import Crowd, drawn, must
from chengyun.demo.drive.door import API, Answer, Failed, Person, Upload, read

MEGABYTE = 1024 * 1024
CHINESE = re.compile(r"[一-鿿]")
PATIENCE = 30


@dataclass(frozen=True, kw_only=True)
class Bad:
    """Something wrong that is tried, and the status it must get."""

    label: str
    status: int
    answer: Callable[[], Answer]

    def fault(self) -> str:
        """Why the answer is not what it must be; "" when it is."""
        got = self.answer()
        if got.status != self.status:
            return f"{self.label}：应答 {got.status}，应当是 {self.status}（{got.sentence}）"
        if not CHINESE.search(got.sentence) or "\n" in got.sentence:
            return f"{self.label}：应答 {got.status}，但没有说明原因（{got.body}）"
        return ""


def tries(crowd: Crowd, driven: list[Driven]) -> Iterator[Bad]:
    """All of them, on cases the drive has left open."""
    yield from _reports(crowd, driven[0])
    yield from _verbs(crowd, driven)
    yield from _files(crowd)
    yield from _callers(crowd, driven[0])


def repeated(driven: Driven) -> str:
    """The same report with the same key once more: the first answer again, no second case. Why not, "" if so."""
    by = driven.crowd.person("inspector" if driven.source == "inspector" else "operator")
    again = by.post("/cases", driven.body, key=driven.key)
    if again.status != 201 or again.body["code"] != driven.code:
        return f"同一个 Idempotency-Key 第二次：应答 {again.status}，没有给出第一次的案号 {driven.code}"
    return ""


def cut_off(crowd: Crowd) -> str:
    """A connection lost in the middle of an upload: the city goes on answering. Why not, "" if so."""
    with _begun(crowd, "/photos", 5 * MEGABYTE) as half:
        half.sendall(b"x" * MEGABYTE)
    crowd.line.close()
    answer = crowd.person("inspector").get("/cases", limit=1)
    return "" if answer.done else f"断线以后列表打不开：{answer.status}"


def _reports(crowd: Crowd, model: Driven) -> Iterator[Bad]:
    by = crowd.person("inspector")
    good = model.body | {"photos": []}

    def report(**change: Any) -> Callable[[], Answer]:
        return lambda: by.post("/cases", good | change)

    yield Bad(label="没有这个类别", status=422, answer=report(**{"class": "P9999"}))
    yield Bad(label="市外的位置", status=422, answer=report(lon=120.0, lat=30.0))
    yield Bad(label="经度不是数字", status=422, answer=report(lon="east"))
    yield Bad(label="没有这个来源", status=422, answer=report(source="dream"))
    yield Bad(label="什么也没写", status=422, answer=report(description=" "))
    yield Bad(label="照片没有传过", status=422, answer=report(photos=[2**40]))
    yield Bad(label="不是 JSON", status=400, answer=lambda: by.post("/cases", b"{broken"))
    yield Bad(
        label="同一个 Idempotency-Key，另一份内容",
        status=422,
        answer=lambda: _first_reporter(model).post(
            "/cases", model.body | {"description": "另一件事"}, key=model.key
        ),
    )


def _verbs(crowd: Crowd, driven: list[Driven]) -> Iterator[Bad]:
    fresh = standing(crowd, driven, "case.reported")
    operator, supervisor = crowd.person("operator"), crowd.person("supervisor")
    version = must(operator.get(f"/cases/{fresh}"), f"{fresh} 打不开").body["version"]

    def press(by: Person, verb: str, **facts: Any) -> Callable[[], Answer]:
        return lambda: by.post(f"/cases/{fresh}/{verb}", facts)

    yield Bad(label="状态不允许的动作", status=409, answer=press(supervisor, "close"))
    yield Bad(
        label="看到的是旧版本", status=409, answer=press(operator, "accept", version=version - 1)
    )
    yield Bad(label="没有这个动作", status=422, answer=press(operator, "fly"))
    yield Bad(label="缺少必填项", status=422, answer=press(operator, "refuse"))
    yield Bad(label="没有这项权限", status=403, answer=press(crowd.person("dispatcher"), "accept"))
    yield Bad(
        label="没有这件案件",
        status=404,
        answer=lambda: operator.post("/cases/0000000000/accept", {}),
    )
    yield Bad(label="翻页标记不对", status=422, answer=lambda: operator.get("/cases", after="AAAA"))


def _files(crowd: Crowd) -> Iterator[Bad]:
    by = crowd.person("inspector")
    text = Upload(content="这不是照片".encode(), name="照片.jpg")
    half = Upload(content=drawn("plain", False)[:3000], name="半张.jpg")
    large = Upload(content=drawn("plain", False) + bytes(20 * MEGABYTE), name="很大.jpg")
    yield Bad(label="不是照片的照片", status=415, answer=lambda: by.upload("/photos", text))
    yield Bad(label="只有半张的照片", status=415, answer=lambda: by.upload("/photos", half))
    yield Bad(label="超过 20 MB 的照片", status=413, answer=lambda: by.upload("/photos", large))
    yield Bad(label="200 MB 的上传", status=413, answer=lambda: _announced(crowd, 200 * MEGABYTE))


def _callers(crowd: Crowd, model: Driven) -> Iterator[Bad]:
    stranger = crowd.stranger()
    wrong = {"username": "nobody-here", "password": "wrong-password"}
    yield Bad(label="没有登录", status=401, answer=lambda: stranger.post("/cases", model.body))
    yield Bad(label="账号不对", status=401, answer=lambda: stranger.post("/token", wrong))


def standing(crowd: Crowd, driven: list[Driven], state: str) -> str:
    """A case of the drive in that state."""
    found = [one.code for one in driven if crowd.tally.states.get(one.code) == state]
    if not found:
        raise Failed(f"没有一件案件停在 {state}，坏数据没法试。")
    return found[0]


def _first_reporter(model: Driven) -> Person:
    return model.crowd.person("inspector" if model.source == "inspector" else "operator")


def _announced(crowd: Crowd, size: int) -> Answer:
    """Announce a body of ``size``, send its beginning, and see what the city says."""
    with _begun(crowd, "/photos", size) as half:
        half.sendall(b"x" * 4096)
        answer = http.client.HTTPResponse(half)
        answer.begin()
        return Answer(status=answer.status, body=read(answer.read()))


def _begun(crowd: Crowd, path: str, size: int) -> socket.socket:
    """A connection on which a request of ``size`` bytes has been announced."""
    host, _, port = crowd.line.address.partition(":")
    head = {
        **crowd.person("inspector").head,
        "Host": crowd.line.address,
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(size),
    }
    lines = "".join(f"{key}: {value}\r\n" for key, value in head.items())
    opened = socket.create_connection((host, int(port or 80)), timeout=PATIENCE)
    opened.sendall(f"POST {API}{path} HTTP/1.1\r\n{lines}\r\n".encode())
    return opened
