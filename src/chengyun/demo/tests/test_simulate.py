"""``chengyun simulate`` over HTTP: who speaks, what is sent, and when it makes no sense to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Series, WeatherWarning
from chengyun.kernel import clock
from chengyun.kernel.installation import forget
from chengyun.kernel.models import Installation

pytestmark = pytest.mark.django_db
SHORT = {"minutes": 2, "every": 60, "pace": 1e6}


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[Any]]]:
    """The address of a gateway that takes everything but the first, and what it took."""
    lines: list[Any] = []
    refused: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not refused:
                refused.append(body)
                self.send_response(503)
            else:
                lines.extend(json.loads(line) for line in body.splitlines())
                self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", lines
        server.shutdown()


@pytest.fixture
def city() -> None:
    """A demo city with one simulated device of each industry, and one that is real."""
    make_working_city()
    Installation.objects.update(demo=True)
    forget()
    make_device("JS-001", simulated=True)
    make_device("KG-005", kind="lamp_cabinet", simulated=True)
    make_device("JS-900")


@pytest.mark.usefixtures("city")
def test_the_devices_of_a_play_speak_until_they_are_heard(
    gateway: tuple[str, list[Any]],
) -> None:
    url, lines = gateway
    call_command("simulate", "cloudburst", url=url, **SHORT)
    assert {line["device"] for line in lines} == {"JS-001"}
    assert len(lines) == 3 and len({line["at"] for line in lines}) == 3
    assert {line["point"] for line in lines} == {"depth"}
    warning = WeatherWarning.objects.get()
    assert (str(warning), warning.simulated) == ("暴雨橙色预警", True)
    assert warning.valid_from < clock.now() < warning.valid_to
    call_command("simulate", "dark_street", url=url, **SHORT)
    assert {line["point"] for line in lines if line["device"] == "KG-005"} == {
        "lit",
        "current",
        "power",
        "leakage",
        "door",
    }


@pytest.mark.usefixtures("city")
def test_all_is_played_that_can_be(
    gateway: tuple[str, list[Any]], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DOORS = ()
    Series.objects.filter(device__code="JS-001").update(at=clock.now())
    call_command("simulate", "all", url=gateway[0], **SHORT)
    assert {line["device"] for line in gateway[1]} == {"KG-005"}
    said = capsys.readouterr()
    assert "2 分钟以后再演" in said.err and "夜里一条街的路灯熄灭" in said.out


@pytest.mark.usefixtures("city")
def test_a_play_older_than_the_last_reading_is_not_played(
    gateway: tuple[str, list[Any]],
) -> None:
    Series.objects.filter(device__code="JS-001").update(at=clock.now())
    with pytest.raises(CommandError, match="2 分钟以后再演"):
        call_command("simulate", "cloudburst", url=gateway[0], **SHORT)
    assert gateway[1] == []


def test_a_real_city_plays_nothing() -> None:
    make_working_city()
    with pytest.raises(CommandError, match="不是演示城市"):
        call_command("simulate", "dry")
