"""Dispatch rules as the pages draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chengyun.city.cases import rulebook, rulewords
from chengyun.city.cases.models import DispatchEdition
from chengyun.city.cases.rulebook import Rule
from chengyun.city.people.models import User
from chengyun.city.places.queries import names_of, regions
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import installation

VIEW = "dispatch.rule.view"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One rule of a list."""

    pk: int
    number: int
    name: str
    words: str
    unit: str
    ended: bool
    basis: str
    automatic: bool
    taken: int | None = None


def lines_of(rules: list[Rule], taken: dict[int, int] | None = None) -> list[Line]:
    """Rules as lines; ``taken`` says how many tried cases each one took."""
    units = rulewords.units_named(rules)
    return [
        Line(
            pk=rule.row.pk,
            number=rule.number,
            name=rule.row.name,
            words="；".join(rulewords.parts_of(rule.conditions, units, rule.edition.area)),
            unit=rule.receiver,
            ended=rule.ended,
            basis=rule.row.basis,
            automatic=rule.row.automatic,
            taken=None if taken is None else taken.get(rule.row.pk, 0),
        )
        for rule in rules
    ]


def area_name(code: str) -> str:
    city = installation()
    return city.name if city and city.area == code else names_of([code]).get(code, code)


def areas_of(user: User) -> list[str]:
    """Where this person sees rules: the areas of their posts and the districts in them."""
    scope = user.scope(VIEW)
    inner = regions().filter(scope.area_q("code"), level__in=("city", "district"))
    return sorted({*scope.areas, *inner.values_list("code", flat=True)})


def area_asked(user: User, asked: str) -> tuple[str, list[str]]:
    """The area a page speaks of, the widest unless asked for; Missing outside the scope."""
    areas = areas_of(user)
    area = asked or (areas[0] if areas else "")
    if area not in areas:
        raise Missing("没有这个区域，或者它不在你的管辖范围内。")
    return area, areas


def links_of(areas: list[str], name: str) -> list[tuple[str, str, str]]:
    """Code, name and URL of the areas a person may change to."""
    return [(code, area_name(code), url(name, code)) for code in areas]


def url(name: str, area: str, *args: Any) -> str:
    return f"{reverse(f'coordination:{name}', args=args)}?area={area}"


def in_force(area: str) -> list[dict[str, Any]]:
    """The editions that hold in an area with their rules, the area's own first."""
    rules = rulebook.rules_for(area)
    return [
        {
            "edition": edition,
            "own": edition.area == area,
            "name": area_name(edition.area),
            "lines": lines_of([r for r in rules if r.edition.pk == edition.pk]),
        }
        for edition in rulebook.editions_for(area)
    ]


def draft_for(user: User, area: str) -> DispatchEdition | None:
    """The draft of an area this person looks after, if there is one; Missing elsewhere."""
    if not user.scope("dispatch.rule.change").covers(area=area):
        raise Missing("没有这个区域，或者它不在你的管辖范围内。")
    return rulebook.draft_of(area)
