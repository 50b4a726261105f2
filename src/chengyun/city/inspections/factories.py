"""Findings for tests, made through the verb."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate
from PIL import Image

from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.services import NewFinding, record_finding
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.places.factories import COMMUNITIES, centre_of
from chengyun.kernel import clock
from chengyun.kernel.files import store_photo

DISTRICT_COMMUNITY, OTHER_COMMUNITY = COMMUNITIES[0], COMMUNITIES[-1]


def new_finding(cast: Cast, field: str = "municipal", **changes: Any) -> NewFinding:
    """What an inspector in the middle of a community of the district would write down."""
    community = changes.pop("community", DISTRICT_COMMUNITY)
    lon, lat = centre_of(community)
    given: dict[str, Any] = {
        "field": field,
        "description": "雨水箅子缺失 1 块，骑车人绕行",
        "place": "湖南路柳园路口东南角",
        "lon": lon,
        "lat": lat,
        "unit": cast.crew,
        "due": soon(),
    }
    return NewFinding(**(given | changes))


def found(
    cast: Cast, field: str = "municipal", *, by: User | None = None, **changes: Any
) -> Finding:
    """A finding, by the city's evaluator unless somebody else is named."""
    return record_finding(new_finding(cast, field, **changes), by=by or cast.evaluator)


def soon() -> date:
    """The day a finding is to be cleared by."""
    return localdate(clock.now()) + timedelta(days=3)


def picture(width: int = 800, height: int = 600) -> bytes:
    """A photo as a phone would send it."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 110)).save(buffer, "JPEG")
    return buffer.getvalue()


def photo_of(user: User) -> Any:
    return store_photo(picture(), "现场.jpg", by=user)
