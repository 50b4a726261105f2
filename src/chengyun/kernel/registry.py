"""What has been declared, by kind and key. Filled while Django starts, read-only afterwards."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, TypeVar

from chengyun.kernel.specs import Misdeclared

T = TypeVar("T")

_declared: dict[type, dict[str, Any]] = defaultdict(dict)


def add(*specs: Any) -> None:
    """Declare; the same key twice for one kind stops start-up."""
    for spec in specs:
        kind = _declared[type(spec)]
        if spec.key in kind and kind[spec.key] != spec:
            raise Misdeclared(f"{type(spec).__name__} {spec.key} is declared twice")
        kind[spec.key] = spec


def all_of(kind: type[T]) -> list[T]:
    """All declarations of a kind, by order, then as they were declared."""
    found = _declared[kind].values()
    return sorted(found, key=lambda spec: getattr(spec, "order", 0))


def get(kind: type[T], key: str) -> T:
    """One declaration; KeyError when nobody declared it."""
    found: T = _declared[kind][key]
    return found


def has(kind: type, key: str) -> bool:
    return key in _declared[kind]
