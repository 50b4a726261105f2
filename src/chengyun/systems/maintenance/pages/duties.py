"""责任区: who answers for which place, in which shift, and who stands in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from chengyun.city.people.chiefs import binding_kinds
from chengyun.city.people.models import Binding
from chengyun.city.people.queries import binding_for, bindings_for, person_of, user_for
from chengyun.city.people.services.bindings import bind, reschedule, substitute, unbind
from chengyun.city.people.specs import BINDING_KINDS, EVERY_DAY, PLACE_TYPES, WEEKDAYS
from chengyun.city.places.queries import grid_of, region_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links

COLUMNS = (
    Column(
        key="place",
        label="地点",
        value=lambda duty: (duty.place_code, duty.place_label),
        kind="strong",
    ),
    Column(key="person", label="责任人", value=lambda duty: duty.user.name),
    Column(key="kind", label="类型", value=lambda duty: duty.kind_label),
    Column(key="shift", label="班次", value=lambda duty: _times(duty)),
    Column(key="unit", label="单位", value=lambda duty: duty.unit),
    Column(key="substitute", label="替班", value=lambda duty: _standing_in(duty)),
)
FILTERS = (
    Filter(key="place", label="地点编码", kind="text"),
    Filter(key="user", label="账号", kind="text"),
    Filter(key="kind", label="类型", choices=lambda user: list(binding_kinds().items())),
    Filter(key="substituted", label="有替班", kind="check"),
    Filter(key="ended", label="包括已解除", kind="check"),
)
TIMES = (
    Field(
        key="shift",
        label="班次",
        max_length=20,
        hint="参数「班次」里的名称，例如：早班；不填就是第一个",
    ),
    Field(key="weekdays", label="上班的日子", kind="units", hint="都不选就是每天"),
)
CHOICES = {"weekdays": [(key, f"周{name}") for key, name in WEEKDAYS.items()]}
FIELDS = (
    Field(
        key="kind",
        label="类型",
        kind="choice",
        required=True,
        choices=tuple(BINDING_KINDS.items()),
    ),
    Field(
        key="place_type",
        label="地点类型",
        kind="choice",
        required=True,
        choices=tuple(PLACE_TYPES.items()),
    ),
    Field(key="place_code", label="地点编码", required=True, max_length=20),
    Field(key="username", label="责任人账号", required=True, max_length=60),
    *TIMES,
)
STAND_IN = (
    Field(key="substitute", label="替班人账号", max_length=60, hint="不填就是取消替班"),
    Field(key="start", label="从", kind="date", required=True),
    Field(key="end", label="到（含当天）", kind="date", required=True),
)


DUTIES = Listing(
    key="maintenance:duties",
    label="责任区",
    may="people.view",
    columns=COLUMNS,
    filters=FILTERS,
    rows=lambda user, values: _narrowed(bindings_for(user), values),
    links=Links(url=lambda duty: reverse("maintenance:duty", args=[duty.pk])),
    counted=False,
    empty="还没有指定责任人。",
)
registry.add(DUTIES)


@door(may="people.view")
def duties(request: HttpRequest) -> HttpResponse:
    """Bindings in use, newest first."""
    may_change = person_of(request).may("people.binding.change")
    return page(request, may_change=may_change, **listed(request, DUTIES))


@door(may="people.view")
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One binding: who stands in, from when to when."""
    user = person_of(request)
    found = binding_for(user, pk)
    if request.method == "POST":
        form = form_of(STAND_IN, request.POST)
        if not form.is_valid():
            raise faults_of(form)
        given = form.cleaned_data
        person = user_for(user, given["substitute"]) if given["substitute"] else None
        substitute(found, person, given["start"], given["end"], by=user)
        message = (
            f"{given['start']} 至 {given['end']} 由{person.name}替班。"
            if person
            else "替班已取消。"
        )
        return back(request, reverse("maintenance:duty", args=[pk]), message)
    may_change = not found.valid_to and user.may("people.binding.change")
    return page(
        request,
        duty=found,
        standing_in=_standing_in(found),
        times=_times(found),
        form=form_of(STAND_IN, initial=_initial(found)) if may_change else None,
        times_form=_times_form(found) if may_change else None,
    )


@require_POST
@door(may="people.binding.change")
def duty_times(request: HttpRequest, pk: int) -> HttpResponse:
    """Another shift, other days of the week."""
    user = person_of(request)
    form = form_of(TIMES, request.POST, choices=CHOICES)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    changed = reschedule(binding_for(user, pk), given["shift"], _weekdays(given), by=user)
    message = f"{changed.user.name}的班次改为{_times(changed)}。"
    return back(request, reverse("maintenance:duty", args=[pk]), message)


@door(may="people.binding.change")
def duty_add(request: HttpRequest) -> HttpResponse:
    """Make somebody answer for a place."""
    user = person_of(request)
    choices = CHOICES | {"kind": list(binding_kinds().items())}
    if request.method != "POST":
        initial = {"username": request.GET.get("user", ""), "weekdays": list(EVERY_DAY)}
        return page(request, form=form_of(FIELDS, initial=initial, choices=choices))
    form = form_of(FIELDS, request.POST, choices=choices)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    _check_place(given["place_type"], given["place_code"])
    person = user_for(user, given["username"])
    made = bind(
        given["kind"],
        given["place_type"],
        given["place_code"],
        person,
        shift=given["shift"],
        weekdays=_weekdays(given),
        by=user,
    )
    message = f"{person.name}负责 {made.place_code}。"
    return back(request, reverse("maintenance:duty", args=[made.pk]), message)


@require_POST
@door(may="people.binding.change")
def duty_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The person no longer answers for the place."""
    user = person_of(request)
    ended = unbind(binding_for(user, pk), by=user)
    return back(request, "maintenance:duties", f"{ended.user.name}不再负责 {ended.place_code}。")


def _narrowed(rows: QuerySet[Binding], values: Values) -> QuerySet[Binding]:
    if "ended" not in values:
        rows = rows.filter(valid_to=None)
    if place := values.get("place"):
        rows = rows.filter(place_code__startswith=place)
    if username := values.get("user"):
        rows = rows.filter(user__username=username)
    if kind := values.get("kind"):
        rows = rows.filter(kind=kind)
    if "substituted" in values:
        rows = rows.filter(substitute_to__gte=localdate(clock.now()))
    return rows


def _check_place(place_type: str, code: str) -> None:
    """A grid or region must exist; roads, assets and responsibility grids are the city's own numbers."""
    known = {"grid": grid_of, "region": region_of}.get(place_type)
    if known and known(code) is None:
        message = f"没有编码为 {code} 的{PLACE_TYPES[place_type]}。"
        raise Invalid(message, fields=(FieldError("place_code", message),))


def _weekdays(given: dict[str, Any]) -> str:
    return "".join(sorted(given["weekdays"])) or EVERY_DAY


def _times(duty: Binding) -> str:
    return f"{duty.shift or '平时'}，{duty.weekday_words}"


def _times_form(duty: Binding) -> Form:
    initial = {"shift": duty.shift, "weekdays": list(duty.weekdays)}
    return form_of(TIMES, initial=initial, choices=CHOICES)


def _standing_in(duty: Binding) -> str:
    start, end = duty.substitute_from, duty.substitute_to
    if not (duty.substitute and start and end) or end < localdate(clock.now()):
        return ""
    return f"{duty.substitute.name} {start:%m-%d} 至 {end:%m-%d}"


def _initial(duty: Binding) -> dict[str, Any]:
    return {
        "substitute": duty.substitute.username if duty.substitute else "",
        "start": duty.substitute_from,
        "end": duty.substitute_to,
    }
