"""消息: one's own inbox, and what one wants to hear."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from chengyun.kernel.errors import wrong
from chengyun.kernel.notify import choices, services
from chengyun.kernel.notify.queries import (
    inbox_for,
    message_for,
    notices,
    preference_of,
    threads,
    unread_of,
)
from chengyun.kernel.pages import back, door, page, safe_next
from chengyun.kernel.paging import keyset

HOURS = ("quiet_from", "quiet_to", "digest_at")


@door()
def inbox(request: HttpRequest) -> HttpResponse:
    """What one was told, by case, newest first."""
    user: Any = request.user
    only = request.GET.get("unread") == "1"
    rows = inbox_for(user).filter(read_at=None) if only else inbox_for(user)
    part = keyset(rows, ("-id",), after=request.GET.get("after", ""))
    return page(
        request,
        threads=threads(part.items),
        newest=part.items[0].pk if part.items else 0,
        next=part.next,
        later=bool(request.GET.get("after")),
        unread=unread_of(user.pk),
        only=only,
    )


@door()
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening a message is what makes it read; it leads to what it is about."""
    user: Any = request.user
    found = message_for(user, pk)
    services.read(found, by=user)
    return redirect(safe_next(request, found.link, "/messages/"))


@require_POST
@door()
def read_all(request: HttpRequest) -> HttpResponse:
    """All that was on the page has been seen; what came since has not."""
    user: Any = request.user
    until = request.POST.get("until", "")
    seen = services.read_all(by=user, until=int(until) if until.isdecimal() else None)
    said = f"{seen} 条消息已读。" if seen else "没有未读消息。"
    return back(request, "notify:inbox", said)


@door()
def wishes(request: HttpRequest) -> HttpResponse:
    """Which messages one wants, when, and by which ways the city sends them."""
    user: Any = request.user
    if request.method == "POST":
        hours = {name: _hour(name, request.POST.get(name, "")) for name in HOURS}
        services.set_preference(
            muted=request.POST.getlist("muted"),
            quiet=(hours["quiet_from"], hours["quiet_to"]),
            digest_at=hours["digest_at"],
            by=user,
        )
        return back(request, "notify:wishes", "消息设置已保存。")
    return page(
        request,
        preference=preference_of(user),
        groups=notices(),
        channels=[channel.label for channel in choices.offered()],
    )


def _hour(name: str, text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError as error:
        raise wrong(name, "时间应写成 22:00。") from error
