"""Pages of rules and their limits: the list, one rule, 自定限值 set and ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.places.queries import label_of
from chengyun.city.sensing import own_limits as reads
from chengyun.city.sensing import queries
from chengyun.city.sensing.models import Device, OwnLimits
from chengyun.city.sensing.services import limits as service
from chengyun.city.sensing.silences import areas_to_silence
from chengyun.city.sensing.specs import AlarmRule
from chengyun.city.specs import IndustryApp
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import either, faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.ui.words import told
from chengyun.systems.monitoring import limit_view, view
from chengyun.systems.monitoring.ending import ending

OWN_SHOWN = 100
WHERE = (
    Field(key="device", label="设备编号", max_length=40, hint="填了就只管这一台；不填就选区域。"),
    Field(key="area", label="哪里的", kind="unit", hint="没有填设备编号的，管这里全部设备。"),
)
WHEN = (
    Field(
        key="season_from", label="每年从", max_length=5, hint="月-日，例如 06-01；不填就是全年。"
    ),
    Field(key="season_to", label="每年到", max_length=5, hint="月-日，例如 09-30。"),
    Field(key="valid_from", label="开始", kind="datetime", hint="不填就是现在。"),
    Field(key="valid_to", label="结束", kind="datetime", hint="不填就一直用，到有人停用。"),
    Field(
        key="reason",
        label="原因",
        required=True,
        max_length=service.LONGEST_REASON,
        hint="例如：桥下路面低，按 20 厘米封路。",
    ),
)


@door(may="monitoring.view")
def limit_rules(request: HttpRequest) -> HttpResponse:
    """Every rule by its industry, with how many own limits hold for it in this person's part of the city."""
    user = person_of(request)
    held = list(reads.limits_for(user).filter(pk__in=reads.lasting(clock.now())))
    industries = [
        (
            app,
            [
                (limit_view.line_of(rule), sum(row.rule == rule.key for row in held))
                for rule in app.rules
            ],
        )
        for app in registry.all_of(IndustryApp)
        if app.rules
    ]
    return page(request, industries=industries)


@door(may="monitoring.view")
def limit_rule(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: what it looks at, its limits and where they come from, and the limits set by people."""
    user = person_of(request)
    rule = reads.rule_called(key)
    rows = reads.limits_for(user).filter(rule=key).select_related("device", "made_by")
    return page(
        request,
        rule=rule,
        facts=limit_view.facts_of(rule),
        own=[
            (row, limit_view.badge_of(row), _where(row), limit_view.own_words(row))
            for row in rows.order_by("-made_at", "-id")[:OWN_SHOWN]
        ],
        sets=user.may(reads.CHANGE),
    )


@door(may="monitoring.view")
def limit(request: HttpRequest, code: str) -> HttpResponse:
    """One 自定限值: where and when it holds, and who set it."""
    user = person_of(request)
    row = reads.limits_of_code(user, code)
    now = clock.now()
    over = row.ended_at is not None or (row.valid_to is not None and row.valid_to <= now)
    return page(
        request,
        own=row,
        rule=row.declared,
        badge=limit_view.badge_of(row),
        where=_where(row),
        facts=_facts(row),
        ends=not over and user.scope(reads.CHANGE).covers(area=row.area),
        events=view.events_of(history_of(row, role_labels())),
    )


def _where(row: OwnLimits) -> str:
    return str(row.device) if row.device else f"{label_of(row.area)}的全部设备"


def _facts(row: OwnLimits) -> list[tuple[str, Any]]:
    now, rule = clock.now(), row.declared
    until = row.ended_at or row.valid_to
    return [
        ("规则", rule.label if rule else row.rule),
        ("限值", limit_view.own_words(row)),
        ("每年", f"{row.season_from} 到 {row.season_to}" if row.season_from else "全年"),
        ("开始", told(row.valid_from, now=now)),
        ("结束", told(until, now=now) if until else "到有人停用"),
        ("原因", row.reason),
        ("设置", f"{told(row.made_at, now=now)}　{row.made_by or '系统'}"),
    ]


@door(may=reads.CHANGE)
def limit_add(request: HttpRequest, key: str) -> HttpResponse:
    """Set own limits for a rule; what the address says is filled in already."""
    user, rule = person_of(request), reads.rule_called(key)
    form = _form(request, user, rule)
    context: dict[str, Any] = {
        "rule": rule,
        "facts": limit_view.facts_of(rule),
        "cancel": reverse("monitoring:limit_rule", args=(key,)),
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        made = service.set_limits(_new(user, rule, form.cleaned_data), by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    here = reverse("monitoring:limit", args=(made.code,))
    return back(request, here, f"已自定限值 {made.code}，5 秒内生效。")


def _form(request: HttpRequest, user: User, rule: AlarmRule) -> Form:
    fields = (*WHERE, *limit_view.level_fields(rule), *limit_view.time_fields(rule), *WHEN)
    device = _device_named(user, request.GET.get("device", ""))
    held = reads.holding().at(rule, device.code, device.area) if device else rule
    tried = any(key.endswith("_sets") for key in request.GET)
    known = limit_view.levels_filled(held) | limit_view.times_filled(held, rule)
    filled = ({} if tried else known) | request.GET.dict()
    areas = areas_to_silence(user, reads.CHANGE)
    form = form_of(fields, request.POST or None, initial=filled, choices={"area": areas})
    return either(form, "device", "area", *(each.key for each in limit_view.level_fields(rule)))


def _device_named(user: User, code: str) -> Device | None:
    return queries.devices_for(user).filter(code=code).first() if code else None


def _new(user: User, rule: AlarmRule, given: Mapping[str, Any]) -> service.NewLimits:
    code = given["device"].strip()
    return service.NewLimits(
        rule=rule.key,
        device=queries.device_for(user, code) if code else None,
        area=given["area"],
        levels=limit_view.levels_given(rule, given),
        times=limit_view.times_given(given),
        season=(given["season_from"].strip(), given["season_to"].strip()),
        valid_from=given["valid_from"],
        valid_to=given["valid_to"],
        reason=given["reason"],
    )


@door(may=reads.CHANGE)
def limit_end(request: HttpRequest, code: str) -> HttpResponse:
    """They hold no longer; why is asked on a page of its own."""
    user = person_of(request)
    row = reads.limits_of_code(user, code)

    def end(reason: str) -> str:
        service.end_limits(row, reason, by=user)
        return f"自定限值 {code} 不再用，5 秒内按别的限值报警。"

    here = reverse("monitoring:limit", args=(code,))
    return ending(request, here, end, own=row, where=_where(row), words=limit_view.own_words(row))
