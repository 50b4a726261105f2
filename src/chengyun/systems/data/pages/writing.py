"""部件: registering and changing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.assets import queries
from chengyun.city.assets.answers import label_of
from chengyun.city.assets.drafts import Draft, type_of
from chengyun.city.assets.models import State
from chengyun.city.assets.services import register
from chengyun.city.people.queries import person_of
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, version_of
from chengyun.kernel.pages import back, door, page
from chengyun.systems.data import asset_form, lists


@door(may="asset.change")
def asset_add(request: HttpRequest) -> HttpResponse:
    """First the type, then the form of that type."""
    user = person_of(request)
    key = request.GET.get("type", "")
    if not key:
        return page(request, types=lists.type_options(user))
    kind = type_of(key)
    around: dict[str, Any] = {"kind": kind, "cancel": reverse("data:assets")}
    form = asset_form.new_form(kind, user, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return page(request, form=form, **around)
    if not form.is_valid():
        return faulty(request, form, **around)
    given = asset_form.given(form)
    made = register.add_asset(Draft(type=kind.key, **given), by=user)
    return back(request, _url(made.code), f"已登记{made.name} {made.code}。")


@door(may="asset.change")
def asset_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is known of an asset."""
    user = person_of(request)
    found = queries.asset_for(user, code)
    kind = type_of(found.type)
    around: dict[str, Any] = {
        "asset": found,
        "cancel": _url(code),
        "version": found.version,
    }
    data = request.POST if request.method == "POST" else None
    form = asset_form.change_form(found, kind, user, data)
    if data is None:
        return page(request, form=form, **around)
    if not form.is_valid():
        return faulty(request, form, **around)
    changed = asset_form.given(form)
    if (changed["lon"], changed["lat"]) == form.initial["point"]:
        del changed["lon"], changed["lat"]
    register.change_asset(found, changed, by=user, version=version_of(request))
    return back(request, _url(code), f"{found.name}已保存。")


@require_POST
@door(may="asset.change")
def asset_state(request: HttpRequest, code: str) -> HttpResponse:
    """Say in which state an asset is."""
    user = person_of(request)
    found = queries.asset_for(user, code)
    register.set_state(
        found,
        request.POST.get("state", ""),
        by=user,
        note=request.POST.get("note", "").strip(),
        version=version_of(request),
    )
    return back(request, _url(code), f"{found.name}现在是「{State(found.state).label}」。")


@require_POST
@door(may="asset.change")
def asset_end(request: HttpRequest, code: str) -> HttpResponse:
    """Take an asset out of the register."""
    user = person_of(request)
    found = queries.asset_for(user, code)
    reason = request.POST.get("reason", "").strip()
    register.end_asset(found, reason, by=user, version=version_of(request))
    return back(request, _url(code), f"{label_of(found.type)} {code} 已注销。")


@require_POST
@door(may="asset.change")
def asset_photo(request: HttpRequest, code: str) -> HttpResponse:
    """Add a photo."""
    user = person_of(request)
    found = queries.asset_for(user, code)
    photo = request.FILES.get("photo")
    if photo is None:
        raise Invalid("请先选一张照片。")
    caption = request.POST.get("caption", "").strip()
    register.attach_photo(found, photo.read(), photo.name or "照片", by=user, caption=caption)
    return back(request, _url(code), "照片已保存。")


def _url(code: str) -> str:
    return reverse("data:asset", args=[code])
