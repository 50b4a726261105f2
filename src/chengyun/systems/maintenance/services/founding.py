"""Making a real city: everything a first administrator needs to go on in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.cases.services.catalogue import load_catalogue
from chengyun.city.cases.services.kinds import store_kinds
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import role_of
from chengyun.city.people.services.roles import give_post, store_roles
from chengyun.city.people.services.units import add_unit
from chengyun.city.people.services.users import add_user
from chengyun.city.places.services import import_regions
from chengyun.city.places.specs import RegionRow, trimmed
from chengyun.kernel import clock, editions
from chengyun.kernel.errors import Invalid
from chengyun.kernel.installation import install
from chengyun.kernel.models import Installation
from chengyun.kernel.params import settings_of
from chengyun.kernel.workcalendar import import_year, is_published

SHORTEST_KEY = 32


@dataclass(frozen=True, kw_only=True)
class Founding:
    """What must be known to make a city; ``area`` is its region code, that of a county for a county alone."""

    name: str
    area: str
    bureau: str
    username: str
    person: str
    password: str
    regions: Sequence[RegionRow] = ()


@dataclass(frozen=True, kw_only=True)
class Founded:
    """What was made; ``years`` are those whose holiday plan is known."""

    city: Installation
    roles: int
    classes: int
    years: list[int]
    regions: int


@transaction.atomic
def found_city(plan: Founding) -> Founded:
    """Make the city, or nothing at all. Raises Invalid for what a real city must not have."""
    _fit_for_real_work()
    area = trimmed(plan.area)
    if not (area.isascii() and area.isdigit() and len(area) in (4, 6)):
        raise Invalid(f"区划代码「{plan.area}」应是 4 位（市）或 6 位（区县）数字。")
    if not plan.name.strip():
        raise Invalid("请写城市名称。")
    city = install(plan.name.strip(), area, demo=False)
    roles = store_roles()
    editions.ship()
    _first_administrator(plan, area)
    classes = load_catalogue(settings_of(area)["case.catalogue"], by=None)
    store_kinds(by=None)
    return Founded(
        city=city,
        roles=roles,
        classes=classes,
        years=_known_years(area),
        regions=_regions(plan, area),
    )


def _fit_for_real_work() -> None:
    if settings.DEBUG:
        raise Invalid("调试模式（CHENGYUN_DEBUG=True）下不能建正式城市。")
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        raise Invalid(
            f"密钥 CHENGYUN_SECRET_KEY 为空或不足 {SHORTEST_KEY} 个字符，不能建正式城市。"
        )


def _first_administrator(plan: Founding, area: str) -> None:
    """He names who administers security, who gives all other posts: the three are never in one hand."""
    bureau = add_unit(
        f"{area.ljust(6, '0')}-CG", plan.bureau, kind=Unit.Kind.BUREAU, area=area, by=None
    )
    user = add_user(plan.username, plan.person, bureau, plan.password, by=None)
    give_post(user, role_of("admin"), bureau, by=None)


def _known_years(area: str) -> list[int]:
    """Enter the plans of this year, the one before and the one after, as far as they are known."""
    this = localdate(clock.now()).year
    known = [year for year in (this - 1, this, this + 1) if is_published(year)]
    for year in known:
        import_year(area, year, by=None)
    return known


def _regions(plan: Founding, area: str) -> int:
    inside = [row for row in plan.regions if row.code.startswith(area)]
    if not inside:
        return 0
    import_regions(inside, by=None, source="init")
    return len(inside)
