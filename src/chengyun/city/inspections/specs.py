"""What may be declared about inspections: checklists and the fields their findings fall into."""

from __future__ import annotations

from dataclasses import dataclass

from chengyun.kernel.specs import Misdeclared

WEEKLY = "weekly"
"""The checklist of the weekly rounds, which the weekly bulletin counts."""


@dataclass(frozen=True, kw_only=True)
class FindingField:
    """A field of the city's work that findings are counted by."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """What an inspection looks at; ``fields`` in the order in which they are printed."""

    key: str
    label: str
    fields: tuple[FindingField, ...]
    order: int = 0

    def __post_init__(self) -> None:
        keys = [field.key for field in self.fields]
        if not keys or len(set(keys)) != len(keys):
            raise Misdeclared(f"Checklist {self.key}: fields are needed and none stands twice")

    def label_of(self, key: str) -> str:
        """The words of a field; a key that is no longer declared stands for itself."""
        return next((field.label for field in self.fields if field.key == key), key)
