"""消息规则: by which ways each role is told of what, and which programs elsewhere are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import person_of, role_of, roles
from chengyun.kernel import registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.models import Endpoint
from chengyun.kernel.notify import choices, queries
from chengyun.kernel.notify.hooks import signing_key
from chengyun.kernel.notify.services import (
    add_endpoint,
    change_endpoint,
    end_endpoint,
    renew_key,
    set_rule,
)
from chengyun.kernel.notify.specs import INBOX, Channel
from chengyun.kernel.pages import back, door, page
from chengyun.systems.maintenance.queries import area_name, areas_for


def _ways() -> list[tuple[str, str, bool]]:
    """Key, name, and whether this city has it; programs elsewhere are not people."""
    out = [c for c in registry.all_of(Channel) if c.field]
    return [(INBOX, "站内", True), *((c.key, c.label, c.connected()) for c in out)]


@door(may="message.rule")
def ways(request: HttpRequest) -> HttpResponse:
    """What one role is told of, and by which ways."""
    user, known = person_of(request), list(roles())
    asked = request.GET.get("role", "") or (known[0].key if known else "")
    role = role_of(asked)
    if request.method == "POST":
        _set_rules(role.key, request.POST, user)
        return back(request, f"{reverse('maintenance:ways')}?role={role.key}", "消息规则已保存。")
    return page(
        request,
        role=role,
        roles=[(each.key, each.label) for each in known],
        channels=_ways(),
        groups=[
            (group, [(notice, choices.channels_of(notice, role.key)) for notice in notices])
            for group, notices in queries.notices()
        ],
    )


@transaction.atomic
def _set_rules(role: str, given: Any, user: Any) -> None:
    """Those that differ from what holds now."""
    for notice in (each for _, notices in queries.notices() for each in notices):
        wanted = choices.known(given.getlist(notice.key))
        if wanted != choices.known(choices.channels_of(notice, role)):
            set_rule(role, notice.key, wanted, by=user)


@door(may="message.rule")
def endpoints(request: HttpRequest) -> HttpResponse:
    """Programs elsewhere that are told."""
    rows = queries.endpoints_for(person_of(request)).order_by("-active", "label", "pk")
    found = [(each, area_name(each.area), len(each.kinds)) for each in rows]
    return page(request, endpoints=found)


@door(may="message.rule")
def endpoint_add(request: HttpRequest) -> HttpResponse:
    """A program more."""
    user = person_of(request)
    areas = areas_for(user, "message.rule")
    if request.method == "POST":
        given = request.POST
        if given.get("area", "") not in dict(areas):
            raise Missing("没有这个区域，或者它不在你的管辖范围内。")
        made = add_endpoint(
            given.get("label", "")[:60], given.get("url", ""), given["area"],
            given.getlist("kinds"), by=user,
        )  # fmt: skip
        return back(request, reverse("maintenance:endpoint", args=[made.pk]), "推送地址已保存。")
    return page(request, areas=areas, **_form(None))


@door(may="message.rule")
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, and the key its calls are signed with."""
    user = person_of(request)
    found = queries.endpoint_for(user, pk)
    if request.method == "POST":
        given = request.POST
        change_endpoint(
            found,
            given.get("label", "")[:60],
            given.get("url", ""),
            given.getlist("kinds"),
            by=user,
        )
        return back(request, reverse("maintenance:endpoint", args=[pk]), "推送地址已保存。")
    answer = page(request, area=area_name(found.area), key=signing_key(found), **_form(found))
    answer["Cache-Control"] = "no-store"
    return answer


def _form(found: Endpoint | None) -> Mapping[str, Any]:
    return {"endpoint": found, "groups": queries.notices(), "kinds": found.kinds if found else []}


@require_POST
@door(may="message.rule")
def endpoint_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Another key from now on."""
    by = person_of(request)
    renew_key(queries.endpoint_for(by, pk), by=by)
    there = reverse("maintenance:endpoint", args=[pk])
    return back(request, there, "密钥已更换，请把新密钥告诉对方。")


@require_POST
@door(may="message.rule")
def endpoint_end(request: HttpRequest, pk: int) -> HttpResponse:
    """It is called no more."""
    by = person_of(request)
    end_endpoint(queries.endpoint_for(by, pk), by=by)
    return back(request, "maintenance:endpoints", "推送地址已停用。")
