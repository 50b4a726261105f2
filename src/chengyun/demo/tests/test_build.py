"""The demo city in the database: built by playing a few days, whole, marked, and sound."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db.models import F
from django.utils.timezone import get_current_timezone
from pytest_django.fixtures import Settings

from chengyun.city.assets.models import Asset
from chengyun.city.cases.models import Camera, Case, Discovery, Flight, HandOver
from chengyun.city.inspections.models import Finding
from chengyun.city.people.models import Attendance, Beat, User, Visit, Walk
from chengyun.city.people.roles import DEFAULT_ROLES
from chengyun.city.people.services.passwords import DEMO_PASSWORD
from chengyun.city.places.models import Grid, Region
from chengyun.city.places.queries import locate
from chengyun.city.sensing.fences import zone_of
from chengyun.city.sensing.models import Ailment, Fence, LampNight
from chengyun.demo.build.city import build_city
from chengyun.demo.devices import truck
from chengyun.demo.scenario.pending import QUEUE
from chengyun.demo.scenario.watching import WAITING
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Conflict
from chengyun.kernel.installation import installation
from chengyun.kernel.models import Attachment, SavedFilter
from chengyun.science.switching import night_of

pytestmark = pytest.mark.django_db
DAYS = 9  # always more than a week, so that there are work days


def test_a_few_days_of_the_demo_city(tmp_path: Path, settings: Settings) -> None:
    settings.READINGS = tmp_path
    told: list[str] = []
    build_city(told.append, days=DAYS)
    city = installation()
    assert city is not None
    assert city.demo
    assert told
    check_places()
    check_people()
    check_cases()
    check_discoveries()
    check_history()
    check_habits()
    check_patrols()
    check_route()
    check_nights()
    check_ageing()
    with pytest.raises(Conflict):
        build_city(told.append, days=DAYS)


def check_nights() -> None:
    """The lamps have burned in the nights before this one, which is not over."""
    newest = LampNight.objects.latest("night").night
    assert newest == night_of(clock.now(), get_current_timezone()) - timedelta(days=1)


def check_ageing() -> None:
    """One sensor drifts and one battery is low, and nothing else ails anything."""
    rows = Ailment.objects.values_list("series__device__code", "what").order_by("what")
    assert list(rows) == [("RQ-012", "battery"), ("RQ-021", "drift")]


def check_places() -> None:
    assert Region.objects.filter(simulated=True).count() == 1 + 8 + 136 + 2408
    assert Grid.objects.count() > 6_000
    place = locate(115.98, 36.45)
    assert place is not None
    assert len(place.grid) == 15
    assert place.responsibility
    assert Asset.objects.filter(simulated=True).count() == 5_000


def check_route() -> None:
    """The truck is on its route at both ends, back after three quarters, and far from it in between."""
    zone = zone_of(Fence.objects.get())
    places = [truck.where(n / 100)[:2] for n in range(101)]
    far = zone.beyond(*np.array(places).T)
    assert not far[:30].any() and not far[75:].any()
    assert far.max() > 500 and (far > 10).sum() > 20


def check_people() -> None:
    for role in DEFAULT_ROLES:
        user = User.objects.get(username=role.key)
        assert user.post_key == role.key
        assert user.check_password(DEMO_PASSWORD)
    inspectors = User.objects.filter(posts__role__key="inspector")
    assert all(user.bindings.exists() for user in inspectors)


def check_cases() -> None:
    standard = Case.objects.filter(type="standard")
    assert set(standard.values_list("simulated", flat=True)) == {True}
    assert {stage for stage, _ in QUEUE} <= set(standard.values_list("state", flat=True))
    assert standard.filter(open=False).count() > 20
    assert standard.filter(late=True).exists()
    assert not Case.objects.filter(grid="").exists()
    assert Attachment.objects.count() > standard.count()
    assert HandOver.objects.filter(unit__kind="partner").exists()
    assert Finding.objects.exclude(case=None).count() == Finding.objects.count() > 0


def check_discoveries() -> None:
    found = Discovery.objects.all()
    assert set(found.values_list("simulated", flat=True)) == {True}
    assert found.filter(state="waiting").count() == len(WAITING)
    confirmed = found.filter(state="confirmed")
    assert set(confirmed.values_list("case__source", flat=True)) <= {"video", "drone"}
    assert not confirmed.filter(case=None).exists()
    assert Flight.objects.filter(state="planned").exists()
    assert {camera.area[:6] for camera in Camera.objects.all()} == {"371502"}


def check_history() -> None:
    verdict = audit.verify()
    assert verdict.sound, verdict.faults[:3]
    assert verdict.unsealed == 0
    assert verdict.rows > 10_000


def check_patrols() -> None:
    duties = Attendance.objects.filter(kind=Attendance.Kind.DUTY)
    assert set(duties.values_list("simulated", flat=True)) == {True}
    assert not duties.filter(measured__lt=F("heard")).exists()
    assert Beat.objects.filter(passed_metres__gt=0).count() > 100
    assert Visit.objects.exists()
    assert Walk.objects.get().findings.count() == 3


def check_habits() -> None:
    assert {row.owner_id for row in SavedFilter.objects.all()} == set(
        User.objects.filter(username__in=("operator", "supervisor", "dispatcher")).values_list(
            "pk", flat=True
        )
    )
