"""发现线索: taken from whoever runs the algorithm, confirmed into a case or rejected by a person."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chengyun.city.cases import discoveries as reads
from chengyun.city.cases.models import Camera, Case, Discovery, DiscoveryKind, Flight
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.people.models import User
from chengyun.city.places.gazetteer import spots
from chengyun.city.places.queries import Place, address_of, locate
from chengyun.kernel import clock, files, sequences
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, wrong
from chengyun.kernel.history import overtaken
from chengyun.kernel.permissions import require

State, Reason = Discovery.State, Discovery.Reason
AHEAD = timedelta(minutes=1)
"""How far the clock of a camera may go before ours."""
HAIR = 1e-6
NOTE_AT_MOST = 500


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where in the picture, in fractions of its width and height from the upper left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What an algorithm says it saw. ``lon`` and ``lat`` are WGS 84; else the address says where, or the camera."""

    number: str
    algorithm: str
    kind: str
    confidence: float
    box: Box
    taken_at: datetime
    frame: bytes
    camera: str = ""
    flight: str = ""
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    simulated: bool = False


def send(seen: Sighting, *, by: User) -> tuple[Discovery, bool]:
    """The discovery of a sighting, and whether its number was known before: then it is the first one, unchanged.

    Raises Invalid for what cannot be so, WrongMedia and TooLarge for the frame; then nothing is kept.
    """
    require(by, "discovery.send")
    number = seen.number.strip()
    known = reads.taken(by, number) if number else None
    if known:
        return known, True
    try:
        return _take(seen, by), False
    except IntegrityError:  # the same number arrived twice at once
        known = reads.taken(by, number)
        if known is None:
            raise
        return known, True


@transaction.atomic
def _take(seen: Sighting, by: User) -> Discovery:
    if faults := tuple(_faults(seen)):
        raise Invalid(faults[0].message, fields=faults)
    kind, camera, flight = _kind(seen), _camera(seen, by), _flight(seen, by)
    lon, lat = _point(seen, camera)
    place = _place(lon, lat, by)
    taken = files.Taken(at=seen.taken_at, lon=lon, lat=lat)
    now = clock.now()
    row = Discovery(
        code=_next_code(now),
        sender=by,
        number=seen.number.strip(),
        camera=camera,
        flight=flight,
        algorithm=seen.algorithm.strip(),
        kind=kind,
        confidence=seen.confidence,
        left=seen.box.left,
        top=seen.box.top,
        width=seen.box.width,
        height=seen.box.height,
        frame=files.store_photo(seen.frame, "画面", by=by, taken=taken),
        taken_at=min(seen.taken_at, now),
        received_at=now,
        lon=lon,
        lat=lat,
        area=place.area,
        address=(seen.address.strip() or _address(lon, lat, camera))[:120],
        simulated=seen.simulated,
    )
    row.save(force_insert=True)
    files.attach(row.frame, row, "frame", by=by, lon=lon, lat=lat)
    _record("discovery.send", row, by, new=True, **_said(row))
    return row


def _said(row: Discovery) -> dict[str, Any]:
    return {
        "number": row.number,
        "algorithm": row.algorithm,
        "kind": row.kind.key,
        "confidence": row.confidence,
        "camera": row.camera.code if row.camera else "",
        "flight": row.flight.code if row.flight else "",
    }


def _faults(seen: Sighting) -> Iterator[FieldError]:
    if not seen.number.strip():
        yield FieldError("number", "请写你方的编号（number），同一个编号只收一次。")
    if not seen.algorithm.strip():
        yield FieldError("algorithm", "请写是哪个算法、哪一版（algorithm）。")
    if not 0 <= seen.confidence <= 1:
        yield FieldError("confidence", "置信度（confidence）在 0 和 1 之间。")
    if not _fits(seen.box):
        yield FieldError(
            "x", "框（x、y、w、h）是画面宽高的比例，四边都要在 0 和 1 之间，宽高大于 0。"
        )
    if seen.taken_at > clock.now() + AHEAD:
        yield FieldError("taken_at", "拍摄时间（taken_at）在将来，请校准时钟。")
    if not (seen.camera or seen.flight):
        yield FieldError("camera", "请写是哪个摄像头（camera）或哪次飞行任务（flight）。")
    if (seen.lon is None) != (seen.lat is None):
        yield FieldError("lon", "经度和纬度（lon、lat）要一起写。")


def _fits(box: Box) -> bool:
    sides = (box.left, box.top, box.left + box.width, box.top + box.height)
    inside = all(math.isfinite(side) and -HAIR <= side <= 1 + HAIR for side in sides)
    return inside and box.width > 0 and box.height > 0


def _kind(seen: Sighting) -> DiscoveryKind:
    kind = reads.kinds().filter(key=seen.kind).first()
    if kind is None:
        raise wrong("kind", f"没有发现种类「{seen.kind}」，或者它已停用。")
    return kind


