"""A city in which cases can be opened: places, people and the catalogue; and reports to open them with."""

from __future__ import annotations

from typing import Any

from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.catalogue import load_catalogue
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.places.factories import CENTRE, make_city
from chengyun.kernel.files import store_photo

EDITION = "GB/T 30428.2-2013"
MANHOLE = "P0103"
LON, LAT = CENTRE[0] - 0.001, CENTRE[1] + 0.001


def make_working_city() -> Cast:
    """Two districts with everybody who works there and the national catalogue."""
    cast = make_cast()
    make_city()
    load_catalogue(EDITION, by=None)
    return cast


def photo_bytes(colour: int = 120) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), (colour, colour, colour)).save(buffer, "JPEG")
    return buffer.getvalue()


def make_case(cast: Cast, **changes: Any) -> Case:
    """A report by the inspector, at a point of the first district."""
    new = {
        "source": "inspector",
        "description": "雨水井盖不见，井口约 70 厘米",
        "lon": LON,
        "lat": LAT,
        "class_code": MANHOLE,
        **changes,
    }
    return open_case(NewCase(**new), by=cast.inspector)


def drive(case: Case, cast: Cast, until: str) -> Case:
    """Take a standard case along its straight way until it stands in ``until``."""
    for verb, actor, facts in _way(cast):
        if case.state == until:
            return case
        if "photos" in facts:
            facts = facts | {"photos": [store_photo(photo_bytes(), "照片.jpg", by=actor).pk]}
        if facts.get("condition") == "first" and case.case_class:
            facts = facts | {"condition": case.case_class.conditions.order_by("pk")[0].pk}
        act(case, verb, facts, by=actor)
    return case


def _way(cast: Cast) -> list[tuple[str, Any, dict[str, Any]]]:
    return [
        ("accept", cast.operator, {}),
        ("file", cast.supervisor, {"class": MANHOLE, "condition": "first"}),
        ("dispatch", cast.dispatcher, {"unit": cast.crew.code}),
        ("sign", cast.department, {}),
        ("handle", cast.department, {"result": "已换新井盖", "photos": []}),
        ("feed_back", cast.dispatcher, {"inspector": cast.inspector.username}),
        ("check_pass", cast.inspector, {"photos": []}),
        ("close", cast.supervisor, {}),
    ]
