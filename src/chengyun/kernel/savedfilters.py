"""Filters people keep: a name for a list as they filter it, for themselves or for all of their unit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Missing, wrong
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.models.lists import SavedFilter
from chengyun.kernel.permissions import require

NAME_AT_MOST, QUERY_AT_MOST, OWN_AT_MOST = 20, 1000, 20


def filters_for(user: Any, listing: Listing) -> QuerySet[SavedFilter]:
    """The filters this person may use on a list: their own, and those shared with their unit."""
    mine = Q(owner_id=user.pk)
    if user.unit_id:
        mine |= Q(unit_id=user.unit_id)
    return SavedFilter.objects.filter(mine, listing=listing.key)


def own_filter(user: Any, pk: int) -> SavedFilter:
    """One of this person's own; Missing otherwise."""
    found = SavedFilter.objects.filter(owner_id=user.pk, pk=pk).first()
    if found is None:
        raise Missing("没有这个筛选，或者它不是你存的。")
    return found


@transaction.atomic
def save_filter(
    listing: Listing, name: str, values: Values, *, shared: bool, by: Any
) -> SavedFilter:
    """Keep what a list is filtered by under a name."""
    require(by, listing.may)
    query = urlencode(values)
    if not query:
        raise wrong("name", "还没有选任何条件，先筛选再存。")
    if len(query) > QUERY_AT_MOST:
        raise wrong("name", "条件太长，存不下。")
    if SavedFilter.objects.filter(owner_id=by.pk, listing=listing.key).count() >= OWN_AT_MOST:
        raise wrong("name", f"一个列表最多存 {OWN_AT_MOST} 个筛选，先删掉不用的。")
    row = SavedFilter(
        owner_id=by.pk,
        unit_id=by.unit_id if shared else None,
        listing=listing.key,
        name=_name(name),
        query=query,
        made_at=clock.now(),
    )
    _store(row)
    facts = {"name": row.name, "list": listing.label, "shared": shared}
    record("filter.save", row, by=by, facts=facts, new=True)
    return row


@transaction.atomic
def change_filter(row: SavedFilter, *, name: str, shared: bool, by: Any) -> SavedFilter:
    """Another name, or shared with one's unit or no more."""
    before = row.name
    row.name, row.unit_id = _name(name), by.unit_id if shared else None
    _store(row)
    record(
        "filter.change", row, by=by, facts={"before": before, "name": row.name, "shared": shared}
    )
    return row


@transaction.atomic
def remove_filter(row: SavedFilter, *, by: Any) -> None:
    """It is no longer kept; the cases it showed are untouched."""
    record("filter.remove", row, by=by, facts={"name": row.name})
    row.delete()


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > NAME_AT_MOST:
        raise wrong("name", f"名称要写，最多 {NAME_AT_MOST} 字。")
    return name


def _store(row: SavedFilter) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(f"这个列表里你已经有一个「{row.name}」，换个名称。") from error
