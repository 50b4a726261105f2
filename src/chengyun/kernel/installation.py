"""Which city this is, and whether it is a demo."""

from __future__ import annotations

from functools import cache

from django.db import transaction

from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict
from chengyun.kernel.models.city import Installation


@cache
def _kept() -> list[Installation]:
    return []


def installation() -> Installation | None:
    """The row of this city; read once per process, since it never changes."""
    if not _kept():
        found = Installation.objects.first()
        if found is None:
            return None
        _kept().append(found)
    return _kept()[0]


def city_area() -> str:
    """The code of the whole city; "" before there is one."""
    city = installation()
    return city.area if city else ""


def forget() -> None:
    """Tests make and unmake cities."""
    _kept.cache_clear()


@transaction.atomic
def install(name: str, area: str, *, demo: bool) -> Installation:
    """Write the one row; a city that exists is never turned into another."""
    if Installation.objects.exists():
        raise Conflict("这里已经有一个城市了；换一个 CHENGYUN_HOME 或数据库再建。")
    row = Installation(name=name, area=area, demo=demo, made_at=clock.now())
    row.save(force_insert=True)
    forget()
    return row
