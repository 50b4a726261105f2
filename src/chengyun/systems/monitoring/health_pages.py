"""How the devices themselves fare: heard, everything told, believable, alarmed for nothing, in need of care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people.queries import person_of
from chengyun.city.sensing import queries
from chengyun.city.sensing.ailments import MAINTAIN, faults_of
from chengyun.city.sensing.services import ailments as service
from chengyun.city.sensing.specs import DeviceKind
from chengyun.kernel import registry
from chengyun.kernel.pages import door, page
from chengyun.kernel.ui.words import share
from chengyun.science.steadiness import NOTHING
from chengyun.systems.monitoring.ailment_view import maintenance_of
from chengyun.systems.monitoring.ending import REASON, ending

if TYPE_CHECKING:
    from chengyun.city.sensing.steady import Steady

PERIODS = ((1, "近 1 天"), (7, "近 7 天"), (30, "近 30 天"))
USUAL = 7
HOW = replace(REASON, label="怎样修的", hint="例如：换了探头。记在设备的经过里。")
WORST = 50
"""Devices that are shown; all others fare better."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the page says of one device or of several together."""

    online: str
    complete: str
    doubted: str
    alarms: int
    refuted: str
    faulty: int


@door(may="monitoring.view")
def health(request: HttpRequest) -> HttpResponse:
    """What maintenance has to see to, each kind, then the devices that fare worst, over the last whole hours."""
    # A second and 90 MB of libraries: a web process that shows no readings does without.
    from chengyun.city.sensing.steady import steady_devices, time_of

    user, days, kind = person_of(request), _days(request), _kind(request)
    time = time_of(days)
    found = steady_devices(user, time, kind.key if kind else "") if time else []
    return page(
        request,
        until=time.end if time else None,
        kind=kind,
        maintenance=maintenance_of(user, kind.key if kind else ""),
        every=_url(days),
        periods=[(label, _url(each, kind), each == days) for each, label in PERIODS],
        kinds=[] if kind else _kinds(found, days),
        devices=[(each, _figures([each])) for each in sorted(found, key=_fares)[:WORST]],
        total=len(found),
    )


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days, _ in PERIODS if str(days) == asked), USUAL)


def _kind(request: HttpRequest) -> DeviceKind | None:
    asked = request.GET.get("kind", "")
    return registry.get(DeviceKind, asked) if registry.has(DeviceKind, asked) else None


def _url(days: int, kind: DeviceKind | None = None) -> str:
    asked = {"days": days} | ({"kind": kind.key} if kind else {})
    return f"{reverse('monitoring:health')}?{urlencode(asked)}"


def _kinds(found: Sequence[Steady], days: int) -> list[tuple[DeviceKind, str, int, Figures]]:
    """Each kind there is: where its devices are, how many there are, how they fare together."""
    of_kind: dict[str, list[Steady]] = {}
    for each in found:
        of_kind.setdefault(each.device.kind, []).append(each)
    return [
        (kind, _url(days, kind), len(of_kind[kind.key]), _figures(of_kind[kind.key]))
        for kind in registry.all_of(DeviceKind)
        if kind.key in of_kind
    ]


def _figures(several: Sequence[Steady]) -> Figures:
    whole = sum((each.steadiness for each in several), NOTHING)
    alarms = sum(each.raised.alarms for each in several)
    return Figures(
        online=share(whole.heard, whole.slots),
        complete=share(whole.told, whole.usual),
        doubted=share(
            sum(each.doubted for each in several), sum(each.readings for each in several)
        ),
        alarms=alarms,
        refuted=share(
            sum(each.raised.refuted for each in several),
            sum(each.raised.judged for each in several),
        ),
        faulty=sum(each.raised.faulty for each in several),
    )


def _fares(each: Steady) -> tuple[Any, ...]:
    """The worst first: seldom heard, then little told, then much doubted; of whom nothing can be said last."""
    of = each.steadiness
    return (
        of.slots == 0,
        of.heard / of.slots if of.slots else 0,
        of.told / of.usual if of.usual else 0,
        -each.doubted / each.readings if each.readings else 0,
        each.device.code,
    )


@door(may=MAINTAIN)
def device_mend(request: HttpRequest, code: str) -> HttpResponse:
    """What people judged to be faults of a device is mended; how, is asked on a page of its own."""
    user = person_of(request)
    found = queries.device_for(user, code)

    def mend(how: str) -> str:
        service.mend(found, how, by=user)
        return f"「{found}」已登记修好。"

    here, faults = reverse("monitoring:device", args=(code,)), faults_of(found)
    return ending(request, here, mend, asked=HOW, device=found, faults=faults)
