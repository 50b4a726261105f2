"""An alarm that is judged to be a fault of its device: its maintenance is told, and says when it is mended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import Role, User
from chengyun.city.sensing.ailments import MAINTAIN
from chengyun.city.sensing.factories import change, make_alarm, make_device
from chengyun.city.sensing.models import Ailment, Alarm, Device, Series
from chengyun.city.sensing.services.ailments import sweep_ailments
from chengyun.city.sensing.services.devices import end_device
from chengyun.city.sensing.services.outages import OutageChange, follow_outage
from chengyun.city.sensing.tests.doors import call
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.models import Message

pytestmark = pytest.mark.django_db

HEALTH, HERE = "/monitoring/health/", "/monitoring/devices/JS-001/"
MEND = f"{HERE}mend/"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def mate(cast: Cast) -> User:
    """Who is on duty in the same district."""
    return make_user("duty-mate", "同班值守", "duty", cast.centre)


def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def page(user: User, url: str) -> str:
    return browser(user).get(url).content.decode()


def blame(alarm: Alarm, by: User, note: str = "") -> None:
    answer = browser(by).post(f"/monitoring/alarms/{alarm.code}/blame/", {"note": note})
    assert answer.status_code == 303
    assert Alarm.objects.get(pk=alarm.pk).state == "faulty"


def mended(by: User, how: str = "换了探头") -> Any:
    return browser(by).post(MEND, {"reason": how})


def told(user: User, kind: str = "device.ailing") -> list[str]:
    outbox.deliver_due()
    rows = Message.objects.filter(person_id=user.pk, kind=kind).order_by("id")
    return [f"{row.title}。{row.text}" for row in rows]


def again(device: Device) -> Alarm:
    """It has fallen back and is beyond its limits once more."""
    now = clock.now()
    change(device, 0, now + timedelta(minutes=1))
    found = change(device, 3, now + timedelta(minutes=2))
    assert found is not None
    return found


def test_those_who_maintain_it_are_told_once_and_see_it_on_both_pages(
    cast: Cast, mate: User
) -> None:
    device = make_device()
    alarm = make_alarm(device)
    blame(alarm, cast.duty, "探头进水")
    blame(again(device), cast.duty)
    said = f"设备要维护：{device}。{device.stands_at}，设备故障：{alarm.label}（报警 {alarm.code}），探头进水。"
    assert told(mate) == [said]
    assert told(cast.dispatcher) == told(cast.department) == told(cast.leader) == []
    row = page(mate, HEALTH).split('id="maintenance"')[1].split("</section>")[0]
    assert "设备故障 1" in row and "JS-001" in row and alarm.label in row
    assert f"/monitoring/alarms/{alarm.code}/" in row and "修好了…" in page(mate, HERE)
    here = page(cast.leader, HERE)
    assert f"{alarm.label}（报警 {alarm.code}）" in here and "修好了…" not in here
    assert "探头进水" in page(mate, HERE)
    audit.seal_new()
    assert audit.verify().sound


def test_it_stands_until_somebody_says_it_is_mended_and_then_counts_anew(
    cast: Cast, mate: User
) -> None:
    device = make_device()
    blame(make_alarm(device), cast.duty)
    second = again(device)
    sweep_ailments()
    assert Ailment.objects.get().ended_at is None
    assert "请" in mended(mate, " ").content.decode()
    assert mended(mate).status_code == 303
    assert "设备故障：修好了，换了探头" in page(mate, HERE)
    assert "设备故障 1" not in page(mate, HEALTH) and "修好了…" not in page(mate, HERE)
    assert mended(mate).status_code == 409
    blame(second, cast.duty)
    assert len(told(mate)) == 2


def test_only_who_maintains_it_says_that_it_is_mended(cast: Cast) -> None:
    blame(make_alarm(make_device()), cast.duty)
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    assert mended(cast.leader).status_code == 403
    assert mended(other).status_code == 404
    assert call(cast.leader, "post", "/devices/JS-001/mend", {"reason": "换"}).status_code == 403
    assert call(cast.duty, "post", "/devices/JS-001/mend", {"reason": "换"}).status_code == 200
    again_told = call(cast.duty, "post", "/devices/JS-001/mend", {"reason": "换"})
    assert again_told.status_code == 409
    assert again_told.json()["message"] == "设备「JS-001」没有等着修的故障。"


def test_the_unit_that_looks_after_it_comes_first(cast: Cast, mate: User) -> None:
    role = Role.objects.get(key="department")
    Role.objects.filter(pk=role.pk).update(
        permissions=[*role.permissions, MAINTAIN, "monitoring.view"]
    )
    blame(make_alarm(make_device(unit=cast.crew)), cast.duty)
    assert len(told(cast.department)) == 1
    assert told(mate) == []


def test_a_fault_goes_with_its_device(cast: Cast) -> None:
    device = make_device()
    blame(make_alarm(device), cast.duty)
    end_device(device, by=cast.duty)
    sweep_ailments()
    assert not Ailment.objects.filter(ended_at=None).exists()


def test_an_outage_is_the_fault_of_none_of_those_that_are_silent(cast: Cast, mate: User) -> None:
    wells = [make_device(f"RQ-{n}", kind="gas_space", name=f"井{n}") for n in range(3)]
    now = clock.now()
    since = now - timedelta(hours=1)
    follow_outage(
        OutageChange(
            series=Series.objects.filter(device=wells[0])[0].pk,
            rule="many_silent",
            level=2,
            value=3,
            at=now,
            since=since,
            group="area:371502",
            heard={well.pk: since for well in wells},
            back={},
        )
    )
    blame(Alarm.objects.get(), cast.duty)
    assert not Ailment.objects.exists() and told(mate) == []
    assert told(mate, "alarm.blamed") == [
        "大面积失联判为设备故障：3 台设备。东昌府区，请检查它们共用的网络、电源和平台。"
    ]
