"""The cloudburst as it is played: three points go under, the wall says so, cases are worked off, the alarms clear."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import drive
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.city.places.factories import CENTRE
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Alarm
from chengyun.demo.devices.weather import FLOODED
from chengyun.kernel.installation import forget
from chengyun.kernel.models import Installation
from tests.browser.actors import Actor
from tests.browser.conftest import Windows
from tests.browser.test_loop import accepts, checks, closes, feeds_back, handles
from tests.gateway import Gateway, running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LON, LAT = CENTRE
DRY = "JS-001"
OTHERS = {
    "YL-001": "rain",
    "GW-003": "pipe_level",
    "BZ-004": "pump_station",
    "ZM-001": "flood_gate",
}
PACE = 240
"""An hour of rain in a quarter of a minute."""


@pytest.fixture
def gateway(city: Cast, tmp_path: Path, settings: Settings) -> Iterator[Gateway]:
    Installation.objects.update(demo=True)
    forget()
    for n, code in enumerate((DRY, *FLOODED)):
        make_device(
            code, name=f"{code} 积水点", lon=LON - 0.002 * n, unit=city.crew, simulated=True
        )
    for code, kind in OTHERS.items():
        make_device(code, kind=kind, name=code, unit=city.crew, simulated=True)
    with running(tmp_path / "home", city.sender) as made:
        settings.READINGS = made.archive.root
        yield made


def test_the_cloudburst_comes_is_worked_off_and_is_over(
    city: Cast, window: Windows, gateway: Gateway
) -> None:
    rain = threading.Thread(target=_rains, args=(f"http://127.0.0.1:{gateway.port}",))
    with window() as duty:
        duty.is_in_as(city.duty)
        duty.opens("/monitoring/")
        expect(duty.page.locator("#wall")).to_contain_text("没有未关闭的报警")
        rain.start()
        codes = [_opens_a_case(duty, device) for device in FLOODED]
        rain.join()
        assert not Alarm.objects.filter(series__device__code=DRY).exists()
    _is_worked_off(city, window, codes[0])
    for code in codes[1:]:
        drive(Case.objects.get(code=code), city, "closed")
    with window() as duty:
        duty.is_in_as(city.duty)
        while Alarm.objects.filter(open=True).exists():
            _closes_the_next(duty)
        duty.opens("/monitoring/")
        expect(duty.page.locator("#wall")).to_contain_text("没有未关闭的报警")
    assert not Case.objects.exclude(state="closed").exists()


def _rains(gateway: str) -> None:
    try:
        call_command("simulate", "cloudburst", url=gateway, minutes=60, every=60, pace=PACE)
    finally:
        connection.close()


def _opens_a_case(duty: Actor, device: str) -> str:
    """As soon as the wall shows the alarm of a device; the number of its case."""
    duty.opens("/monitoring/")
    duty.page.locator(f".al[data-device='{device}'] a").click()
    duty.presses("开案处置")
    duty.is_told("处置中，案号")
    return Case.objects.get(alarms__series__device__code=device).code


def _is_worked_off(city: Cast, window: Windows, code: str) -> None:
    """By hand, each at a window of their own."""
    with window() as operator:
        accepts(operator, code)
    with window() as supervisor:
        supervisor.logs_in("supervisor")
        supervisor.begins(code, "立案")
        supervisor.box("立案条件").select_option(index=1)
        supervisor.presses("立案")
        supervisor.is_told("现在是「待派遣」")
    with window() as dispatcher:
        dispatcher.logs_in("dispatcher")
        dispatcher.begins(code, "派遣")
        dispatcher.chooses("责任单位", "市政工程处")
        dispatcher.presses("派遣")
        dispatcher.is_told("已派给市政工程处")
    with window() as department:
        handles(department, code)
    with window() as dispatcher:
        feeds_back(dispatcher, code)
    with window() as inspector:
        checks(inspector, code)
    with window() as supervisor:
        closes(supervisor, code, photos=2)


def _closes_the_next(duty: Actor) -> None:
    """What is over is closed; nobody has looked yet at what opened no case."""
    alarm = Alarm.objects.filter(open=True).order_by("code")[0]
    duty.opens(f"/monitoring/alarms/{alarm.code}/")
    duty.reads("已恢复")
    if alarm.case_id is None:
        duty.presses("确认报警")
        duty.is_told("已确认")
    duty.presses("关闭报警")
    duty.is_told("已关闭")
