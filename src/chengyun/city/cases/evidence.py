"""The photos and spoken notes of a case, and what is known of each: when, where, by whom, and its original."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from chengyun.city.cases.models import Case
from chengyun.city.people.queries import names_of_users
from chengyun.kernel import clock, files
from chengyun.kernel.models import Attachment, Capture
from chengyun.kernel.ui.words import moment
from chengyun.science.coordinates import distance

LABELS = {
    "before": "处置前",
    "after": "处置后",
    "check": "核查",
    "verify": "核实",
    "guard": "到场看护",
    "assist": "协办与回复",
    "voice": "语音说明",
}
KILOMETRE = 1000


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One of them. ``stamp`` is the line below it; ``small`` is "" where there is no picture."""

    url: str
    small: str
    role: str
    label: str
    stamp: str
    lon: float | None
    lat: float | None
    original_sha256: str

    @property
    def is_photo(self) -> bool:
        return bool(self.small)


def evidence_of(case: Case) -> list[Evidence]:
    """Everything that was attached to a case, oldest first."""
    rows = files.attachments_of(case)
    names = names_of_users(row.file.owner_id for row in rows if row.file.owner_id)
    return [_evidence(case, row, names.get(row.file.owner_id or 0, "")) for row in rows]


def _evidence(case: Case, row: Attachment, who: str) -> Evidence:
    capture: Capture | None = getattr(row.file, "capture", None)
    return Evidence(
        url=reverse("files:attachment", args=(row.pk,)),
        small=reverse("files:small", args=(row.pk,)) if row.file.width else "",
        role=row.role,
        label=LABELS.get(row.role, row.role),
        stamp=" · ".join(
            part for part in (_when(row, capture), _where(case, capture), who) if part
        ),
        lon=capture.lon if capture else None,
        lat=capture.lat if capture else None,
        original_sha256=capture.original_sha256 if capture else row.file.sha256,
    )


def _when(row: Attachment, capture: Capture | None) -> str:
    taken = capture.taken_at if capture else None
    return moment(taken, now=clock.now()) if taken else f"{moment(row.at, now=clock.now())} 上传"


def _where(case: Case, capture: Capture | None) -> str:
    """How far from the case the camera stood."""
    if capture is None or capture.lon is None or capture.lat is None:
        return ""
    away = distance(case.lon, case.lat, capture.lon, capture.lat)
    return f"距案件 {away:.0f} 米" if away < KILOMETRE else f"距案件 {away / KILOMETRE:.1f} 公里"
