"""Several alarms confirmed at once: each by its own step, with its own answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.city.sensing import queries
from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.services import alarms as service
from chengyun.city.sensing.workflow import JUDGE
from chengyun.kernel.errors import Invalid, Refusal
from chengyun.kernel.pages import back, door, page
from chengyun.systems.monitoring import view

AT_MOST = 100
NOT_YOURS = "没有这条报警，或者它不在你的范围内。"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one alarm; ``refusal``: why it could not be confirmed, "" when it was."""

    code: str
    title: str
    refusal: str


@require_POST
@door(may=JUDGE)
def alarms_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the picked alarms; what cannot be confirmed is named with the reason and does not touch the others."""
    user, codes = person_of(request), _picked(request)
    rows = {row.code: row for row in queries.alarms_for(user).filter(code__in=codes)}
    outcomes = [_confirm(user, code, rows.get(code)) for code in codes]
    refused = sum(bool(each.refusal) for each in outcomes)
    done, there = len(outcomes) - refused, _list(request)
    if not refused:
        return back(request, there, f"已确认 {done} 条报警。")
    return page(request, outcomes=outcomes, done=done, refused=refused, back=there)


def _list(request: HttpRequest) -> str:
    """The records as they were filtered."""
    there, asked = reverse("monitoring:alarms"), request.GET.urlencode()
    return f"{there}?{asked}" if asked else there


def _confirm(user: User, code: str, row: Alarm | None) -> Outcome:
    if row is None:
        return Outcome(code=code, title="", refusal=NOT_YOURS)
    title = view.title_of(row)
    try:
        service.act(row, "confirm", {}, by=user)
    except Refusal as refusal:
        return Outcome(code=code, title=title, refusal=refusal.message)
    return Outcome(code=code, title=title, refusal="")


def _picked(request: HttpRequest) -> Sequence[str]:
    given = list(dict.fromkeys(code[:40] for code in request.POST.getlist("pick")))
    if not given:
        raise Invalid("还没有选报警。在左边的方框里打勾，或者按空格。")
    if len(given) > AT_MOST:
        raise Invalid(f"一次最多 {AT_MOST} 条，现在选了 {len(given)} 条。")
    return given
