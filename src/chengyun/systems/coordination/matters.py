"""What stands beside the state of a case on its page: requests that wait, supervision, cases that belong together."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from chengyun.city.cases import answers
from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import Case, CaseRequest, Supervision
from chengyun.city.people.models import User
from chengyun.city.people.queries import holders_of
from chengyun.kernel import clock
from chengyun.kernel.ui.words import day, told

DECIDED_BY = {
    "extension": "case.extend",
    "suspend": "case.suspend",
    "return": "case.dispatch",
    "void": "case.void",
    "appeal": "case.appeal.review",
}


def notices_of(case: Case) -> list[dict[str, str]]:
    """What somebody must answer, one notice each."""
    marks = {*case.marks}
    asked = marks & {key for keys in cases.WAITING.values() for key in keys}
    found = [_asked(row) for row in cases.requests_of(case)] if asked else []
    watched = cases.supervision_of(case)
    return [*(notice for notice in found if notice), *([_watched(watched)] if watched else [])]


def _asked(row: CaseRequest) -> dict[str, str]:
    """Who asked what, why, and whose answer it waits for; nothing for one that is answered."""
    if row.decided_at:
        return {}
    now = clock.now()
    again = f"（第 {row.round} 次）" if row.round > 1 else ""
    what = "、".join(
        part for part in (row.cause_label, f"挂到{day(row.until)}" if row.until else "") if part
    )
    unit = row.unit if row.kind != "void" else None
    who = " ".join(str(part) for part in (unit, row.asked_by) if part)
    return {
        "tone": "",
        "title": f"待审批：{row.get_kind_display()}{again}，由{holders_of(_permission(row))}审批",
        "sentence": f"{who} {told(row.asked_at, now=now)} 申请{f'（{what}）' if what else ''}：{row.reason}"
        f"　审批时限 {told(row.due_at, now=now)}",
    }


def _permission(row: CaseRequest) -> str:
    if row.kind == "extension" and row.round > 1:
        return "case.extend.second"
    if row.kind == "appeal" and row.reviewed_at:
        return "case.appeal.decide"
    return DECIDED_BY[row.kind]


def _watched(row: Supervision) -> dict[str, str]:
    now = clock.now()
    answer = (
        f"单位 {told(row.replied_at, now=now)} 回复：{row.reply}"
        if row.replied_at
        else f"单位要在 {told(row.due_at, now=now)} 前回复"
    )
    return {
        "tone": "" if row.level == "watch" else "red",
        "title": f"{row.level_label}：{row.reason}",
        "sentence": f"{row.by or '系统'} {told(row.at, now=now)} 督办。{answer}",
    }


def links_of(user: User, case: Case) -> list[dict[str, Any]]:
    """The cases it belongs together with; only those this person sees can be opened."""
    found = answers.links_of(case)
    seen = set(
        cases.open_to(user)
        .filter(pk__in=[other.pk for _, _, other in found])
        .values_list("pk", flat=True)
        if found
        else ()
    )
    return [
        {
            "how": how,
            "case": other,
            "url": reverse("coordination:case", args=(code,)) if other.pk in seen else "",
        }
        for how, code, other in found
    ]
