"""What the pages show of cases that may be the same thing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from chengyun.city.cases import similarity
from chengyun.city.cases.models import DISTRICT, Case
from chengyun.city.cases.similarity import Match, Report
from chengyun.city.people.models import User
from chengyun.kernel.params import settings_of
from chengyun.kernel.specs import Step

Doors = list[tuple[Step, str]]


def beside(user: User, found: Case, steps: Doors, *, at_most: int = 5) -> dict[str, Any]:
    """Similar cases on the page of a case, and where it may be merged into one of them."""
    matches = similarity.similar_to(user, similarity.report_of(found))[:at_most]
    return {"similar": cards(matches), "merge": merge_door(steps), "reach": reach_of(found.area)}


def before_filing(
    user: User, found: Case, steps: Doors, photos: list[dict[str, Any]]
) -> dict[str, Any]:
    """Before a case is filed: what may be the same thing, side by side with it."""
    if found.filed_at or not found.open:
        return {}
    return beside(user, found, steps) | {"own": photos[:1]}


def merge_door(steps: Doors) -> str:
    """Where a case may be merged into another; "" where its workflow does not say so."""
    return next((url for step, url in steps if step.verb == "merge"), "")


def cards(matches: list[Match]) -> list[dict[str, Any]]:
    """Matches with the addresses of their first photos."""
    return [
        {
            "case": match.case,
            "percent": match.percent,
            "reasons": match.reasons,
            "photos": [
                {
                    "url": reverse("files:attachment", args=(pk,)),
                    "thumb": reverse("files:small", args=(pk,)),
                }
                for pk in match.photos[:1]
            ],
        }
        for match in matches
    ]


def reach_of(area: str) -> str:
    """50 米、24 小时内, as the city has set it."""
    params = settings_of(area[:DISTRICT])
    return f"{params['case.similar.metres']} 米、{params['case.similar.hours']} 小时内"


def report_from(request: HttpRequest, kind: str) -> Report | None:
    """What a form that is being filled in says so far; None while it has no place in the city."""
    lon, lat = (_degrees(request.POST.get(f"point_{axis}", "")) for axis in ("lon", "lat"))
    if lon is None or lat is None or abs(lat) > 90:
        return None
    return similarity.report_at(
        lon,
        lat,
        class_code=request.POST.get("class", "")[:8],
        description=request.POST.get("description", "")[:4000],
        type=kind,
    )


def _degrees(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -180 <= value <= 180 else None
