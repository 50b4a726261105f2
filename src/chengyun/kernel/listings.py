"""A list as one declaration: whose page it is, its rows, columns, filters and order; and one function that draws it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from chengyun.kernel.paging import Slice, count, keyset
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import FilterBar, Links, filters, sort_of, table

Values = Mapping[str, str]

EXACT = {"count": "exact"}
COUNT_AT_MOST = 10_000
FOUND_AT_MOST = 200
"""Whoever searches reads the first page; nobody waits for the count of what half a million rows say."""


def _as_they_are(rows: Any) -> Any:
    return rows


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A declared list; ``key`` is the URL name of its page.

    ``rows`` gives the rows of a user under what the filters and the ``keep`` values of the URL are set to; ``more``
    adds what the columns need besides, or ``whole`` reads the rows found from there (see ``paging.keyset``); ``lines``
    turns one page of rows into what they read. ``way`` is the label of the link that leads out of an empty list to the
    whole one. ``counted`` False is a list nobody counts. ``words`` is the filter that searches full text: what it
    finds comes newest first and is counted to two hundred; ``partial`` says whether the search left older rows out,
    which asking for the exact count brings back. ``pick`` is the column by which single rows are picked.
    """

    key: str
    label: str
    may: str
    columns: tuple[Column, ...]
    rows: Callable[[Any, Values], QuerySet[Any]]
    links: Links
    filters: tuple[Filter, ...] = ()
    keep: tuple[str, ...] = ()
    order: tuple[str, ...] = ("-id",)
    more: Callable[[QuerySet[Any]], QuerySet[Any]] = field(default=_as_they_are)
    whole: Callable[[], QuerySet[Any]] | None = None
    lines: Callable[[list[Any]], Sequence[Any]] = field(default=_as_they_are)
    counted: bool = True
    words: str = ""
    partial: Callable[[Values], bool] = field(default=lambda values: False)
    pick: str = "pk"
    empty: str = "这里还没有内容。"
    way: str = ""


def listed(
    request: HttpRequest,
    listing: Listing,
    *,
    none: tuple[str, str, str] | None = None,
    pickable: bool = False,
    columns: Sequence[Column] = (),
    order: tuple[str, ...] = (),
) -> dict[str, Any]:
    """One page of a list as its template draws it: ``listing``, ``filters``, ``table``, ``total``.

    ``none`` is what is said while nothing is filtered and there still is nothing: a sentence, a URL and its label.
    ``columns`` and ``order`` take the place of the list's own.
    """
    bar = bar_of(request, listing)
    values = values_of(request, listing, bar)
    rows = listing.rows(request.user, values)
    part = _part_of(request, listing, rows, order)
    total, exact = _counted(request, listing, rows, values)
    whole = (listing.empty, bar.clear_url if listing.way else "", listing.way)
    empty, url, label = whole if none is None or bar.on else none
    shown = table(
        request,
        columns or listing.columns,
        listing.lines(part.items),
        links=listing.links,
        after=part.next,
        total=total,
        exact=exact,
        empty=empty,
        way=(url, label),
        pickable=pickable,
    )
    return {"listing": listing, "filters": bar, "table": shown, "total": total}


def _part_of(
    request: HttpRequest, listing: Listing, rows: QuerySet[Any], order: tuple[str, ...]
) -> Slice[Any]:
    order, after = order_of(request, listing, order), request.GET.get("after", "")
    if listing.whole:
        return keyset(rows, order, after=after, whole=listing.whole())
    return keyset(listing.more(rows), order, after=after)


def _counted(
    request: HttpRequest, listing: Listing, rows: QuerySet[Any], values: Values
) -> tuple[int | None, bool]:
    if not listing.counted:
        return None, True
    exactly = request.GET.get("count") == "exact"
    most = FOUND_AT_MOST if listing.words in values else COUNT_AT_MOST
    total, exact = count(rows, exact=exactly, at_most=most)
    return total, exact and not (listing.words in values and listing.partial(values))


def bar_of(request: HttpRequest, listing: Listing) -> FilterBar:
    """The filter bar of a list as the URL sets it."""
    return filters(request, listing.filters, keep=(*listing.keep, "sort"))


def values_of(request: HttpRequest, listing: Listing, bar: FilterBar) -> dict[str, str]:
    """What the filters are set to, and what else of the URL belongs to the list."""
    kept = {key: request.GET[key] for key in listing.keep if request.GET.get(key)}
    exactly = listing.words in bar.values and request.GET.get("count") == "exact"
    return kept | bar.values | (EXACT if exactly else {})


def state_of(request: HttpRequest, listing: Listing, bar: FilterBar) -> dict[str, str]:
    """The list as it stands on the screen, its order too: what a kept filter keeps."""
    sort = request.GET.get("sort", "")
    return values_of(request, listing, bar) | ({"sort": sort} if sort else {})


def _set(request: HttpRequest, listing: Listing) -> set[str]:
    """The filters of a list the URL sets."""
    return {spec.key for spec in listing.filters if request.GET.get(spec.key)}


def order_of(
    request: HttpRequest, listing: Listing, order: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The list's own order (or ``order`` in its place), unless the head of a column asks for another.

    What is looked for by words alone comes in the order in which it was made, as the index of words has it.
    """
    asked = sort_of(request, listing.columns, "")
    if asked:
        return (asked, "-id" if asked.startswith("-") else "id")
    if listing.words and _set(request, listing) == {listing.words}:
        return ("-id",)
    return order or listing.order
