"""部件: the list, the map, one asset, and the files that leave the register."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime

from chengyun.city.assets import exports, queries
from chengyun.city.assets.queries import Filters
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock, registry
from chengyun.kernel.exports import csv_lines, write_xlsx
from chengyun.kernel.listings import Listing, Values, bar_of, listed
from chengyun.kernel.pages import door, page
from chengyun.kernel.paging import count
from chengyun.kernel.tables import FilterBar, Links
from chengyun.systems.data import asset_view, lists

NOWHERE = "-"  # what is no code at all finds nothing


ASSETS = Listing(
    key="data:assets",
    label="部件",
    may="asset.view",
    columns=lists.COLUMNS,
    filters=lists.FILTERS,
    rows=lambda user, values: queries.narrowed(queries.assets_for(user), _wanted(values)),
    more=lambda rows: rows.select_related("keeper"),
    order=("code",),
    links=Links(url=lambda a: reverse("data:asset", args=[a.code]), key=lambda a: a.code),
    empty="没有符合条件的部件。",
    way="去掉全部条件",
)
registry.add(ASSETS)


@door(may="asset.view")
def assets(request: HttpRequest) -> HttpResponse:
    """The register as a list, by code."""
    user = person_of(request)
    shown = listed(request, ASSETS, none=_none_yet(user))
    return page(
        request,
        query=_query(shown["filters"]),
        may_change=user.may("asset.change"),
        may_import=user.may("asset.import"),
        **shown,
    )


def _none_yet(user: User) -> tuple[str, str, str]:
    """What an empty register says, and the way on for whoever may fill it."""
    way = (reverse("data:import_add"), "导入部件") if user.may("asset.import") else ("", "")
    return ("这里还没有部件。先导入普查数据，或者登记一个。", *way)


@door(may="asset.view")
def map(request: HttpRequest) -> HttpResponse:
    """The register on the map; what is on the screen is asked for as one looks."""
    user = person_of(request)
    bar = bar_of(request, ASSETS)
    rows = queries.narrowed(queries.assets_for(user), _wanted(bar.values))
    return page(
        request,
        filters=bar,
        query=_query(bar),
        kinds=asset_view.kinds_of(rows),
        states=asset_view.states_of(rows),
        box=asset_view.box_of(rows),
        total=count(rows, exact=True)[0],
        simulated=rows.filter(simulated=True).exists(),
    )


@door(may="asset.view")
def asset(request: HttpRequest, code: str) -> HttpResponse:
    """One asset: facts, map, photos, history."""
    user = person_of(request)
    found = queries.asset_for(user, code)
    return page(request, **asset_view.context(found, user))


@door(may="asset.view")
def assets_export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is filtered, as CSV or Excel."""
    user = person_of(request)
    rows = queries.narrowed(queries.assets_for(user), _wanted(bar_of(request, ASSETS).values))
    header, lines = exports.table_of(rows)
    name = f"部件-{localtime(clock.now()):%Y%m%d-%H%M}"
    if request.GET.get("format") == "xlsx":
        return _excel(f"{name}.xlsx", header, lines)
    answer = StreamingHttpResponse(csv_lines(header, lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    return answer


def _excel(name: str, header: list[str], lines: Iterable[list[Any]]) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_xlsx(file, "部件", header, lines)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


def _wanted(given: Values) -> Filters:
    grid = given.get("grid", "")
    return Filters(
        type=given.get("type", ""),
        state=given.get("state", ""),
        area=given.get("area", ""),
        keeper=queries.unit_id(given.get("keeper", "")),
        grid=grid if grid.isascii() and grid.isdigit() else NOWHERE if grid else "",
        q=given.get("q", ""),
        gone="gone" in given,
    )


def _query(bar: FilterBar) -> str:
    """The filters as a query string, for the links that keep them."""
    return urlencode(bar.values)
