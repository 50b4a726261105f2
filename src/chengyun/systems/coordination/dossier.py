"""The case file 案卷: one case as one document, the same on paper, on the page and in Word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import strip_tags
from django.utils.timezone import localtime

from chengyun.city.cases.models import Case
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.files import attachments_of
from chengyun.kernel.history import Line
from chengyun.kernel.models import Attachment, Seal
from chengyun.kernel.ui.words import masked_text
from chengyun.systems.coordination import lists, panels

PAIRS = (("before", "处置前"), ("after", "处置后"), ("verify", "核实"), ("check", "核查"))


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
    """What a case file holds; ``clear`` says whether it names the reporter."""

    case: Case
    state: str
    facts: list[tuple[str, str]]
    photos: list[list[tuple[str, Attachment | None]]]
    clocks: list[dict[str, str]]
    acts: list[Act]
    proof: list[str]
    sound: bool
    clear: bool
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
    return Dossier(
        case=case,
        state=lists.stage(case)["label"],
        facts=_facts(case, user, lines, clear=clear),
        photos=_pairs(attachments_of(case)),
        clocks=[_clock(row) for row in panels.clocks_of(case)],
        acts=[_act(n, line, clear=clear) for n, line in enumerate(lines, start=1)],
        proof=_proof(lines, rows, sound=sound),
        sound=sound,
        clear=clear,
        who=str(user),
        at=clock.now(),
    )


def moment(at: datetime | None) -> str:
    """A moment as documents write it, with its year."""
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _facts(case: Case, user: User, lines: list[Line], *, clear: bool) -> list[tuple[str, str]]:
    known = [(label, strip_tags(str(value))) for label, value in panels.facts_of(case, user, lines)]
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


def _pairs(found: Sequence[Attachment]) -> list[list[tuple[str, Attachment | None]]]:
    """Rows of two: before beside after, verified beside checked; a missing one keeps its place."""
    by_role = {role: [a for a in found if a.role == role] for role, _ in PAIRS}
    pairs = []
    for (left, left_words), (right, right_words) in (PAIRS[:2], PAIRS[2:]):
        first, second = by_role[left], by_role[right]
        for n in range(max(len(first), len(second))):
            pairs.append([_side(left_words, first, n), _side(right_words, second, n)])
    return pairs


def _side(words: str, found: Sequence[Attachment], n: int) -> tuple[str, Attachment | None]:
    if n >= len(found):
        return f"{words}：没有照片", None
    return f"{words}　{moment(found[n].at)}", found[n]


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
