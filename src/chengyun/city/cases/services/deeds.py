"""What one act is made of, for the parts of the noun that have a say in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chengyun.city.cases.models import Case
from chengyun.city.people.models import User
from chengyun.kernel.errors import Invalid, wrong
from chengyun.kernel.workflow import Effects


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A verb that is being taken: on which case, with which facts, by whom, with which effects so far.

    ``source`` and ``marks`` are how the case stood before.
    """

    case: Case
    verb: str
    source: str
    marks: tuple[str, ...]
    facts: Mapping[str, Any]
    by: User | None
    effects: Effects

    def said(self, key: str) -> str:
        """A fact in words; "" when it was not given."""
        return str(self.facts.get(key) or "").strip()

    def refuse(self, key: str, message: str) -> Invalid:
        """A refusal that points at one fact."""
        return wrong(key, message)
