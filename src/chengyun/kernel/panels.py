"""Slots: places of a detail page where other apps show what they know of its subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chengyun.kernel import registry
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Panel


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A panel with its content; ``fact`` is the one quiet fact at its right, ``way`` and ``way_label`` a link there."""

    panel: Panel
    content: Mapping[str, Any]


def filled(slot: str, user: Person, subject: Any) -> list[Filled]:
    """The panels of a slot as this person sees them, in their order; one that has nothing to say is left out."""
    declared = [panel for panel in registry.all_of(Panel) if panel.slot == slot]
    return [
        Filled(panel=panel, content=content)
        for panel in declared
        if user.may(panel.may) and (content := panel.context(user, subject))
    ]