def _camera(seen: Sighting, by: User) -> Camera | None:
    if not seen.camera:
        return None
    camera = Camera.objects.filter(code=seen.camera).first()
    if camera is None or not by.scope("discovery.send").covers(area=camera.area):
        raise wrong("camera", f"没有摄像头「{seen.camera}」，或者它不在你方报送的区域内。")
    if camera.state == Camera.State.ENDED:
        raise wrong("camera", f"摄像头「{seen.camera}」已经停用，不再接收它的线索。")
    return camera


def _flight(seen: Sighting, by: User) -> Flight | None:
    if not seen.flight:
        return None
    flight = Flight.objects.filter(code=seen.flight).first()
    if flight is None or not by.scope("discovery.send").covers(area=flight.area):
        raise wrong("flight", f"没有飞行任务「{seen.flight}」，或者它不在你方报送的区域内。")
    if flight.state == Flight.State.CANCELLED:
        raise wrong("flight", f"飞行任务「{seen.flight}」已经取消。")
    return flight


def _point(seen: Sighting, camera: Camera | None) -> tuple[float, float]:
    """The point that was told; else the place that was told; else where the camera stands."""
    if seen.lon is not None and seen.lat is not None:
        return seen.lon, seen.lat
    found = spots(seen.address) if seen.address.strip() else []
    if found:
        return found[0].lon, found[0].lat
    if camera is None:
        raise wrong("lon", "没有坐标，本市也没有找到这个地点，请补上 lon 和 lat。")
    return camera.lon, camera.lat


def _place(lon: float, lat: float, by: User) -> Place:
    place = locate(lon, lat)
    if place is None:
        raise wrong("lon", "这个位置不在本市范围内，没有接收。")
    require(by, "discovery.send", area=place.area)
    return place


def _address(lon: float, lat: float, camera: Camera | None) -> str:
    at_camera = camera is not None and (camera.lon, camera.lat) == (lon, lat)
    return camera.address if camera and at_camera else address_of(lon, lat)


def _next_code(now: datetime) -> str:
    day = timezone.localtime(now).strftime("%y%m%d")
    return f"FX{day}{sequences.take(f'discovery:{day}'):05d}"


@transaction.atomic
def confirm(row: Discovery, *, by: User | None) -> Case:
    """A person sees it too: a case with the frame as its photo, under the class of its kind."""
    require(by, "discovery.judge", area=row.area)
    _judge(row, by, "确认", {"state": State.CONFIRMED})
    case = open_case(
        NewCase(
            source="drone" if row.flight_id else "video",
            description=_words(row),
            lon=row.lon,
            lat=row.lat,
            class_code=row.kind.class_code,
            address=row.address,
            photos=[row.frame],
            seen_at=row.taken_at,
            data={"discovery": row.code},
            simulated=row.simulated,
        ),
        by=by,
    )
    Discovery.objects.filter(pk=row.pk).update(case=case)
    row.case = case
    _record("discovery.confirm", row, by, child={"code": case.code, "name": f"案件 {case.code}"})
    return case


@transaction.atomic
def reject(
    row: Discovery, reason: str, *, by: User | None, note: str = "", known: Case | None = None
) -> None:
    """A person sees otherwise; ``known`` is the case that already stands for the same thing."""
    require(by, "discovery.judge", area=row.area)
    if reason not in Reason.values:
        raise wrong("reason", f"请选驳回的原因：{'、'.join(Reason.labels)}。")
    if known is not None and reason != Reason.KNOWN:
        raise wrong("case", "只有「已知或重复」才写是哪一件案件。")
    if len(note.strip()) > NOTE_AT_MOST:
        raise wrong("note", f"说明最多 {NOTE_AT_MOST} 字，现在有 {len(note.strip())} 字。")
    columns = {"state": State.REJECTED, "reason": reason, "note": note.strip(), "case": known}
    _judge(row, by, "驳回", columns)
    facts: dict[str, Any] = {"cause": {"code": reason, "name": row.get_reason_display()}}
    if known is not None:
        facts["into"] = {"code": known.code, "name": f"案件 {known.code}"}
    _record("discovery.reject", row, by, note=row.note, **facts)


def _judge(row: Discovery, by: User | None, doing: str, columns: dict[str, Any]) -> None:
    """A conditional update: whoever comes second is told who was faster."""
    columns = columns | {"judged_by": by, "judged_at": clock.now()}
    if not Discovery.objects.filter(pk=row.pk, state=State.WAITING).update(**columns):
        row.refresh_from_db(fields=("state",))
        raise Conflict(f"{row.code} {overtaken(row, doing, row.get_state_display())}")
    for name, value in columns.items():
        setattr(row, name, value)


def _words(row: Discovery) -> str:
    """What the case says happened."""
    return f"{row.seen_from}拍到{row.kind}（{row.algorithm}，置信度 {row.percent}），人工审核确认。"


def _record(verb: str, row: Discovery, by: User | None, *, new: bool = False, **facts: Any) -> None:
    record(verb, row, by=by, area=row.area, facts=facts, new=new)
    reads.forget_count()
