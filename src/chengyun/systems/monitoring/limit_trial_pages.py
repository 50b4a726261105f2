"""试算: other limits for a rule, held against the readings of the past before anybody sets them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.city.sensing import limit_trials as trials
from chengyun.city.sensing import own_limits as reads
from chengyun.city.sensing import queries
from chengyun.city.sensing.charts import curve_of, lines_of
from chengyun.city.sensing.models import Device
from chengyun.city.sensing.services.limits import levels_of, times_of
from chengyun.city.sensing.silences import areas_to_silence
from chengyun.city.sensing.specs import AlarmRule
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.forms import either, form_of
from chengyun.kernel.pages import door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.ui.words import duration
from chengyun.systems.monitoring import limit_view

SHOWN = 100
USUAL = timedelta(days=7)
MINUTE = "%Y-%m-%dT%H:%M"
WHERE = (
    Field(key="device", label="设备编号", max_length=40, hint="填了就只试这一台；不填就选区域。"),
    Field(key="area", label="哪里的", kind="unit", hint="没有填设备编号的，试这里在用的全部设备。"),
)
WHEN = (
    Field(key="begin", label="从", kind="datetime", required=True),
    Field(
        key="end",
        label="到",
        kind="datetime",
        required=True,
        hint=f"最多 {trials.LONGEST.days} 天。",
    ),
)


@door(may=reads.CHANGE)
def limit_trial(request: HttpRequest, key: str) -> HttpResponse:
    """Try limits on the past: what the address asks for, in fields to change and try again."""
    user, rule = person_of(request), reads.rule_called(key)
    asked = "begin" in request.GET
    made = form_of(
        _fields(rule),
        request.GET if asked else None,
        initial=_filled(user, rule, request.GET),
        choices={"area": areas_to_silence(user, reads.CHANGE)},
    )
    form = either(made, "device", "area", *(each.key for each in limit_view.level_fields(rule)))
    context: dict[str, Any] = {"rule": rule, "form": form}
    if asked and form.is_valid():
        try:
            context |= _tried(user, rule, form.cleaned_data, request.GET)
        except (Invalid, Missing) as refusal:
            for fault in refusal.fields:
                form.add_error(fault.field if fault.field in form.fields else None, fault.message)
            if not refusal.fields:
                form.add_error("device", refusal.message)
    status = Invalid.status if asked and form.errors else 200
    return page(request, status=status, **context)


def _fields(rule: AlarmRule) -> tuple[Field, ...]:
    return (*WHERE, *WHEN, *limit_view.level_fields(rule), *limit_view.time_fields(rule))


def _filled(user: User, rule: AlarmRule, given: Mapping[str, Any]) -> dict[str, Any]:
    """The limits that hold now, and the last week."""
    now, code = localtime(clock.now()), str(given.get("device", ""))
    device = queries.devices_for(user).filter(code=code).first() if code else None
    held = reads.holding().at(rule, device.code, device.area) if device else rule
    when = {"begin": f"{now - USUAL:{MINUTE}}", "end": f"{now:{MINUTE}}"}
    known = limit_view.levels_filled(held) | limit_view.times_filled(held, rule)
    return known | when | {"device": code}


def _tried(
    user: User, rule: AlarmRule, given: Mapping[str, Any], query: Mapping[str, str]
) -> dict[str, Any]:
    asked = _asked(user, rule, given)
    trial = trials.tried(user, asked)
    same = urlencode({key: value for key, value in query.items() if value})
    chart = reverse("monitoring:limit_trial_chart", args=(rule.key,)) if asked.device else ""
    return {
        "trial": trial,
        "would": [_line(rule, each) for each in trial.would[:SHOWN]],
        "really": trial.really[:SHOWN],
        "shown": SHOWN,
        "chart": f"{chart}?{same}" if chart else "",
        "set": f"{reverse('monitoring:limit_add', args=(rule.key,))}?{same}",
    }


def _line(rule: AlarmRule, each: trials.Would) -> dict[str, Any]:
    """An episode as the page lists it."""
    unit = rule.unit(limit_view.point_of(rule).unit)
    lasting = duration(each.end - each.begin) if each.end else "还没有恢复"
    return {"would": each, "peak": f"{each.peak:.4g} {unit}".rstrip(), "lasting": lasting}


def _asked(user: User, rule: AlarmRule, given: Mapping[str, Any]) -> trials.Asked:
    return trials.Asked(
        rule=rule,
        levels=levels_of(rule, limit_view.levels_given(rule, given)),
        times=times_of(rule, limit_view.times_given(given)),
        device=_device(user, given["device"].strip()),
        area=given["area"],
        begin=given["begin"],
        end=given["end"],
    )


def _device(user: User, code: str) -> Device | None:
    return queries.device_for(user, code) if code else None


@door(may=reads.CHANGE)
def limit_trial_chart(request: HttpRequest, key: str) -> HttpResponse:
    """The curve of the readings a trial was made on, with the limits that were tried."""
    user, rule = person_of(request), reads.rule_called(key)
    form = form_of(_fields(rule), request.GET)
    form.fields.pop("area")
    if not form.is_valid():
        raise Missing("没有这条曲线。")
    asked = _asked(user, rule, form.cleaned_data | {"area": ""})
    found = queries.series_of(asked.device) if asked.device else []
    series = next((each for each in found if each.point == rule.point), None)
    if series is None or not timedelta() < asked.end - asked.begin <= trials.LONGEST:
        raise Missing("没有这条曲线。")
    curve = curve_of(series, asked.end - asked.begin, asked.end)
    return JsonResponse(curve | {"limits": lines_of(rule, asked.levels)})
