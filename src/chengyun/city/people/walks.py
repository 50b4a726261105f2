"""Reads about 马路办公."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from chengyun.city.people.models import User, Walk
from chengyun.city.people.queries import attendances_for
from chengyun.kernel.errors import Missing


def walks_for(user: User) -> QuerySet[Walk]:
    """One's own, and those of whom one may follow."""
    seen = attendances_for(user).filter(pk=OuterRef("attendance")).order_by()
    return Walk.objects.filter(Exists(seen)).select_related("attendance__user")


def walk_for(user: User, pk: int) -> Walk:
    """One of them."""
    found = walks_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这次马路办公，或者它不在你的范围内。")
    return found


def walk_at(user: User, at: datetime) -> Walk | None:
    """The walk a person was on at a moment."""
    lasting = Q(attendance__ended_at=None) | Q(attendance__ended_at__gte=at)
    rows = Walk.objects.filter(lasting, attendance__user=user, attendance__began_at__lte=at)
    return rows.order_by("-pk").first()


def open_walk(user: User) -> Walk | None:
    """The walk a person is on now."""
    rows = Walk.objects.filter(attendance__user=user, attendance__ended_at=None)
    return rows.select_related("attendance").first()
