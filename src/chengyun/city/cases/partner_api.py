"""The door of partners: reports signed with a secret of their own, each number taken once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.security import APIKeyHeader

from chengyun.city.cases import partners
from chengyun.city.cases.models import Case, Partner
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services.opening import NewCase
from chengyun.city.cases.services.partners import take_report
from chengyun.city.places.gazetteer import spots
from chengyun.kernel.api import Moment, problems
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Unknown, wrong
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["对接单位"])
NOT_THEIRS = "签名不对：请核对密钥、时间戳（五分钟以内）和签名的内容。"


class Signed(APIKeyHeader):
    """``Chengyun-Signature: sha256=…`` over ``Chengyun-Timestamp`` and the body, with the partner's secret."""

    param_name = "Chengyun-Signature"

    def authenticate(self, request: HttpRequest, key: str | None) -> Partner | None:
        match = request.resolver_match
        partner = partners.in_use(str(match.kwargs.get("partner", ""))[:20]) if match else None
        timestamp = request.headers.get("Chengyun-Timestamp", "")
        if partner is None or not key or not partners.is_fresh(timestamp):
            raise Unknown(NOT_THEIRS)
        signature = key.removeprefix(partners.PREFIX)
        if not partners.is_theirs(partner, signature, timestamp, request.body):
            raise Unknown(NOT_THEIRS)
        return partner


class PartnerReport(Schema):
    """A report of a partner. ``number`` is its own and is taken once; without a point the address is looked up."""

    number: Code = Field(..., min_length=1)
    description: Long
    address: Line = ""
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    crs: Crs = "wgs84"
    class_code: Code = Field("", alias="class")
    reporter_name: Line = ""
    reporter_phone: Code = ""
    came_at: Moment | None = None


class Taken(Schema):
    """What a report became; ``known``: the number was taken before and nothing was added."""

    number: str
    code: str
    state: str
    state_label: str
    known: bool


@router.post(
    "/partners/{partner}/reports",
    response={200: Taken, 201: Taken, **problems(404, 409)},
    auth=Signed(),
)
def partner_report(request: HttpRequest, partner: Code, body: PartnerReport) -> Any:
    """对接单位送来一件：签名核对、防重放，同一编号只登记一次。"""
    sender: Partner = request.auth  # type: ignore[attr-defined]
    signature = request.headers["Chengyun-Signature"].removeprefix(partners.PREFIX)
    case, known = take_report(sender, signature, _report(sender, body))
    return Status(200 if known else 201, _taken(case, body.number, known))


def _report(sender: Partner, body: PartnerReport) -> NewCase:
    lon, lat = _point(body)
    return NewCase(
        source=sender.source,
        book=sender.book,
        number=body.number.strip(),
        description=body.description,
        address=body.address,
        lon=lon,
        lat=lat,
        class_code=body.class_code,
        reporter_name=body.reporter_name,
        reporter_phone=body.reporter_phone,
        came_at=body.came_at,
        data={"partner": {"key": sender.key, "name": sender.name}},
    )


def _point(body: PartnerReport) -> tuple[float, float]:
    if body.lon is not None and body.lat is not None:
        return point_to_wgs84(body.lon, body.lat, body.crs)
    found = spots(body.address)
    if not found:
        raise wrong("address", "没有坐标，本市也没有找到这个地址，请补上 lon 和 lat。")
    return found[0].lon, found[0].lat


def _taken(case: Case, number: str, known: bool) -> dict[str, Any]:
    return {
        "number": number,
        "code": case.code,
        "state": case.state,
        "state_label": flow_of(case.edition_id).state(case.state).label,
        "known": known,
    }
