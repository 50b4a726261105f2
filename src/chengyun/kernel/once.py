"""A form that is sent twice writes once: its second arrival is led where the first one led.

Each form carries a token of its own. What was changed before it was sent again is another write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from chengyun.kernel import clock
from chengyun.kernel.models.machinery import IdempotentAnswer
from chengyun.kernel.statements import insert

FIELD = "once"
TOKEN_AT_MOST = 64
LED = 303


class Led(HttpResponse):
    """After a write: where it leads, and what is said there; ``undo`` is posted to."""

    def __init__(self, request: HttpRequest, to: str, said: str = "", undo: str = "") -> None:
        super().__init__(status=LED)
        self.leads = {"to": resolve_url(to), "said": said, "undo": undo}
        if said:
            messages.success(request, said, extra_tags=undo)
        if "HX-Request" in request.headers:
            self.status_code = 204
            self["HX-Redirect"] = self.leads["to"]
        else:
            self["Location"] = self.leads["to"]


def written_once(request: HttpRequest, write: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What ``write`` answers; where the first arrival of the same form led, it is not asked again."""
    token = request.POST.get(FIELD, "") if request.method == "POST" else ""
    if not token or len(token) > TOKEN_AT_MOST or not request.user.is_authenticated:
        return write()
    row = IdempotentAnswer(
        actor_id=request.user.pk,
        key=f"form {token} {_content(request)}",
        request_hash="",
        status=LED,
        body={},
        at=clock.now(),
    )
    return _again(request, row) or _first(request, row, write)


def _first(
    request: HttpRequest, row: IdempotentAnswer, write: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The row comes first: of two that arrive at one moment the second waits for it."""
    try:
        with transaction.atomic():
            insert(row)
            answer = write()
            if isinstance(answer, Led):
                row.body = answer.leads
                row.save(update_fields=("body",))
            else:
                row.delete()
            return answer
    except IntegrityError:
        led = _again(request, row)
        if led is None:
            raise
        return led


def _again(request: HttpRequest, row: IdempotentAnswer) -> HttpResponse | None:
    first = IdempotentAnswer.objects.filter(actor_id=row.actor_id, key=row.key).first()
    return Led(request, **first.body) if first else None


def _content(request: HttpRequest) -> str:
    said: list[Any] = [request.path, sorted(request.POST.lists())]
    for name, files in sorted(request.FILES.lists()):
        said += [(name, file.name, file.size) for file in files]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
