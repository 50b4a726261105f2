"""What is shown of people without an account: to themselves, and on the page of the case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.cases import invitations as reads
from chengyun.city.cases.models import FAR, Case, Invitation
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.editions import flow_of
from chengyun.kernel.history import Line
from chengyun.kernel.installation import installation
from chengyun.kernel.models import Attachment
from chengyun.kernel.specs import Step
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import lists

TONES = {"answered": "eco", "withdrawn": "line", "expired": "amber", "passed": "line"}
MAY = {"handler": "case.invite", "reporter": "case.ask"}
ASKED = ("case.invite", "case.ask_reporter")
CAPTIONS = {"before": "问题照片", "guard": "看护照片", "after": "处置后照片", "check": "核查照片"}
HANDLER = Invitation.Kind.HANDLER


def outside(row: Invitation, token: str, step: Step | None, others: list[Step]) -> dict[str, Any]:
    """The page of an address: what is asked, what may be done, or why nothing can be done any more."""
    case, holds = row.case, reads.holds(row)
    return {
        "row": row,
        "case": case,
        "step": step,
        "submit": "提交答复" if step and row.kind != HANDLER else getattr(step, "label", ""),
        "others": [(one, f"?do={one.verb}") for one in others],
        "version": case.version,
        "heading": "请您办理" if row.kind == HANDLER else "请您补充",
        "facts": _facts(row),
        "photos": [_photo(token, one) for one in reads.photos_at(row)] if holds else [],
        "light": lists.light(case) if row.kind == HANDLER and holds else None,
        "standing": "" if step else standing(row),
        "city": getattr(installation(), "name", ""),
    }


def _facts(row: Invitation) -> list[tuple[str, Any]]:
    """Never who reported it, nor what they wrote."""
    case, now = row.case, clock.now()
    found: list[tuple[str, Any]] = [("地点", case.address or "见坐标"), ("坐标", _point(case))]
    if row.kind == HANDLER:
        found.insert(0, ("问题", case.title))
        found.append(("责任单位", str(row.unit)))
        if case.due_at < FAR:
            found.append(("办结期限", f"{told(case.due_at, now=now)} 前"))
    else:
        found.insert(0, ("您反映的", case.title))
        found.append(("上报时间", told(case.reported_at, now=now)))
    return [*found, ("案号", case.code), ("链接有效到", told(row.expires_at, now=now))]


def _point(case: Case) -> Any:
    """The place for whatever map the phone has."""
    lon, lat = f"{case.lon:.6f}", f"{case.lat:.6f}"
    return format_html('<a href="geo:{},{}">{}, {}</a>', lat, lon, lon, lat)


def _photo(token: str, one: Attachment) -> dict[str, str]:
    def there(size: str) -> str:
        return reverse("coordination:outside_photo", args=(token, one.pk, size))

    return {
        "url": there("whole"),
        "thumb": there("small"),
        "caption": CAPTIONS.get(one.role, "照片"),
    }


def standing(row: Invitation) -> str:
    """Why nothing can be done through an address now, in one sentence."""
    if row.end == Invitation.End.ANSWERED:
        return "这个链接已经办完，谢谢您。"
    if row.end == Invitation.End.WITHDRAWN:
        return "发链接的人已经把它收回，您不用再办。"
    if row.end == Invitation.End.PASSED or (
        row.open and row.unit_id not in (None, row.case.unit_id)
    ):
        return "这件事已经由别人接着办，您不用再办。"
    if row.end == Invitation.End.EXPIRED or row.expires_at <= clock.now():
        return "这个链接已经过了有效期。还要办的话，请发链接的人重新发。"
    state = flow_of(row.case.edition_id).state(row.case.state).label
    return f"现在是「{state}」，正在等审批，暂时没有要您办的。"


def beside(request: HttpRequest, user: User, case: Case, lines: list[Line]) -> dict[str, Any]:
    """What the page of a case shows: everybody who was asked, and the address to whoever may send it."""
    if not any(line.verb in ASKED for line in lines):
        return {"invitations": []}
    return {"invitations": [_line(request, user, row, case) for row in reads.invitations_of(case)]}


def _line(request: HttpRequest, user: User, row: Invitation, case: Case) -> dict[str, Any]:
    sends = user.scope(MAY[row.kind]).covers(area=case.area, unit=case.unit_id)
    now = clock.now()
    return {
        "row": row,
        "badge": {"words": row.standing, "tone": TONES.get(row.end, "amber")},
        "when": f"{told(row.sent_at, now=now)} {row.sent_by or '系统'}，有效到 {told(row.expires_at, now=now)}",
        "url": request.build_absolute_uri(reads.address_of(row)) if row.open and sends else "",
    }
