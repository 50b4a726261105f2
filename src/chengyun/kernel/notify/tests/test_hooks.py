"""Signed calls to a program elsewhere, over sockets that take, fail, hang, drip and lie."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, NotAllowed
from chengyun.kernel.models import Dispatch, Endpoint
from chengyun.kernel.notify import hooks, services
from chengyun.kernel.notify.dispatching import deliver_due
from chengyun.kernel.notify.specs import INBOX
from chengyun.kernel.notify.tests.saying import declare, say, way

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("declaring")]

LOCAL = ip_network("127.0.0.0/8")
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
Speaks = Callable[[socket.socket], None]


class Ear:
    """A program elsewhere: what it was sent, and how it behaves."""

    def __init__(self, speaks: Speaks) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.speaks = speaks
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/hook"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._listen, args=(line,), daemon=True).start()

    def _listen(self, line: socket.socket) -> None:
        with line:
            data = b""
            while b"\r\n\r\n" not in data:
                data += line.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            lines = head.decode().split("\r\n")[1:]
            names = dict(each.split(": ", 1) for each in lines)
            while len(body) < int(names["Content-Length"]):
                body += line.recv(65536)
            self.heard.append((names, body))
            try:
                self.speaks(line)
            except OSError:
                return


def says(answer: bytes) -> Speaks:
    return lambda line: line.sendall(answer)


def hangs(line: socket.socket) -> None:
    time.sleep(30)


def drips(line: socket.socket) -> None:
    for _ in range(100):
        line.sendall(b"H")
        time.sleep(0.2)


@contextmanager
def listening(speaks: Speaks) -> Iterator[Ear]:
    ear = Ear(speaks)
    try:
        yield ear
    finally:
        ear.server.close()


@pytest.fixture(autouse=True)
def near(declaring: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_NETWORKS = (LOCAL,)
    monkeypatch.setattr(hooks, "WITHIN", 1.0)
    declare(channels=(INBOX,))


def tell(ear: Ear, cast: Cast, **changes: Any) -> Endpoint:
    given = {
        "label": "热线平台",
        "url": ear.url,
        "area": DISTRICT,
        "kinds": ["test.said"],
        **changes,
    }
    return services.add_endpoint(
        given["label"], given["url"], given["area"], given["kinds"], by=cast.admin
    )


def test_a_call_carries_what_happened_and_proves_who_sent_it(cast: Cast) -> None:
    with listening(says(OK)) as ear:
        endpoint = tell(ear, cast)
        say(cast.leader)
        deliver_due()
    [(head, body)] = ear.heard
    told = json.loads(body)
    assert (told["kind"], told["title"]) == ("test.said", "听说：水管爆了")
    signed = head["X-Chengyun-Timestamp"].encode() + b"." + body
    key = hooks.signing_key(endpoint).encode()
    proof = hmac.new(key, signed, hashlib.sha256).hexdigest()
    assert head["X-Chengyun-Signature"] == f"sha256={proof}"
    assert abs(int(head["X-Chengyun-Timestamp"]) - time.time()) < 60
    assert head["X-Chengyun-Delivery"] == told["id"]
    assert (way().state, way().provider_id) == (Dispatch.SENT, "204")


@pytest.mark.parametrize(
    ("speaks", "reason"),
    [
        (says(b"HTTP/1.1 500 Oh\r\n\r\n"), "500"),
        (says(b"HTTP/1.1 302 Elsewhere\r\nLocation: http://10.0.0.1/\r\n\r\n"), "302"),
        (says(b"hello\r\n"), "不是 HTTP"),
        (says(b""), "不是 HTTP"),
        (hangs, "没有答复"),
        (drips, "没有答复"),
    ],
    ids=["500", "redirect", "nonsense", "silence", "hang", "drip"],
)
def test_what_goes_wrong_is_tried_again_under_the_same_number(
    cast: Cast, speaks: Speaks, reason: str
) -> None:
    with listening(speaks) as ear:
        tell(ear, cast)
        say(cast.leader)
        began = time.monotonic()
        deliver_due()
        assert time.monotonic() - began < 5
        assert way().state == Dispatch.WAITING and reason in way().error
        ear.speaks = says(OK)
        with clock.at(clock.now() + timedelta(seconds=10)):
            deliver_due()
    assert (way().state, way().tries) == (Dispatch.SENT, 2)
    assert len({head["X-Chengyun-Delivery"] for head, _ in ear.heard}) == 1
    assert len(ear.heard) == 2


def test_one_that_hangs_does_not_hold_up_the_others(cast: Cast) -> None:
    with listening(hangs) as slow, listening(says(OK)) as quick:
        tell(slow, cast)
        tell(quick, cast)
        began = time.monotonic()
        for n in range(5):
            say(cast.leader, what=f"第 {n} 件")
        deliver_due()
        assert time.monotonic() - began < 6
    assert Dispatch.objects.filter(state=Dispatch.SENT).count() == 5
    assert len(quick.heard) == 5


def test_gone_means_never_again(cast: Cast) -> None:
    with listening(says(b"HTTP/1.1 410 Gone\r\n\r\n")) as ear:
        tell(ear, cast)
        say(cast.leader)
        deliver_due()
    assert (way().state, way().tries) == (Dispatch.DEAD, 1)


def test_it_hears_only_what_it_asked_for_and_only_from_its_area(cast: Cast) -> None:
    with listening(says(OK)) as ear:
        tell(ear, cast, area=OTHER_DISTRICT)
        tell(ear, cast, kinds=["case.dispatched"])
        ended = tell(ear, cast)
        services.end_endpoint(ended, by=cast.admin)
        say(cast.leader)
        deliver_due()
    assert ear.heard == []


def test_another_key_signs_after_it_was_changed(cast: Cast) -> None:
    with listening(says(OK)) as ear:
        endpoint = tell(ear, cast)
        first = hooks.signing_key(endpoint)
        services.renew_key(endpoint, by=cast.admin)
        say(cast.leader)
        deliver_due()
    [(head, body)] = ear.heard
    assert head["X-Chengyun-Signature"] != hooks.signature(
        first, head["X-Chengyun-Timestamp"], body
    )
    key = hooks.signing_key(Endpoint.objects.get())
    assert head["X-Chengyun-Signature"] == hooks.signature(key, head["X-Chengyun-Timestamp"], body)


INSIDE = (
    "http://127.0.0.1/",
    "http://localhost:8000/",
    "http://10.1.2.3/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://100.64.0.1/",
)
UNREADABLE = ("ftp://example.org/", "file:///etc/passwd", "https://", "http://a:b@example.org/",
              "http://example.org:99999/", "http://例.中国/", "http://example.org/ x", "javascript:1")  # fmt: skip


@pytest.mark.parametrize("url", (*INSIDE, *UNREADABLE))
def test_no_call_goes_into_the_house_or_somewhere_odd(
    cast: Cast, settings: Settings, url: str
) -> None:
    settings.WEBHOOK_NETWORKS = ()
    with pytest.raises(Invalid) as refused:
        services.add_endpoint("内网", url, DISTRICT, ["test.said"], by=cast.admin)
    assert refused.value.fields[0].field == "url"
    assert not Endpoint.objects.exists()


def test_an_address_that_moves_inside_later_is_not_called(cast: Cast, settings: Settings) -> None:
    with listening(says(OK)) as ear:
        tell(ear, cast)
        settings.WEBHOOK_NETWORKS = ()
        say(cast.leader)
        deliver_due()
    assert ear.heard == []
    assert way().state == Dispatch.DEAD and "内部网络" in way().error


def test_only_who_may_and_only_in_their_area(cast: Cast) -> None:
    with listening(says(OK)) as ear:
        for by, area in ((cast.dispatcher, DISTRICT), (cast.district_admin, OTHER_DISTRICT)):
            with pytest.raises(NotAllowed):
                services.add_endpoint("x", ear.url, area, ["test.said"], by=by)
        assert services.add_endpoint("x", ear.url, DISTRICT, ["test.said"], by=cast.district_admin)
