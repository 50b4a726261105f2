"""What is declared is complete: every name used is declared, every declaration is used and has its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver, reverse

from chengyun.city.people.roles import DEFAULT_ROLES, KEPT_APART
from chengyun.kernel import registry
from chengyun.kernel.listings import Listing
from chengyun.kernel.params import _fault
from chengyun.kernel.specs import (
    Act,
    Panel,
    Param,
    Periodic,
    Permission,
    Queue,
    System,
    Tab,
    Workflow,
)
from tests.test_conformance import PAGES

SOURCE = Path(__file__).resolve().parents[1] / "src" / "chengyun"
CHINESE = re.compile(r"[一-鿿]")
RECORDERS = ("record", "record_many")


def declared(kind: type[Any]) -> set[str]:
    return {spec.key for spec in registry.all_of(kind)}


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """The program without its tests and its declarations of roles."""
    paths = [p for p in SOURCE.rglob("*.py") if not {"tests", "migrations"} & set(p.parts)]
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(paths))


def calls(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function of one of these names."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in names:
                    yield path, node


def permissions_of_steps() -> Iterator[tuple[str, str]]:
    for flow in registry.all_of(Workflow):
        for step in flow.steps:
            yield f"{flow.key}.{step.verb}", step.may


def permissions_of_doors() -> Iterator[tuple[str, str]]:
    for namespace, pattern in PAGES:
        if may := getattr(pattern.callback, "may", ""):
            yield f"{namespace}:{pattern.name}", may


def permissions_of_declarations() -> Iterator[tuple[str, str]]:
    kinds: tuple[type[Any], ...] = (System, Tab, Queue, Panel)
    for kind in kinds:
        for spec in registry.all_of(kind):
            yield f"{kind.__name__} {spec.key}", spec.may


def permissions_of_roles() -> Iterator[tuple[str, str]]:
    for role in DEFAULT_ROLES:
        for key in role.permissions:
            yield f"role {role.key}", key
    for name, keys in KEPT_APART.items():
        for key in keys:
            yield name, key


def permissions_asked_for() -> Iterator[tuple[str, str]]:
    """Written out in ``may("…")``, ``require(by, "…")``, ``scope("…")``, or as ``may="…"``; or who is told holds it."""
    for path, call in calls(
        "may", "scope", "require", "erase_personal", "posts_in_charge", "Above"
    ):
        named = [keyword.value for keyword in call.keywords if keyword.arg == "may"]
        for argument in (*call.args[:2], *named):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield f"{path.name}:{call.lineno}", argument.value


NAMING = (
    permissions_of_steps,
    permissions_of_doors,
    permissions_of_declarations,
    permissions_of_roles,
    permissions_asked_for,
)


@pytest.mark.parametrize("naming", NAMING, ids=lambda naming: naming.__name__)
def test_every_permission_that_is_named_is_declared(naming: Any) -> None:
    known = declared(Permission)
    assert [(where, key) for where, key in naming() if key and key not in known] == []
    assert list(naming())


def test_every_permission_is_held_by_a_role_a_new_city_starts_with() -> None:
    held = {key for role in DEFAULT_ROLES for key in role.permissions}
    assert declared(Permission) - held == set()


def test_every_permission_opens_something() -> None:
    """It is asked for in the program, somewhere other than where it is declared or given to a role."""
    named = {key for naming in NAMING if naming is not permissions_of_roles for _, key in naming()}
    assert declared(Permission) - named == set()


def test_every_act_that_is_recorded_is_declared_and_every_declared_one_recorded() -> None:
    known, flows = declared(Act), declared(Workflow)
    recorded = {f"{flow.key}.{verb}" for flow in registry.all_of(Workflow) for verb in flow.verbs()}
    for path, call in calls(*RECORDERS):
        if call.args:
            recorded |= acts_of(call.args[0], flows, f"{path.name}:{call.lineno}")
    assert recorded - known == set()
    assert known - recorded == set()


def acts_of(verb: ast.expr, flows: set[str], where: str) -> set[str]:
    """The acts a first argument can stand for: a text, or a flow's name with a verb behind it."""
    if isinstance(verb, ast.Constant):
        return {str(verb.value)}
    if isinstance(verb, ast.JoinedStr) and isinstance(verb.values[-1], ast.Constant):
        ending = str(verb.values[-1].value)
        return {f"{flow}{ending}" for flow in flows if registry.has(Act, f"{flow}{ending}")}
    if isinstance(verb, ast.IfExp):
        return acts_of(verb.body, flows, where) | acts_of(verb.orelse, flows, where)
    return constants_near(where)


def constants_near(where: str) -> set[str]:
    """A verb handed on in a variable: the acts written out in that module."""
    name = where.partition(":")[0]
    return {
        node.value
        for path, tree in modules()
        if path.name == name
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in declared(Act)
    }


KINDS = (Act, Panel, Param, Periodic, Permission, Queue, System, Tab, Workflow)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_everything_declared_has_its_words(kind: type[Any]) -> None:
    specs: list[Any] = registry.all_of(kind)
    assert [spec.key for spec in specs if not CHINESE.search(spec.label)] == []
    assert [spec.key for spec in specs if not getattr(spec, "group", "none")] == []


def test_every_state_step_and_fact_of_a_workflow_has_its_words() -> None:
    for flow in registry.all_of(Workflow):
        parts: tuple[Any, ...] = (*flow.states, *flow.steps, *flow.facts)
        for part in parts:
            assert CHINESE.search(part.label), (flow.key, part)


def test_the_default_of_a_parameter_is_one_its_own_check_allows() -> None:
    assert [p.key for p in registry.all_of(Param) if _fault(p, p.default)] == []


def test_what_leads_somewhere_leads_to_a_page() -> None:
    import_module(settings.ROOT_URLCONF)
    assert get_resolver().url_patterns
    for tab in registry.all_of(Tab):
        reverse(tab.url)
    for queue in registry.all_of(Queue):
        reverse(queue.url)
    for system in registry.all_of(System):
        reverse(system.home)
    for role in DEFAULT_ROLES:
        reverse(role.home)


def test_every_tab_belongs_to_a_system() -> None:
    assert {tab.system for tab in registry.all_of(Tab)} <= declared(System)


def test_every_panel_has_a_slot_that_some_page_draws() -> None:
    slots = {
        name
        for page in SOURCE.rglob("*.html")
        for name in re.findall(r'{% slot "([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert {panel.slot for panel in registry.all_of(Panel)} <= slots
    for panel in registry.all_of(Panel):
        get_template(panel.template)


def test_every_list_is_that_of_the_page_it_names() -> None:
    pages = {f"{namespace}:{pattern.name}": pattern for namespace, pattern in PAGES}
    lists = registry.all_of(Listing)
    assert lists
    for listing in lists:
        assert CHINESE.search(listing.label)
        assert getattr(pages[listing.key].callback, "may", "") == listing.may
