"""The case file 案卷: one case as one document, the same on paper, on the page and in Word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import strip_tags
from django.utils.timezone import localtime

from chengyun.city.cases.evidence import LABELS
from chengyun.city.cases.models import Case
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.files import attachments_of
from chengyun.kernel.history import ERASED, Line
from chengyun.kernel.models import Attachment, Capture, Seal
from chengyun.kernel.ui.words import masked_text
from chengyun.systems.coordination import lists, panels

SIDE_BY_SIDE = 2


@dataclass(frozen=True, kw_only=True)
class Act:
    """One line of the history with its proof: the beginning of its hash, and the seal it is under."""

    number: int
    at: str
    what: str
    who: str
    note: str
    proof: str
    seal: str


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """What a case file holds; ``named`` says whether it names the reporter, None when it has none."""

    case: Case
    state: str
    facts: list[tuple[str, str]]
    photos: list[list[tuple[str, Attachment]]]
    clocks: list[dict[str, str]]
    acts: list[Act]
    proof: list[str]
    sound: bool
    named: bool | None
    who: str
    at: datetime

    @property
    def title(self) -> str:
        return f"案卷 {self.case.code}"

    @property
    def foot(self) -> str:
        """What every page carries."""
        return f"{self.title}　{self.who} 打印于 {moment(self.at)}"


def dossier_of(user: User, case: Case) -> Dossier:
    """The file of a case as this person may read it."""
    lines = panels.lines_of(case)
    clear = panels.sees_reporter(user, case)
    rows, sound = panels.proof_of(lines)
    facts = _facts(case, user, lines, clear=clear)
    return Dossier(
        case=case,
        state=lists.stage(case)["label"],
        facts=facts,
        photos=_photos([one for one in attachments_of(case) if one.file.width]),
        clocks=[_clock(row) for row in panels.clocks_of(case, moment)],
        acts=[_act(n, line, clear=clear) for n, line in enumerate(lines, start=1)],
        proof=_proof(lines, rows, sound=sound),
        sound=sound,
        named=clear if dict(facts).get("上报人", ERASED) != ERASED else None,
        who=str(user),
        at=clock.now(),
    )


def moment(at: datetime | None) -> str:
    """A moment as documents write it, with its year."""
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _facts(case: Case, user: User, lines: list[Line], *, clear: bool) -> list[tuple[str, str]]:
    told = panels.facts_of(case, user, lines, moment)
    known = [(label, strip_tags(str(value))) for label, value in told]
    rows = [
        ("案号", case.code),
        ("状态", lists.stage(case)["label"]),
        *known,
        ("地点", case.address),
        ("坐标", f"{case.lon:.6f}, {case.lat:.6f}"),
        ("上报时间", moment(case.reported_at)),
        ("立案时间", moment(case.filed_at)),
        ("办结时间", moment(case.closed_at)),
        ("回退、返工", f"回退 {case.returns} 次，返工 {case.reworks} 次"),
    ]
    return [(label, value if clear else _masked(label, value)) for label, value in rows if value]


def _masked(label: str, value: str) -> str:
    """Codes are digits too, and stay."""
    return value if label in ("案号", "部件", "网格") else masked_text(value)


def _photos(found: Sequence[Attachment]) -> list[list[tuple[str, Attachment]]]:
    """Rows of two: before beside after as long as there are both, then whatever is left as it came."""
    by_role = [[one for one in found if one.role == role] for role in ("before", "after")]
    paired = [one for pair in zip(*by_role, strict=False) for one in pair]
    shown = [*paired, *(one for one in found if one not in paired)]
    return [
        [(_under(one), one) for one in shown[n : n + SIDE_BY_SIDE]]
        for n in range(0, len(shown), SIDE_BY_SIDE)
    ]


def _under(one: Attachment) -> str:
    """What it shows, and when it was taken; only when that is not known, when it was sent."""
    capture: Capture | None = getattr(one.file, "capture", None)
    taken = capture.taken_at if capture else None
    when = f"{moment(taken)} 拍摄" if taken else f"{moment(one.at)} 上传"
    return f"{LABELS.get(one.role, one.role)}　{when}"


def _clock(row: dict[str, Any]) -> dict[str, str]:
    return {
        "name": row["name"],
        "unit": row["unit"],
        "limit": row["limit"],
        "used": row["used"],
        "words": row["light"].words,
    }


def _act(number: int, line: Line, *, clear: bool) -> Act:
    note = line.note if clear else masked_text(line.note)
    return Act(
        number=number,
        at=moment(line.at),
        what=f"{line.label}{line.object}",
        who=line.signature,
        note=note,
        proof=line.row.hash[:12],
        seal=f"第 {line.row.seal_id} 批" if line.row.seal_id else "待封存",
    )


def _proof(lines: list[Line], rows: int, *, sound: bool) -> list[str]:
    """What lets somebody else check that nothing was altered."""
    verdict = "首尾相接，没有改动" if sound else "校验不符，内容可能被改动"
    told = [f"本案卷共 {rows} 条记录，{verdict}。"]
    if not lines:
        return told
    told.append(f"末条记录校验值（SHA-256）：{lines[-1].row.hash}")
    sealed = [line.row.seal_id for line in lines if line.row.seal_id]
    seal = Seal.objects.filter(pk=sealed[-1]).first() if sealed else None
    if seal:
        told.append(f"全市封存链第 {seal.pk} 批（{moment(seal.at)}）：{seal.hash}")
    return told
