"""对接单位: which programs of others send signed reports, and their secrets, shown once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.cases import partners as reads
from chengyun.city.cases.models import Partner
from chengyun.city.cases.services.partners import add_partner, change_secret, end_partner
from chengyun.city.cases.specs import Source
from chengyun.city.people.queries import person_of
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field
from chengyun.kernel.tables import Links


def state_of(partner: Partner) -> dict[str, str]:
    """Whether its reports are taken."""
    return (
        {"words": "已停用", "tone": "line"}
        if partner.ended_at
        else {"words": "在用", "tone": "eco"}
    )


def source_of(partner: Partner) -> str:
    return registry.get(Source, partner.source).label


FIELDS = (
    Field(
        key="name", label="单位和系统", required=True, max_length=60, hint="例如：市 12345 热线平台"
    ),
    Field(
        key="key",
        label="代号",
        required=True,
        max_length=20,
        hint="写在网址里：小写字母、数字和连字符，例如 hotline",
    ),
    Field(key="source", label="送来的案件算哪个来源", kind="unit", required=True),
    Field(key="shared", label="编号和导入表、手工登记的同来源编号是一套", kind="bool"),
)
PARTNERS = Listing(
    key="maintenance:partners",
    label="对接单位",
    may="partner.change",
    columns=(
        Column(key="name", label="单位和系统", kind="strong", value=lambda p: (p.name, p.key)),
        Column(key="source", label="来源", value=source_of),
        Column(key="made", label="登记", kind="time", value=lambda p: p.made_at),
        Column(key="used", label="最近送来", kind="time", value=lambda p: p.used_at),
        Column(key="state", label="状态", kind="badge", value=state_of),
    ),
    rows=lambda user, values: reads.partners_for(user),
    links=Links(url=lambda p: reverse("maintenance:partner", args=[p.key])),
    counted=False,
)
registry.add(PARTNERS)


@door(may="partner.change")
def partners(request: HttpRequest) -> HttpResponse:
    """All partners, newest first."""
    none = ("还没有对接单位。", reverse("maintenance:partner_add"), "登记对接单位")
    return page(request, **listed(request, PARTNERS, none=none))


@door(may="partner.change")
def partner(request: HttpRequest, key: str) -> HttpResponse:
    """One partner: where it sends to and how it signs."""
    found = reads.partner_for(person_of(request), key)
    return page(request, **_context(request, found))


def _context(request: HttpRequest, found: Partner) -> dict[str, Any]:
    path = reverse("api:partner_report", args=[found.key])
    return {
        "partner": found,
        "state": state_of(found),
        "source": source_of(found),
        "address": request.build_absolute_uri(path),
    }


@door(may="partner.change")
def partner_add(request: HttpRequest) -> HttpResponse:
    """Register a partner; its secret is told once."""
    choices = {"source": [(s.key, s.label) for s in registry.all_of(Source)]}
    form = form_of(FIELDS, request.POST or None, choices=choices)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    try:
        secret, made = add_partner(**form.cleaned_data, by=person_of(request))
    except Invalid as refusal:
        return retold(request, form, refusal)
    return _told_once(page(request, secret=secret, **_context(request, made)))


@require_POST
@door(may="partner.change")
def partner_secret(request: HttpRequest, key: str) -> HttpResponse:
    """A new secret, told once; the old one holds for a day."""
    by = person_of(request)
    found = reads.partner_for(by, key)
    secret = change_secret(found, by=by)
    return _told_once(page(request, secret=secret, **_context(request, found)))


def _told_once(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@door(may="partner.change")
def partner_end(request: HttpRequest, key: str) -> HttpResponse:
    """From now on its reports are refused."""
    by = person_of(request)
    found = reads.partner_for(by, key)
    end_partner(found, by=by)
    return back(request, "maintenance:partners", f"{found.name}已停用，它再送来的都不收。")
