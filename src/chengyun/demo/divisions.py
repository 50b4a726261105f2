"""The administrative divisions of the demo city, read from the committed table."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent / "liaocheng.csv"


@dataclass(frozen=True, kw_only=True)
class Division:
    code: str
    name: str
    level: str
    parent: str


def divisions() -> tuple[Division, ...]:
    """City, districts, streets, communities: parents before children, each level by code."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Division(code=row["code"], name=row["name"], level=row["level"], parent=row["parent"])
            for row in csv.DictReader(file)
        )


def of_level(found: Iterable[Division], level: str) -> list[Division]:
    return [division for division in found if division.level == level]


def children(found: Iterable[Division]) -> dict[str, list[Division]]:
    """Children by the code of their parent."""
    grouped: dict[str, list[Division]] = {}
    for division in found:
        grouped.setdefault(division.parent, []).append(division)
    return grouped
