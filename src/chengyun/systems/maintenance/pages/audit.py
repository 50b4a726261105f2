"""操作审计: who did what, when, to what; and the proof that nothing was altered."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.kernel import registry
from chengyun.kernel.audit import verify_object
from chengyun.kernel.exports import csv_lines
from chengyun.kernel.listings import Listing, bar_of, listed
from chengyun.kernel.models import Audit, Seal
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.maintenance.queries import (
    area_name,
    areas_for,
    audit_for,
    audit_row_for,
    narrowed,
    personal_of,
)
from chengyun.systems.maintenance.services.history import note_export, verify_history, view_personal
from chengyun.systems.maintenance.trail import Line, acts, facts_of, labelled, lines_of

EXPORT_AT_MOST = 100_000
CHUNK = 2000
HEADER = (
    "序号",
    "时间",
    "动作",
    "动作代号",
    "对象",
    "第几条",
    "区域",
    "办理人",
    "岗位",
    "封存",
    "摘要",
)

COLUMNS = (
    Column(key="at", label="时间", value=lambda line: line.row.at, kind="time"),
    Column(key="act", label="动作", value=lambda line: (line.act, line.subject), kind="strong"),
    Column(key="who", label="办理人", value=lambda line: line.who),
    Column(
        key="area",
        label="区域",
        value=lambda line: area_name(line.row.area) if line.row.area else "",
    ),
    Column(
        key="seal",
        label="封存",
        value=lambda line: (
            {"words": f"第 {line.row.seal_id} 批", "tone": "eco"}
            if line.row.seal_id
            else {"words": "待封存", "tone": "line"}
        ),
        kind="badge",
    ),
)
FILTERS = (
    Filter(key="verb", label="动作", choices=lambda user: acts()),
    Filter(key="person", label="账号", kind="text"),
    Filter(key="subject", label="对象编号", kind="text"),
    Filter(key="since", label="从", kind="period"),
    Filter(key="until", label="到", kind="period"),
    Filter(key="area", label="区域", choices=lambda user: areas_for(user, "audit.view")),
)


HISTORY = Listing(
    key="maintenance:audit",
    label="操作审计",
    may="audit.view",
    columns=COLUMNS,
    filters=FILTERS,
    rows=lambda user, values: narrowed(audit_for(user), values),
    lines=lines_of,
    links=Links(url=lambda line: reverse("maintenance:audit_row", args=[line.pk])),
    counted=False,
    empty="没有符合条件的记录。",
    way="看全部记录",
)
registry.add(HISTORY)


@door(may="audit.view")
def audit(request: HttpRequest) -> HttpResponse:
    """The history, newest first."""
    seal = Seal.objects.order_by("-id").first()
    return page(request, query=request.GET.urlencode(), seal=seal, **listed(request, HISTORY))


@door(may="audit.view")
def audit_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row, its place in its object's chain, and whether that chain holds."""
    user = person_of(request)
    return _row_page(request, user, audit_row_for(user, pk))


@require_POST
@door(may="audit.view")
def audit_personal(request: HttpRequest, pk: int) -> HttpResponse:
    """The personal values of a row; that they were looked at is recorded."""
    user = person_of(request)
    row = audit_row_for(user, pk)
    return _row_page(request, user, row, personal=view_personal(row, by=user))


def _row_page(
    request: HttpRequest, user: User, row: Audit, personal: dict[str, str] | None = None
) -> HttpResponse:
    count, sound = verify_object(row.subject_type, row.subject_id)
    return page(
        request,
        line=lines_of([row])[0],
        row=row,
        area=area_name(row.area) if row.area else "全市",
        facts=facts_of(row),
        post=role_labels().get(row.post, row.post),
        personal=labelled(personal or {}),
        hidden=bool(personal_of(row)) and not personal and user.may("personal.view"),
        count=count,
        sound=sound,
        object_url=f"{reverse('maintenance:audit')}?subject={row.subject_code}",
    )


@require_POST
@door(may="audit.view")
def audit_verify(request: HttpRequest) -> HttpResponse:
    """Check the whole history now."""
    return page(request, verdict=verify_history(by=person_of(request)))


@require_POST
@door(may="audit.view")
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered history as CSV, without personal values."""
    user = person_of(request)
    bar = bar_of(request, HISTORY)
    rows = narrowed(audit_for(user), bar.values).order_by("id")
    count = rows[: EXPORT_AT_MOST + 1].count()
    if count > EXPORT_AT_MOST:
        message = f"超过 {EXPORT_AT_MOST:,} 条，请先用时间或动作缩小范围再导出。"
        return back(request, reverse("maintenance:audit"), message)
    note_export(bar.values, count, by=user)
    last = Audit.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    answer = StreamingHttpResponse(
        csv_lines(HEADER, _exported(rows.filter(pk__lte=last))),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _exported(rows: QuerySet[Audit]) -> Iterator[list[str]]:
    for part in _chunks(rows):
        yield from (_cells(line) for line in lines_of(part))


def _chunks(rows: QuerySet[Audit]) -> Iterator[list[Audit]]:
    after = 0
    while part := list(rows.filter(pk__gt=after)[:CHUNK]):
        yield part
        after = part[-1].pk


def _cells(line: Line) -> list[str]:
    row = line.row
    return [
        str(row.pk),
        f"{localtime(row.at):%Y-%m-%d %H:%M:%S}",
        line.act,
        row.verb,
        line.subject,
        str(row.seq),
        row.area,
        line.who,
        row.post,
        str(row.seal_id or ""),
        row.hash,
    ]
