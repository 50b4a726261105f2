"""Pages of the evaluation system: findings and bulletins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from chengyun.city.inspections import queries as inspections
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.services import (
    Correction,
    NewFinding,
    correct_finding,
    fixed,
    office_of,
    record_finding,
)
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import person_of, role_labels, units_handling
from chengyun.city.places.queries import address_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed, TooLarge, WrongMedia
from chengyun.kernel.files import store_photo
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, listed
from chengyun.kernel.models import File
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.params import settings_of
from chengyun.kernel.specs import Field
from chengyun.kernel.tables import Links
from chengyun.systems.evaluation import lists, queries
from chengyun.systems.evaluation.buttons import buttons_of
from chengyun.systems.evaluation.paper import (
    checks_of,
    columns_of,
    events_of,
    notices_of,
    pictures_of,
    sections_of,
)
from chengyun.systems.evaluation.printing import MEDIA_TYPE, file_name, word_file
from chengyun.systems.evaluation.services.bulletins import act, draft_bulletin

FINDING = (
    Field(key="field", label="领域", kind="unit", required=True),
    Field(key="description", label="问题描述", kind="long", required=True, max_length=500),
    Field(
        key="place",
        label="地点",
        max_length=120,
        hint="写到路口、门牌或参照物；不填就按最近的道路写。",
    ),
    Field(key="point", label="位置", kind="point", required=True, hint="在地图上点一下就填好了。"),
    Field(key="unit", label="责任单位", kind="unit", required=True),
    Field(key="due", label="整改期限", kind="date", required=True),
    Field(key="photos", label="现场照片", kind="photos"),
)

CORRECTED: dict[str, dict[str, Any]] = {
    "place": {"required": True, "hint": "写到路口、门牌或参照物。"},
    "photos": {"label": "补充照片"},
}
CORRECTION = tuple(
    replace(field, **CORRECTED.get(field.key, {}))
    for field in FINDING
    if field.key in ("field", "description", "place", "photos")
)


FINDINGS = Listing(
    key="evaluation:findings",
    label="督查记录",
    may="inspection.view",
    columns=lists.FINDING_COLUMNS,
    filters=lists.FINDING_FILTERS,
    rows=lambda user, values: inspections.narrowed(inspections.findings_for(user), **values),
    order=("-found_at", "-id"),
    links=Links(url=lambda f: case_url(f.case.code), key=lambda f: f.code),
    empty="没有符合条件的督查记录。",
    way="去掉全部条件",
)
BULLETINS = Listing(
    key="evaluation:bulletins",
    label="督查通报",
    may="bulletin.view",
    columns=lists.BULLETIN_COLUMNS,
    filters=lists.BULLETIN_FILTERS,
    rows=lambda user, values: queries.bulletins_in(
        queries.bulletins_for(user), values.get("state", "")
    ),
    lines=queries.lines_of,
    order=("-week", "-id"),
    links=Links(url=lambda line: reverse("evaluation:bulletin", args=[line.bulletin.code])),
    empty="没有这样的督查通报。",
    way="看全部通报",
)
registry.add(FINDINGS, BULLETINS)


@door(may="inspection.view")
def findings(request: HttpRequest) -> HttpResponse:
    """What the inspections found, newest first."""
    may_record = person_of(request).may("inspection.record")
    shown = listed(request, FINDINGS, none=("还没有督查记录。", "", ""))
    return page(request, may_record=may_record, **shown)


@door(may="inspection.record")
def finding_new(request: HttpRequest) -> HttpResponse:
    """Record a finding; its case is opened at once."""
    user = person_of(request)
    office = office_of(user)
    units = {unit.code: unit for unit in units_handling(office)}
    form = _form(request, office, units)
    around: dict[str, Any] = {
        "cancel": reverse("evaluation:findings"),
        "week": lists.week_words(lists.this_week()),
        "facts": queries.found_in(office, lists.this_week()),
    }
    if request.method != "POST":
        return page(request, form=form, **around)
    if not form.is_valid():
        return faulty(request, form, **around)
    try:
        with transaction.atomic():
            finding = record_finding(_written(form.cleaned_data, units, user), by=user)
    except (Invalid, TooLarge, WrongMedia) as refusal:
        return retold(request, form, refusal, **around)
    until = lists.until(finding)
    message = f"已开案 {finding.case.code}，交 {finding.unit}，整改期限 {until}。"
    return back(request, "evaluation:findings", message)


def _form(request: HttpRequest, office: str, units: Mapping[str, Unit]) -> Form:
    days = settings_of(office)["inspection.limit_days"]
    sent = request.method == "POST"
    return form_of(
        FINDING,
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"due": localdate(clock.now()) + timedelta(days=days)},
        choices={
            "field": lists.field_options(request.user),
            "unit": [(code, str(unit)) for code, unit in units.items()],
        },
    )


def _written(given: Mapping[str, Any], units: Mapping[str, Unit], user: User) -> NewFinding:
    lon, lat = given["point"]
    return NewFinding(
        field=given["field"],
        description=given["description"],
        place=given["place"].strip() or address_of(lon, lat),
        lon=lon,
        lat=lat,
        unit=units[given["unit"]],
        due=given["due"],
        photos=_stored(given["photos"], user),
    )


@door(may="inspection.view")
def finding(request: HttpRequest, code: str) -> HttpResponse:
    """One finding; as long as no bulletin counts it, its words may be corrected."""
    user = person_of(request)
    found = inspections.finding_for(user, code)
    acts = history_of(found, role_labels())
    may = user.scope("inspection.record").covers(area=found.area)
    bar = fixed(found) if may else ""
    form = _correction_form(request, found) if may and not bar else None
    around: dict[str, Any] = {
        "finding": found,
        "light": lists.light_of(found),
        "facts": lists.facts_of(found),
        "case_url": case_url(found.case.code),
        "photos": pictures_of(found),
        "events": events_of(acts),
        "bar": bar,
        "version": acts[-1].row.seq,
    }
    if request.method != "POST":
        return page(request, form=form, **around)
    if form is None:
        raise Conflict(bar) if bar else NotAllowed("你不能更正这处问题。")
    if not form.is_valid():
        return faulty(request, form, **around)
    try:
        with transaction.atomic():
            correct_finding(found, _correction(form, user), by=user, version=_seen(request))
    except (Invalid, TooLarge, WrongMedia) as refusal:
        return retold(request, form, refusal, **around)
    return back(request, reverse("evaluation:finding", args=[code]), f"{code} 已更正。")


def _correction_form(request: HttpRequest, found: Finding) -> Form:
    sent = request.method == "POST"
    return form_of(
        CORRECTION,
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={key: getattr(found, key) for key in ("field", "description", "place")},
        choices={"field": lists.field_options(request.user)},
    )


def _correction(form: Form, user: User) -> Correction:
    given = form.cleaned_data
    return Correction(
        field=given["field"],
        description=given["description"],
        place=given["place"],
        photos=_stored(given["photos"], user),
    )


def _stored(photos: Iterable[Any], user: User) -> tuple[File, ...]:
    return tuple(store_photo(photo.read(), photo.name, by=user) for photo in photos)


def _seen(request: HttpRequest) -> int | None:
    """The version the person saw."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@door(may="bulletin.view")
