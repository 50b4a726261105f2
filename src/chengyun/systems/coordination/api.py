"""The door of the desk's map."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema

from chengyun.city.cases import answers, queries
from chengyun.city.cases.models import Case
from chengyun.kernel.api import caller, problems
from chengyun.kernel.permissions import require

router = Router(tags=["指挥协调"])
AT_MOST = 4000
KINDS = {"red": "late", "amber": "near"}


class FeatureCollection(Schema):
    type: str
    features: list[dict[str, Any]]


@router.get(
    "/cases.geojson", response={200: FeatureCollection, **problems()}, url_name="cases_on_map"
)
def cases_on_map(request: HttpRequest) -> Any:
    """在办案件的位置，时限最紧的在前，最多 4000 件。"""
    user = caller(request)
    require(user, "case.view")
    rows = queries.cases_for(user).filter(open=True).select_related("case_class")
    return {
        "type": "FeatureCollection",
        "features": [_feature(case) for case in rows.order_by("due_at", "id")[:AT_MOST]],
    }


def _feature(case: Case) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
        "properties": {
            "kind": KINDS.get(answers.light_of(case), "case"),
            "label": f"{case.short_code} {case.title}",
            "url": reverse("coordination:case", args=(case.code,)),
        },
    }
