"""The doors of every declared list: taking it away as a file, and keeping what it is filtered by."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from chengyun.kernel import listexports, savedfilters
from chengyun.kernel.errors import NotAllowed
from chengyun.kernel.files import path_of
from chengyun.kernel.listexports import listing_named
from chengyun.kernel.listings import EXACT, Listing, bar_of, order_of, state_of, values_of
from chengyun.kernel.models.lists import ListExport
from chengyun.kernel.pages import back, door, page

app_name = "lists"


@require_POST
@door()
def export(request: HttpRequest, key: str) -> HttpResponseBase:
    """A list as it is filtered, as an Excel file: at once, or in the background when it is long."""
    listing, user = _open(request, key)
    bar = bar_of(request, listing)
    values = values_of(request, listing, bar)
    asked = listexports.ask(
        listing,
        values | EXACT if listing.words in values else values,
        words=[state.words for state in bar.on],
        order=order_of(request, listing),
        picks=request.POST.getlist("pick")[:500],
        by=user,
    )
    if asked.rows <= listexports.AT_ONCE:
        return _sent(listexports.write(asked))
    listexports.write_later.enqueue(asked.pk)
    message = f"{asked.rows:,} 条正在后台写成文件，好了就在这里下载。"
    return back(request, "lists:exports", message)


@door()
def exports(request: HttpRequest) -> HttpResponse:
    """What this person took away lately, and whether it is ready."""
    rows = listexports.exports_of(request.user)
    labels = {row.listing: _label(row) for row in rows}
    busy = any(row.state in (ListExport.WAITING, ListExport.RUNNING) for row in rows)
    return page(request, exports=[(row, labels[row.listing]) for row in rows], busy=busy)


@door()
def exported(request: HttpRequest, pk: int) -> FileResponse:
    """A file that is ready, for whoever asked for it."""
    return _sent(listexports.export_of(request.user, pk))


@door()
def saved(request: HttpRequest, key: str) -> HttpResponse:
    """The filters of one list: what they are called, who uses them."""
    listing, user = _open(request, key)
    rows = list(savedfilters.filters_for(user, listing))
    here = reverse(listing.key)
    shown = [(row, f"{here}?{row.query}", row.owner_id == user.pk) for row in rows]
    return page(request, listing=listing, back=here, rows=shown)


@require_POST
@door()
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what the list is filtered by now."""
    listing, user = _open(request, key)
    values = state_of(request, listing, bar_of(request, listing))
    kept = savedfilters.save_filter(
        listing,
        request.POST.get("name", ""),
        values,
        shared=request.POST.get("shared") == "1",
        by=user,
    )
    return back(request, f"{reverse(listing.key)}?{kept.query}", f"已存为筛选「{kept.name}」。")


@require_POST
@door()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a filter, or another circle of people."""
    row = savedfilters.own_filter(request.user, pk)
    shared = request.POST.get("shared") == "1"
    name = request.POST.get("name", "")
    changed = savedfilters.change_filter(row, name=name, shared=shared, by=request.user)
    there = reverse("lists:saved", args=(row.listing,))
    return back(request, there, f"筛选「{changed.name}」已保存。")


@require_POST
@door()
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A filter nobody needs any more."""
    row = savedfilters.own_filter(request.user, pk)
    there = reverse("lists:saved", args=(row.listing,))
    savedfilters.remove_filter(row, by=request.user)
    return back(request, there, f"已删除筛选「{row.name}」。")


def _open(request: HttpRequest, key: str) -> tuple[Listing, Any]:
    """A list and who asks for it, if the list is theirs to see."""
    listing, user = listing_named(key), request.user
    if not user.may(listing.may):  # type: ignore[union-attr]
        raise NotAllowed(f"「{listing.label}」不在你的权限里。")
    return listing, user


def _label(row: ListExport) -> str:
    return listing_named(row.listing).label


def _sent(done: ListExport) -> FileResponse:
    assert done.file is not None
    return FileResponse(
        path_of(done.file).open("rb"),
        as_attachment=True,
        filename=done.file.name,
        content_type=done.file.media_type,
    )


urlpatterns = [
    path("exports/", exports, name="exports"),
    path("exports/<int:pk>/", exported, name="exported"),
    path("filters/<int:pk>/", change, name="change"),
    path("filters/<int:pk>/remove/", remove, name="remove"),
    path("<str:key>/export/", export, name="export"),
    path("<str:key>/filters/", saved, name="saved"),
    path("<str:key>/filters/save/", save, name="save"),
]
