"""The dispatch rules of the demo city: written down once by the city, and one difference of a district."""

from collections.abc import Mapping

from chengyun.city.cases.services.rules import NewRule, add_rule, begin_draft, put_in_force
from chengyun.city.people.models import Unit
from chengyun.demo.words.rules import CITY_RULES, DISTRICT_RULES, PlannedRule
from chengyun.science.rulebook import Conditions


def build_rules(city: str, units: Mapping[str, Unit]) -> None:
    """Put the city's rules in force, and those districts have of their own."""
    for area, rules in {city: CITY_RULES, **DISTRICT_RULES}.items():
        draft = begin_draft(area, by=None)
        for rule in rules:
            add_rule(draft, _new(rule, units), by=None)
        put_in_force(draft, note="首次整理", by=None)


def _new(rule: PlannedRule, units: Mapping[str, Unit]) -> NewRule:
    conditions = Conditions(
        classes=rule.classes,
        areas=rule.areas,
        roads=rule.roads,
        sources=rule.sources,
        begin=rule.hours[0],
        end=rule.hours[1],
    )
    unit = units[rule.unit]
    return NewRule(
        name=rule.name,
        unit=unit,
        conditions=conditions,
        basis=rule.basis,
        automatic=rule.automatic,
    )
