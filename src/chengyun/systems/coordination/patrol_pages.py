"""巡查: the board of a day, one duty, the roster of a week."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases.missed import missed_of
from chengyun.city.people import patrols
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.pages import door, page
from chengyun.systems.coordination import patrol_board, patrol_view
from chengyun.systems.coordination.missed_pages import badge_of


@door(may="duty.view")
def patrol(request: HttpRequest) -> HttpResponse:
    """The board of a day."""
    day = patrol_board.day_of(request.GET.get("day", ""))
    board = patrol_board.board_for(person_of(request), day)
    return page(
        request,
        board=board,
        today=day == localdate(clock.now()),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
    )


@door()
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One stretch on duty: one's own, or of whom one may follow."""
    user = person_of(request)
    row = patrols.duty_for(user, pk)
    walked = patrol_view.walked(row)
    map_ = {
        "src": reverse("api:duty_map", args=(pk,)),
        "rows": [("轨迹", "下面的「轨迹」表里是同样的内容")],
        "legend": [("asset", "必到点"), ("case", "上报的案件"), ("done", "最后的位置")],
    }
    return page(
        request,
        row=row,
        facts=patrol_view.facts_of(row),
        beats=patrol_view.beats_of(walked.beats),
        walked=walked,
        points=patrol_view.points_of(row, walked.beats),
        missed=[(one, badge_of(one)) for one in missed_of(user, row)],
        cases=patrol_view.cases_of(row),
        map=map_,
    )
