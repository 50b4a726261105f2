"""Cases that look like the same thing reported twice: found by place and time, ranked, and said why.

Two queries: the cases around the spot, by ranges of cells within the time, and the photos of these with their prints.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from chengyun.city.cases.models import DISTRICT, Case
from chengyun.city.cases.queries import visible
from chengyun.city.people.models import User
from chengyun.city.places.queries import locate
from chengyun.kernel import clock, search
from chengyun.kernel.files import photos_of_many
from chengyun.kernel.params import settings_of
from chengyun.kernel.ui.words import duration
from chengyun.science.cells import around, ranges
from chengyun.science.coordinates import distance
from chengyun.science.duplicates import Likeness, Mention, likeness, shared_runs

CANDIDATES = 200
SHOWN = 10
GONE = "voided"
BEFORE = "before"

Photo = tuple[int, int, str, int | None]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is compared: a case, or one that is just being written down."""

    lon: float
    lat: float
    at: datetime
    area: str
    description: str = ""
    class_code: str = ""
    asset: str = ""
    type: str = "standard"
    pk: int | None = None


@dataclass(frozen=True, kw_only=True)
class Match:
    """A similar case; ``photos`` are ids of its attachments, those taken before the work first."""

    case: Case
    likeness: Likeness
    words: list[str]
    photos: list[int]

    @property
    def percent(self) -> int:
        return round(self.likeness.score * 100)

    @property
    def reasons(self) -> list[str]:
        """Why it is shown, the strongest first."""
        told = self.likeness
        found = [
            "同一张照片" if told.same_picture else "",
            "同一部件" if told.same_asset else "",
            "同类" if told.same_class else "类别不同" if told.same_class is False else "类别未定",
            f"相距 {told.metres:.0f} 米",
            f"相隔 {duration(told.apart)}",
            "都说到「" + "」「".join(self.words) + "」" if self.words else "",
        ]
        return [reason for reason in found if reason]


def report_of(case: Case) -> Report:
    return Report(
        lon=case.lon,
        lat=case.lat,
        at=case.reported_at,
        area=case.area,
        description=case.description,
        class_code=case.case_class.code if case.case_class else "",
        asset=case.asset,
        type=case.type,
        pk=case.pk,
    )


def report_at(lon: float, lat: float, **said: Any) -> Report | None:
    """A report that does not exist yet, made now; None outside the city."""
    place = locate(lon, lat)
    return Report(lon=lon, lat=lat, at=clock.now(), area=place.area, **said) if place else None


def similar_to(user: User, report: Report) -> list[Match]:
    """Cases this person sees that may be the same thing, the likeliest first.

    Shown are those of the same class, part or photo in the reach and time the city has set, others from its score on.
    """
    params = settings_of(report.area[:DISTRICT])
    reach = float(params["case.similar.metres"])
    span = timedelta(hours=params["case.similar.hours"])
    near = Case.objects.filter(visible(user), type=report.type).exclude(state=GONE)
    rows = list(_around(near, report, reach, span).select_related("case_class")[:CANDIDATES])
    rows = _within(rows, report, reach)
    if not rows:
        return []
    photos = _photos(rows, report)
    mine = _mention(report, photos[report.pk or 0])
    matches = [_match(report, mine, row, photos[row.pk], reach, span) for row in rows]
    least = params["case.similar.score"] / 100
    shown = [m for m in matches if _speaks(m.likeness) or m.likeness.score >= least]
    return sorted(shown, key=lambda m: (-m.likeness.score, -m.case.pk))[:SHOWN]


def _around(rows: QuerySet[Case], report: Report, reach: float, span: timedelta) -> QuerySet[Case]:
    near = Q(pk__in=())
    for low, high in ranges(around(report.lon, report.lat, reach)):
        near |= Q(cell__gte=low, cell__lte=high)
    rows = rows.filter(near, reported_at__gte=report.at - span, reported_at__lte=report.at + span)
    return rows.exclude(pk=report.pk) if report.pk else rows


def _within(rows: Sequence[Case], report: Report, reach: float) -> list[Case]:
    away = distance([r.lon for r in rows], [r.lat for r in rows], report.lon, report.lat)
    return [row for row, metres in zip(rows, away, strict=True) if metres <= reach]


def _photos(rows: Sequence[Case], report: Report) -> dict[int, list[Photo]]:
    ids = [row.pk for row in rows] + ([report.pk] if report.pk else [])
    found: dict[int, list[Photo]] = defaultdict(list)
    for photo in photos_of_many(Case, ids):
        found[photo[0]].append(photo)
    return found


def _mention(report: Report, photos: Sequence[Photo]) -> Mention:
    return Mention(
        lon=report.lon,
        lat=report.lat,
        at=report.at,
        class_code=report.class_code,
        terms=frozenset(search.terms(report.description)),
        asset=report.asset,
        pictures=tuple(bits for _, _, _, bits in photos if bits),
    )


def _match(
    report: Report,
    mine: Mention,
    case: Case,
    photos: Sequence[Photo],
    reach: float,
    span: timedelta,
) -> Match:
    other = _mention(report_of(case), photos)
    first = sorted(photos, key=lambda photo: photo[2] != BEFORE)
    return Match(
        case=case,
        likeness=likeness(mine, other, reach=reach, span=span),
        words=shared_runs(report.description, case.description),
        photos=[pk for _, pk, _, _ in first],
    )


def _speaks(told: Likeness) -> bool:
    """What the standard itself calls similar, and what is hardly ever chance."""
    return bool(told.same_class or told.same_asset or told.same_picture)


def as_answer(match: Match) -> dict[str, Any]:
    """A match as the API gives it."""
    told = match.likeness
    return {
        "code": match.case.code,
        "state": match.case.state,
        "class": match.case.case_class.code if match.case.case_class else None,
        "description": match.case.description,
        "address": match.case.address,
        "reported_at": match.case.reported_at,
        "score": round(told.score, 3),
        "metres": round(told.metres, 1),
        "hours": round(told.apart.total_seconds() / 3600, 2),
        "same_class": told.same_class,
        "same_asset": told.same_asset,
        "same_photo": told.same_picture,
        "words": match.words,
        "why": "，".join(match.reasons) + "。",
    }
