"""Pages of 气象预警: the list, one of them, entered, brought in by a file, changed, lifted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.places.queries import label_of
from chengyun.city.sensing import weather as reads
from chengyun.city.sensing import weather_files
from chengyun.city.sensing.models import WeatherWarning
from chengyun.city.sensing.services import weather as service
from chengyun.city.sensing.silences import areas_to_silence
from chengyun.city.sensing.specs import RANK_LABELS, WEATHER
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold, sound
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.monitoring import view, weather_view

WARNING = (
    Field(key="kind", label="种类", kind="choice", required=True, choices=tuple(WEATHER.items())),
    Field(
        key="rank", label="级别", kind="choice", required=True, choices=tuple(RANK_LABELS.items())
    ),
    Field(key="areas", label="区域", kind="units", required=True),
    Field(key="text", label="内容", kind="long", required=True, max_length=service.LONGEST_TEXT),
    Field(
        key="source",
        label="发布单位",
        required=True,
        max_length=service.LONGEST_SOURCE,
        hint="例如：市气象台。",
    ),
    Field(key="issued_at", label="发布时间", kind="datetime", required=True),
    Field(key="valid_from", label="开始", kind="datetime", hint="不填就是发布的时候。"),
    Field(key="valid_to", label="结束", kind="datetime", required=True),
    Field(
        key="number",
        label="编号",
        max_length=service.LONGEST_NUMBER,
        hint="气象部门的编号；同一编号再报就是更新。",
    ),
)
REASON = Field(
    key="reason",
    label="原因",
    required=True,
    max_length=service.LONGEST_REASON,
    hint="例如：气象台 18:20 解除。",
)


def _rows(user: Any, values: Values) -> QuerySet[WeatherWarning]:
    rows = reads.warnings()
    if "kind" in values:
        rows = rows.filter(kind=values["kind"])
    standing = reads.in_force(clock.now()).order_by().values("pk")
    return rows.filter(pk__in=standing) if "standing" in values else rows


WARNINGS = Listing(
    key="monitoring:weather",
    label="气象预警",
    may="monitoring.view",
    columns=(
        Column(key="code", label="登记号", kind="code", value=lambda row: row.code),
        Column(
            key="what",
            label="预警",
            kind="strong",
            value=lambda row: (row.label, reads.where(row)),
        ),
        Column(key="state", label="状态", kind="badge", value=weather_view.badge_of),
        Column(key="source", label="发布单位", value=lambda row: row.source),
        Column(key="issued", label="发布", kind="time", value=lambda row: row.issued_at),
        Column(key="begins", label="开始", kind="time", value=lambda row: row.valid_from),
        Column(
            key="ends", label="结束", kind="time", value=lambda row: row.ended_at or row.valid_to
        ),
    ),
    filters=(
        Filter(key="standing", label="生效中", kind="check"),
        Filter(key="kind", label="种类", choices=lambda user: list(WEATHER.items())),
    ),
    rows=_rows,
    order=("-issued_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:weather_warning", args=(row.code,)),
        key=lambda row: row.code,
    ),
    empty="没有符合条件的气象预警。",
    way="去掉全部条件",
)
registry.add(WARNINGS)


@door(may="monitoring.view")
def weather(request: HttpRequest) -> HttpResponse:
    """All weather warnings, newest first."""
    may_add = person_of(request).may(reads.CHANGE)
    none = ("还没有登记过气象预警。", reverse("monitoring:weather_add"), "录入预警")
    shown = listed(request, WARNINGS, none=none if may_add else None)
    return page(request, may_add=may_add, **shown)


@door(may="monitoring.view")
def weather_warning(request: HttpRequest, code: str) -> HttpResponse:
    """One warning: what it says, where and how long it holds, and the rules it changes."""
    user = person_of(request)
    row = reads.warning_called(code)
    return page(
        request,
        warning=row,
        badge=weather_view.badge_of(row),
        facts=weather_view.facts_of(row),
        linked=weather_view.linked(row),
        changes=row.ended_at is None and _mine(user, row),
        events=view.events_of(history_of(row, role_labels())),
    )


def _mine(user: User, row: WeatherWarning) -> bool:
    """Whether this person may change it: all of its areas are theirs."""
    scope = user.scope(reads.CHANGE)
    return all(scope.covers(area=area) for area in row.areas)


@door(may=reads.CHANGE)
def weather_add(request: HttpRequest) -> HttpResponse:
    """Enter a warning by hand."""
    user = person_of(request)
    form = _form(request, user, {"issued_at": clock.now()})
    context: dict[str, Any] = {"warning": None, "cancel": reverse("monitoring:weather")}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not sound(form, _check_times):
        return faulty(request, form, **context)
    try:
        row, what = service.take(_new(form.cleaned_data), by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    here = reverse("monitoring:weather_warning", args=(row.code,))
    done = {"added": "已登记", "changed": "编号登记过，已更新", "same": "编号登记过，没有变化"}
    return back(request, here, f"{row}{done[what]}。")


@door(may=reads.CHANGE)
def weather_change(request: HttpRequest, code: str) -> HttpResponse:
    """Put right what is known of a warning: another level, other areas, longer."""
    user = person_of(request)
    row = reads.warning_called(code)
    here = reverse("monitoring:weather_warning", args=(code,))
    names = (field.key for field in WARNING if field.key != "rank")
    form = _form(request, user, {name: getattr(row, name) for name in names} | {"rank": row.rank})
    del form.fields["number"]
    context: dict[str, Any] = {"warning": row, "cancel": here}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not sound(form, _check_times):
        return faulty(request, form, **context)
    try:
        service.change(row, _new(form.cleaned_data), by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, here, f"{row}已更新，5 秒内按新的级别和区域。")


def _form(request: HttpRequest, user: User, filled: Mapping[str, Any]) -> Form:
    areas = areas_to_silence(user, reads.CHANGE)
    known = {code for code, _ in areas}
    more = [(code, label_of(code)) for code in filled.get("areas", ()) if code not in known]
    choices = {"areas": [*areas, *more]}
    return form_of(WARNING, request.POST or None, initial=dict(filled), choices=choices)


def _check_times(given: Mapping[str, Any]) -> None:
    names = ("issued_at", "valid_from", "valid_to")
    faults = tuple(service.faulty_times(*(given[name] for name in names)))
    if faults:
        raise Invalid(faults[0].message, fields=faults)


def _new(given: Mapping[str, Any]) -> service.NewWarning:
    return service.NewWarning(**given)


@door(may=reads.CHANGE)
def weather_lift(request: HttpRequest, code: str) -> HttpResponse:
    """It is over before its time; why is asked for."""
    user = person_of(request)
    row = reads.warning_called(code)
    here = reverse("monitoring:weather_warning", args=(code,))
    form = form_of((REASON,), request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"warning": row, "cancel": here}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        service.lift(row, form.cleaned_data["reason"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    until = told(clock.now(), now=clock.now())
    return back(request, here, f"{row}已解除（{until}），规则 5 秒内回到平时的限值。")


@door(may=reads.CHANGE)
def weather_import(request: HttpRequest) -> HttpResponse:
    """Warnings from a file: all of them, or none and a report of what is wrong in which row."""
    user = person_of(request)
    columns = list(weather_files.COLUMNS.values())
    if request.method != "POST":
        return page(request, columns=columns, report=None)
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("请先选一个文件。")
    if (file.size or 0) > weather_files.FILE_AT_MOST:
        raise Invalid("文件最大 5 MB。")
    report = weather_files.bring_in(file.read(), file.name or "预警", by=user)
    if report.faults:
        return page(request, columns=columns, report=report, name=file.name)
    done = f"登记 {report.added} 条，更新 {report.changed} 条，{report.same} 条没有变化。"
    return back(request, reverse("monitoring:weather"), done)
