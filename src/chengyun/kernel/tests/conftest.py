"""A registry that knows the tests' own noun for as long as one test runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from chengyun.kernel import editions, registry
from chengyun.kernel.specs import Act
from chengyun.kernel.tests.errand.workflow import DIG, PERMISSIONS


@pytest.fixture
def declaring(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is declared in this test is forgotten after it."""
    known: defaultdict[type, dict[str, Any]] = defaultdict(dict)
    known.update({kind: dict(specs) for kind, specs in registry._declared.items()})
    monkeypatch.setattr(registry, "_declared", known)


@pytest.fixture
def digging(declaring: None, db: None) -> Iterator[None]:
    """The second workflow is declared and in force."""
    registry.add(*PERMISSIONS, Act(key="dig.ask", label="申请掘路"))
    editions.declare(DIG)
    editions.ship()
    yield
    editions.flow_of.cache_clear()
