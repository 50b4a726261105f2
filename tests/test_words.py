"""Every declared word stands in the glossary with the term people read."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

from chengyun.city.assets.models import State as AssetState
from chengyun.city.assets.specs import AssetType
from chengyun.city.cases.specs import CaseType, Source
from chengyun.city.cases.workflow import CLOCKS
from chengyun.city.inspections.specs import Checklist
from chengyun.city.people.models import Unit
from chengyun.city.people.roles import DEFAULT_ROLES
from chengyun.city.people.specs import BINDING_KINDS, PLACE_TYPES
from chengyun.city.places.specs import GRADES, LEVEL_LABELS, SHAPE_KINDS
from chengyun.config.env import ROOT
from chengyun.kernel import registry
from chengyun.kernel.specs import System, Workflow
from chengyun.science.workclock import LABELS

PAGE = ROOT / "docs" / "glossary.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$")

Word = tuple[str, str]


def _rows() -> Iterator[tuple[str, str, str]]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if found := ROW.match(line):
            yield found[1], found[2].strip(), found[3].strip()


def _terms() -> dict[str, set[str]]:
    terms = defaultdict(set)
    for identifier, term, _ in _rows():
        terms[identifier].add(term)
    return terms


def _of_workflows() -> Iterator[Word]:
    for flow in registry.all_of(Workflow):
        yield from ((state.key, state.label) for state in flow.states)
        yield from ((step.verb, step.label) for step in flow.steps)
        yield from ((fact.key, fact.label) for fact in flow.facts)
        yield from ((mark.key, mark.label) for mark in flow.marks)


def _declared() -> Iterator[Word]:
    for kind in (AssetType, CaseType, Source, System):
        specs: list[Any] = list(registry.all_of(kind))
        yield from ((spec.key, spec.label) for spec in specs)
    yield from ((role.key, role.label) for role in DEFAULT_ROLES)
    yield from ((f.key, f.label) for c in registry.all_of(Checklist) for f in c.fields)
    for choices in (AssetState, Unit.Kind):
        yield from ((choice.value, str(choice.label)) for choice in choices)
    for words in (LEVEL_LABELS, GRADES, SHAPE_KINDS, BINDING_KINDS, PLACE_TYPES, LABELS):
        yield from words.items()
    yield from ((key, f"{label}时限") for key, label in CLOCKS.items())


@pytest.mark.parametrize(("key", "term"), sorted({*_of_workflows(), *_declared()}))
def test_a_declared_word_has_its_term(key: str, term: str) -> None:
    assert term in _terms()[key], f"docs/glossary.md lacks: | `{key}` | {term} |"


def test_every_table_of_the_database_has_a_word() -> None:
    tables = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("chengyun.") and ".tests." not in model.__module__
    }
    assert tables <= set(_terms())


def test_no_row_is_half_filled_or_stands_twice() -> None:
    rows = list(_rows())
    assert all(identifier and term and standard for identifier, term, standard in rows)
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    assert len(lines) == len(rows)
