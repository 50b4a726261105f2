"""Declared lists: columns, filters and pages, made ready for ``ui/table.html`` and ``ui/filters.html``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from chengyun.kernel.specs import Column, Filter

AT_MOST = 5
"""Filters shown at once; the rest wait behind 更多."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    column: Column
    value: Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line; ``name`` is what a reader hears, ``preview`` the URL of the part shown beside the list."""

    key: str
    url: str
    name: str
    cells: list[Cell]
    preview: str = ""
    selected: bool = False


@dataclass(frozen=True, kw_only=True)
class Head:
    column: Column
    url: str = ""
    direction: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list ready to draw; ``total`` None is not counted, ``exact`` False means at least that many."""

    heads: list[Head]
    rows: list[Row]
    total: int | None
    exact: bool
    next_url: str
    first_url: str
    empty: str
    way: str = ""
    way_label: str = ""
    pickable: bool = False


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where one row leads."""

    url: Callable[[Any], str]
    key: Callable[[Any], str] = field(default=lambda row: str(row.pk))
    preview: Callable[[Any], str] = field(default=lambda row: "")


HERE = "-here-"


@cache
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=(HERE,)).partition(HERE)
    return before, after


def page_of(name: str, code: str) -> str:
    """The URL of a thing's page by its code, as ``reverse`` gives it; looked up once for all lines of all lists."""
    before, after = _around(name)
    return f"{before}{quote(code)}{after}"


def table(
    request: HttpRequest,
    columns: Sequence[Column],
    items: Sequence[Any],
    *,
    links: Links,
    after: str = "",
    total: int | None = None,
    exact: bool = True,
    empty: str = "这里还没有内容。",
    way: tuple[str, str] = ("", ""),
    pickable: bool = False,
) -> Table:
    """A table of one page of ``items``; ``after`` marks the next page, ``way`` is (URL, label) out of emptiness."""
    selected = request.GET.get("row", "")
    return Table(
        heads=[_head(request, column) for column in columns],
        rows=[_row(columns, item, links, selected) for item in items],
        total=total,
        exact=exact,
        next_url=_changed(request.GET, after=after) if after else "",
        first_url=_changed(request.GET, after="") if request.GET.get("after") else "",
        empty=empty,
        way=way[0],
        way_label=way[1],
        pickable=pickable,
    )


def sort_of(request: HttpRequest, columns: Sequence[Column], default: str) -> str:
    """The field the list is ordered by ("-" descending): what the head asks for, if a column has it."""
    asked = request.GET.get("sort", "")
    known = {column.sort for column in columns if column.sort}
    return asked if asked.lstrip("-") in known else default


def _row(columns: Sequence[Column], item: Any, links: Links, selected: str) -> Row:
    key = links.key(item)
    cells = [Cell(column=column, value=column.value(item)) for column in columns]
    return Row(
        key=key,
        url=links.url(item),
        name=key,
        cells=cells,
        preview=links.preview(item),
        selected=bool(selected) and key == selected,
    )


def _head(request: HttpRequest, column: Column) -> Head:
    if not column.sort:
        return Head(column=column)
    now = request.GET.get("sort", "")
    direction = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(now, "")
    wanted = f"-{column.sort}" if direction == "ascending" else column.sort
    return Head(
        column=column, url=_changed(request.GET, sort=wanted, after=""), direction=direction
    )


def _changed(query: QueryDict, **changes: str) -> str:
    changed = query.copy()
    for key, value in changes.items():
        changed.pop(key, None)
        if value:
            changed[key] = value
    return f"?{changed.urlencode()}"


@dataclass(frozen=True, kw_only=True)
class FilterState:
    """One filter and what it is set to; ``words`` is how the value reads, ``off_url`` the page without it."""

    spec: Filter
    value: str
    words: str
    options: list[tuple[str, str]]
    off_url: str


@dataclass(frozen=True, kw_only=True)
class FilterBar:
    """The filters of a list; ``values`` holds only those that are set and allowed."""

    on: list[FilterState]
    off: list[FilterState]
    more: list[FilterState]
    kept: list[tuple[str, str]]
    clear_url: str

    @property
    def values(self) -> dict[str, str]:
        return {state.spec.key: state.value for state in self.on}


def filters(
    request: HttpRequest, declared: Sequence[Filter], *, keep: Sequence[str] = ("sort",)
) -> FilterBar:
    """The filter bar for this request; ``keep`` names the other query values that stay."""
    states = [_state(request, spec) for spec in declared]
    on = [state for state in states if state.value]
    off = [state for state in states if not state.value]
    room = max(AT_MOST - len(on), 0)
    return FilterBar(
        on=on,
        off=off[:room],
        more=off[room:],
        kept=[(key, request.GET[key]) for key in keep if request.GET.get(key)],
        clear_url=_changed(
            request.GET, **dict.fromkeys([spec.key for spec in declared], ""), after=""
        ),
    )


def _state(request: HttpRequest, spec: Filter) -> FilterState:
    options = spec.choices(request.user) if spec.choices else []
    value = _allowed(spec, request.GET.get(spec.key, "").strip(), options)
    return FilterState(
        spec=spec,
        value=value,
        words=_words(spec, value, dict(options)),
        options=options,
        off_url=_changed(request.GET, **{spec.key: "", "after": ""}),
    )


def _allowed(spec: Filter, value: str, options: list[tuple[str, str]]) -> str:
    if spec.kind == "check":
        return "1" if value == "1" else ""
    if options:
        return value if value in dict(options) else ""
    return value[:100]


def _words(spec: Filter, value: str, options: Mapping[str, str]) -> str:
    return spec.label if spec.kind == "check" else f"{spec.label}：{options.get(value, value)}"
