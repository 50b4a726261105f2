"""The photos and spoken notes of a case, and what is known of each: when, where, by whom, and its original."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from chengyun.city.cases.models import Case
from chengyun.city.people.queries import names_of_users
from chengyun.kernel import clock, files
from chengyun.kernel.models import Attachment, Audit, Capture
from chengyun.kernel.ui.words import moment
from chengyun.science.coordinates import distance
from chengyun.science.pictures import alike

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
SENT = (
    "case.dispatch", "case.rush", "case.reassign", "case.rework", "case.check_fail", "ledger.assign", "ledger.redo",
)  # fmt: skip
"""The verbs that send a case to a unit: each begins a round."""
PROOFS = ("after", "check", "guard")
"""What is taken in a round, because the case was sent."""
TOO_OLD, SEEN_BEFORE = "早于派遣", "与上次相同"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One of them. ``stamp`` is the line below it; ``small`` is "" where there is no picture; ``doubts`` in words."""

    url: str
    small: str
    role: str
    label: str
    stamp: str
    lon: float | None
    lat: float | None
    original_sha256: str
    doubts: tuple[str, ...]

    @property
    def is_photo(self) -> bool:
        return bool(self.small)


def evidence_of(case: Case, acts: Iterable[Audit]) -> list[Evidence]:
    """Everything that was attached to a case, oldest first; ``acts`` on it in their order say when it was sent."""
    sent = [act.at for act in acts if act.verb in SENT]
    rows = files.attachments_of(case)
    names = names_of_users(row.file.owner_id for row in rows if row.file.owner_id)
    return [
        _evidence(case, row, names.get(row.file.owner_id or 0, ""), _doubts(row, rows[:n], sent))
        for n, row in enumerate(rows)
    ]


def _doubts(
    row: Attachment, earlier: Sequence[Attachment], sent: Sequence[datetime]
) -> tuple[str, ...]:
    """Why a photo may not show what it should: it is older than its round, or was there in an earlier one."""
    turn, capture = bisect_left(sent, row.at), _capture(row)
    taken = capture.taken_at if capture else None
    old = row.role in PROOFS and turn and taken and taken < sent[turn - 1]
    again = any(_same(row, other) for other in earlier if bisect_left(sent, other.at) < turn)
    return tuple(words for words, so in ((TOO_OLD, old), (SEEN_BEFORE, again)) if so)


def _same(row: Attachment, other: Attachment) -> bool:
    """Of the same kind one that looks like it; or the very photo of the report, which shows no work."""
    same = bool(_hashes(row) & _hashes(other))
    if row.role != other.role:
        return same and (row.role, other.role) == ("after", "before")
    return same or alike(*(getattr(one, "bits", None) or 0 for one in (row, other)))


def _hashes(row: Attachment) -> set[str]:
    capture = _capture(row)
    return {row.file.sha256, *([capture.original_sha256] if capture else [])}


def _capture(row: Attachment) -> Capture | None:
    found: Capture | None = getattr(row.file, "capture", None)
    return found


def _evidence(case: Case, row: Attachment, who: str, doubts: tuple[str, ...]) -> Evidence:
    capture = _capture(row)
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
        doubts=doubts,
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
