"""Reads of 应用维护. The user comes first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import make_aware

from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import names_of, regions
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import installation
from chengyun.kernel.models import Audit, Personal
from chengyun.kernel.scope import inside


def areas_for(user: User, permission: str, *, streets: bool = False) -> list[tuple[str, str]]:
    """The areas in which the user holds a permission, as (code, name), the widest first.

    They are the regions that were imported and, as long as none were, those in which units stand.
    """
    scope, city = user.scope(permission), installation()
    levels = ("city", "district", "street") if streets else ("city", "district")
    found = set(
        regions().filter(scope.area_q("code"), level__in=levels).values_list("code", flat=True)
    )
    if not found:
        found = set(Unit.objects.filter(scope.area_q("area")).values_list("area", flat=True))
    if city and scope.covers(area=city.area):
        found.add(city.area)
    return [(code, area_name(code)) for code in sorted(found)]


def area_name(code: str) -> str:
    """The name of an area, or its code while no region of that code has been imported."""
    city = installation()
    if city and code == city.area:
        return city.name
    return names_of([code]).get(code, code)


def audit_for(user: User) -> QuerySet[Audit]:
    """Audit rows of the areas the user audits; those of no area belong to the city."""
    scope, city = user.scope("audit.view"), installation()
    whole = Q(area="") if city and scope.covers(area=city.area) else Q(pk__in=())
    return Audit.objects.filter(scope.area_q("area") | whole)


def narrowed(rows: QuerySet[Audit], values: Mapping[str, str]) -> QuerySet[Audit]:
    """Rows that fit the filters of the page: ``person`` is a user name, ``subject`` a code, ``since`` a date."""
    found = rows
    if verb := values.get("verb"):
        found = found.filter(verb=verb)
    if person := values.get("person"):
        found = found.filter(actor_id__in=User.objects.filter(username=person).values("pk"))
    if subject := values.get("subject"):
        found = found.filter(subject_code=subject)
    if (area := values.get("area", "")) and area.isdigit():
        found = found.filter(inside("area", area))
    if since := _day(values.get("since", "")):
        found = found.filter(at__gte=_midnight(since))
    if until := _day(values.get("until", "")):
        found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
    return found


def audit_row_for(user: User, pk: int) -> Audit:
    """One audit row. Raises Missing outside the scope."""
    found = audit_for(user).filter(pk=pk).select_related("seal").first()
    if found is None:
        raise Missing("没有这条审计记录，或者它不在你的审计范围内。")
    return found


def personal_of(row: Audit) -> dict[str, str]:
    """The personal values an audit row refers to; an erased one is said to be."""
    ids = {k: v["personal"] for k, v in row.facts.items() if is_personal(v)}
    kept = {p.pk: p for p in Personal.objects.filter(pk__in=ids.values())}
    return {
        key: "已按申请删除" if pk not in kept or kept[pk].erased_at else kept[pk].value
        for key, pk in ids.items()
    }


def is_personal(value: Any) -> bool:
    return isinstance(value, dict) and "personal" in value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()))