def bulletins(request: HttpRequest) -> HttpResponse:
    """The bulletins, newest week first."""
    shown = listed(request, BULLETINS, none=("还没有督查通报。", "", ""))
    return page(request, **_undrafted(person_of(request)), **shown)


@require_POST
@door(may="inspection.record")
def bulletin_draft(request: HttpRequest) -> HttpResponse:
    """Begin the bulletin of a week."""
    made = draft_bulletin(request.POST.get("week", ""), by=person_of(request))
    url = reverse("evaluation:bulletin", args=[made.code])
    return back(request, url, f"{lists.week_words(made.period)}的通报已起草，请核对。")


@door(may="bulletin.view")
def bulletin(request: HttpRequest, code: str) -> HttpResponse:
    """A bulletin as an official notice, with what is to be checked before it is issued."""
    user = person_of(request)
    row = queries.bulletin_for(user, code)
    findings = list(queries.findings_in(row))
    notice = queries.notice_of(row, findings)
    sections = sections_of(findings, notice, case_url)
    checks = checks_of(row, notice, sections)
    steps = buttons_of(user, row)
    acts = history_of(row, role_labels())
    return page(
        request,
        bulletin=row,
        notice=notice,
        badge=lists.badge_of(row),
        week=lists.week_words(row.period),
        red_head=settings_of(row.area)["bulletin.red_head"],
        lines=list(zip(notice.figures, notice.field_lines, strict=False)),
        sections=sections,
        steps=steps,
        may_correct=row.is_draft and user.scope("inspection.record").covers(area=row.area),
        notices=notices_of(row, acts, steps),
        events=events_of(acts),
        progress=queries.progress_of(notice, findings),
        checks=checks,
        good=sum(check.good for check in checks),
        columns=columns_of(queries.recent_weeks(row)),
        now=clock.now(),
        **queries.neighbours_of(user, row),
    )


@door(may="bulletin.view")
def bulletin_act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Take one step of the bulletin's table of verbs; what cannot be undone is asked first."""
    user = person_of(request)
    row = queries.bulletin_for(user, code)
    here = reverse("evaluation:bulletin", args=[code])
    if request.method != "POST":
        button = next((b for b in buttons_of(user, row) if b.verb == verb), None)
        if button is None or button.bar or not button.question:
            return back(request, here, button.bar if button else "")
        return page(request, confirm=button.question, week=lists.week_words(row.period))
    act(row, verb, {"reason": request.POST.get("reason", "")}, by=user, version=_seen(request))
    words = f"{lists.week_words(row.period)}通报：{lists.badge_of(row)['words']}。"
    return back(request, here, words)


@door(may="bulletin.view")
def bulletin_word(request: HttpRequest, code: str) -> HttpResponse:
    """The bulletin as a Word file."""
    row = queries.bulletin_for(person_of(request), code)
    answer = HttpResponse(word_file(row), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, file_name(row)) or "attachment"
    return answer


def case_url(code: str) -> str:
    return reverse("coordination:case", args=[code])


def _undrafted(user: User) -> dict[str, Any]:
    """Weeks whose bulletin this person may still begin, newest first; offered is the one that ended last."""
    if not user.may("inspection.record"):
        return {}
    begun = queries.weeks_begun(office_of(user))
    weeks = [(key, words) for key, words in lists.week_options(user) if key not in begun]
    return {"weeks": weeks, "offered": lists.this_week().back(1).key}
