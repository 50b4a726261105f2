"""Tags and filters of every page; built in, so that no template loads them."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import template
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from chengyun.kernel import clock, panels
from chengyun.kernel.listings import state_of
from chengyun.kernel.once import FIELD
from chengyun.kernel.savedfilters import filters_for
from chengyun.kernel.ui import draw, words

register = template.Library()

MODULES = {
    "htmx": "vendor/htmx/htmx.esm.js",
    "maplibre-gl": "vendor/maplibre/maplibre-gl.mjs",
    "maplibre-gl/worker": "vendor/maplibre/maplibre-gl-worker.mjs",
    "echarts": "vendor/echarts/echarts.esm.min.mjs",
    "tokens": "ui/tokens.js",
    "ui/lights": "ui/lights.js",
    "ui/keys": "ui/keys.js",
    "ui/photos": "ui/photos.js",
    "ui/files": "ui/files.js",
    "ui/counter": "ui/counter.js",
    "ui/search": "ui/search.js",
    "ui/sift": "ui/sift.js",
    "ui/live": "ui/live.js",
}


register.simple_tag(draw.icon)
register.simple_tag(draw.badge)
register.simple_tag(draw.light)
register.simple_tag(draw.stage)
register.simple_tag(draw.line)
register.simple_tag(draw.options)


@cache
def modules_of(folder: str) -> dict[str, str]:
    """``<folder>/<name>`` for every static file ``…/<folder>/<name>.js`` of every app."""
    paths = [
        path
        for path, _ in AppDirectoriesFinder().list([])
        if f"/{folder}/" in f"/{path}" and path.endswith(".js")
    ]
    return {f"{folder}/{path.rsplit('/', 1)[1].removesuffix('.js')}": path for path in paths}


@register.simple_tag
def import_map(*folders: str) -> SafeString:
    """Where the browser finds each module; ``folders`` of an app beside the islands."""
    known = dict(MODULES)
    for folder in ("islands", *folders):
        known |= modules_of(folder)
    modules = {name: static(path) for name, path in known.items()}
    text = json.dumps({"imports": modules}).replace("<", "\\u003c")
    return mark_safe(text)  # noqa: S308  (our own file names, and "<" cannot occur)


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The page's own query string with some values changed; an empty value removes one."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in ("", None):
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def once() -> SafeString:
    """What marks a form, so that sending it twice writes once."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, secrets.token_hex(8))


@register.inclusion_tag("ui/slot.html", takes_context=True)
def slot(context: template.Context, name: str, subject: Any) -> dict[str, Any]:
    """What other apps show here about the subject of this page."""
    request = context["request"]
    return {"request": request, "panels": panels.filled(name, request.user, subject)}


@register.inclusion_tag("ui/saved.html", takes_context=True)
def saved_filters(context: template.Context) -> dict[str, Any]:
    """The filters this person keeps of this list, and the way to keep one more."""
    request, listing, bar = context["request"], context["listing"], context["filters"]
    now = state_of(request, listing, bar)
    rows = filters_for(request.user, listing)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "listing": listing,
        "chips": [(row, dict(parse_qsl(row.query)) == now) for row in rows],
        "mine": request.user.pk,
        "here": reverse(listing.key),
        "query": urlencode(now) if bar.on else "",
    }


@register.filter
def moment(value: datetime | None) -> str:
    return words.moment(value, now=clock.now()) if value else words.NOTHING


@register.filter
def told(value: datetime | None) -> str:
    return words.told(value, now=clock.now()) if value else words.NOTHING


@register.filter
def day(value: date | None) -> str:
    return words.day(value) if value else words.NOTHING


@register.filter
def duration(value: timedelta | None) -> str:
    return words.NOTHING if value is None else words.duration(value)


@register.filter
def share(part: int | Decimal, whole: int | Decimal) -> str:
    return words.share(part, whole)


@register.filter
def percent(value: Decimal | None) -> str:
    """A figure that already is a percentage."""
    return words.NOTHING if value is None else f"{words.rounded(value)}%"


@register.filter
def count(value: int | None) -> str:
    return words.NOTHING if value is None else words.count(value)


@register.filter
def count_short(value: int | None) -> str:
    return words.NOTHING if value is None else words.count_short(value)


@register.filter
def money(value: Decimal | None) -> str:
    return words.NOTHING if value is None else words.money(value)


@register.filter
def masked_phone(value: str) -> str:
    return words.masked_phone(value) if value else words.NOTHING


@register.filter
def masked_name(value: str) -> str:
    return words.masked_name(value) if value else words.NOTHING


@register.filter
def short_code(value: str) -> str:
    return words.short_code(value)


@register.filter
def filled(value: Any) -> Any:
    """What stands where a value is missing: 未填, never a blank."""
    return mark_safe('<span class="faint">未填</span>') if value in (None, "") else value


@register.filter
def get(mapping: Any, key: str) -> Any:
    """A value of a mapping under a key that is no identifier."""
    return mapping.get(key, "")
