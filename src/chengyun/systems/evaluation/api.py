"""The API of bulletins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema
from pydantic import StringConstraints

from chengyun.city.inspections.queries import Tally
from chengyun.kernel.api import caller, idempotent, problems
from chengyun.kernel.paging import count, keyset
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.systems.evaluation import queries
from chengyun.systems.evaluation.buttons import buttons_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.notice import Item, Notice
from chengyun.systems.evaluation.services.bulletins import act, draft_bulletin

router = Router(tags=["evaluation"])

ORDER = ("-week", "-id")
Code = Annotated[str, Path(pattern="^[0-9]{2,15}-[0-9]{4}-[0-9]{2}-W[1-5]$")]
Verb = Annotated[str, Path(pattern="^[a-z_]{1,20}$")]


class BulletinOut(Schema):
    code: str
    area: str
    state: str
    version: int
    period: str
    period_start: date
    period_end: date
    number: str
    issued_at: datetime | None
    seal: str
    simulated: bool


class BulletinsOut(Schema):
    items: list[BulletinOut]
    next: str
    total: int


class FigureOut(Schema):
    """The count of a field; ``share`` in percent with two decimals, null when there was nothing to count."""

    key: str
    label: str
    count: int
    share: str | None


class ItemOut(Schema):
    number: int
    code: str
    case: str
    field: str
    place: str
    description: str
    unit: str
    due: date


class ProgressOut(Schema):
    """How many findings are cleared, still open, late, corrected late, or voided at this moment."""

    label: str
    total: int
    cleared: int
    open: int
    late: int
    mended_late: int
    voided: int


class VerbOut(Schema):
    verb: str
    label: str
    needs: list[str]


class BulletinDetail(BulletinOut):
    """What the bulletin says, what may be done with it now, and how far the correction has come."""

    title: str
    summary_line: str
    field_lines: list[str]
    total: int
    figures: list[FigureOut]
    items: list[ItemOut]
    progress: list[ProgressOut]
    verbs: list[VerbOut]


class WeekIn(Schema):
    """The week of a bulletin: ``2025-12-W2``."""

    week: str = Field(pattern="^[0-9]{4}-[0-9]{2}-W[1-5]$")


class FactsIn(Schema):
    """What a verb needs; ``version`` is the one the caller saw."""

    reason: Annotated[str, StringConstraints(max_length=500), Storable] = ""
    version: int | None = Field(None, ge=1, le=2**31 - 1)


@router.get("/evaluation/bulletins", response={200: BulletinsOut, **problems()}, summary="通报列表")
def bulletins(
    request: HttpRequest,
    after: Annotated[str, Field(pattern="^[A-Za-z0-9_-]*$", max_length=400)] = "",
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
) -> BulletinsOut:
    """Bulletins the caller may see, newest week first."""
    user = caller(request)
    require(user, "bulletin.view")
    rows = queries.bulletins_for(user)
    found = keyset(rows, ORDER, after=after, limit=limit)
    items = [BulletinOut(**_head(row)) for row in found.items]
    return BulletinsOut(items=items, next=found.next, total=count(rows)[0])


@router.post(
    "/evaluation/bulletins",
    response={201: BulletinDetail, **problems(409)},
    summary="起草一周的通报",
)
@idempotent
def add_bulletin(request: HttpRequest, body: WeekIn) -> tuple[int, BulletinDetail]:
    """Begin the bulletin of a week."""
    return 201, _detail(request, draft_bulletin(body.week, by=caller(request)))


@router.get(
    "/evaluation/bulletins/{code}",
    response={200: BulletinDetail, **problems(404)},
    summary="一期通报",
)
def bulletin(request: HttpRequest, code: Code) -> BulletinDetail:
    """A bulletin in full."""
    return _detail(request, _found(request, code))


@router.post(
    "/evaluation/bulletins/{code}/{verb}",
    response={200: BulletinDetail, **problems(404, 409)},
    summary="审核、退回、印发",
)
@idempotent
def take_step(
    request: HttpRequest, code: Code, verb: Verb, body: FactsIn
) -> tuple[int, BulletinDetail]:
    """Take one step of the bulletin's table of verbs."""
    found = _found(request, code)
    act(found, verb, {"reason": body.reason}, by=caller(request), version=body.version)
    return 200, _detail(request, found)


def _found(request: HttpRequest, code: str) -> Bulletin:
    user = caller(request)
    require(user, "bulletin.view")
    return queries.bulletin_for(user, code)


def _head(row: Bulletin) -> dict[str, Any]:
    period = row.period
    return {
        "code": row.code,
        "area": row.area,
        "state": row.state,
        "version": row.version,
        "period": period.key,
        "period_start": period.start,
        "period_end": period.end,
        "number": row.number,
        "issued_at": row.issued_at,
        "seal": row.seal,
        "simulated": row.simulated,
    }


def _detail(request: HttpRequest, row: Bulletin) -> BulletinDetail:
    user = caller(request)
    findings = list(queries.findings_in(row))
    notice = queries.notice_of(row, findings)
    steps = [b.step for b in buttons_of(user, row) if not b.bar]
    return BulletinDetail(
        **_head(row),
        **_said(notice),
        progress=[_progress(*line) for line in queries.progress_of(notice, findings)],
        verbs=[VerbOut(verb=s.verb, label=s.label, needs=list(s.needs)) for s in steps],
    )


def _said(notice: Notice) -> dict[str, Any]:
    return {
        "title": notice.title,
        "summary_line": notice.summary_line,
        "field_lines": list(notice.field_lines),
        "total": notice.total,
        "figures": [
            FigureOut(key=f.key, label=f.label, count=f.count, share=f.share or None)
            for f in notice.figures
        ],
        "items": [_item(number, item) for number, item in enumerate(notice.items, start=1)],
    }


def _item(number: int, item: Item) -> ItemOut:
    return ItemOut(
        number=number,
        code=item.code,
        case=item.case,
        field=item.field,
        place=item.place,
        description=item.description,
        unit=item.unit,
        due=item.due_on,
    )


def _progress(label: str, tally: Tally) -> ProgressOut:
    return ProgressOut(
        label=label,
        total=tally.total,
        cleared=tally.cleared,
        open=tally.open,
        late=tally.late,
        mended_late=tally.mended_late,
        voided=tally.voided,
    )
