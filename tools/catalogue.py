"""Writes the shipped catalogue from the fact tables of the standards.

    python tools/catalogue.py FOLDER_OF_FACT_TABLES

The tables hold codes, names, limits and how sure each is; origins are in ``catalogue/README.md``.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/chengyun/city/cases/catalogue"
EXTENSION = "运城地方扩展"
NATIONAL = "GB/T 30428.2-2013"
UNITS = {"紧急工作时": "urgent_hour", "工作时": "work_hour", "工作日": "work_day"}
LETTERS = {"part": "P", "event": "E"}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def classes(folder: Path) -> list[tuple[str, ...]]:
    found = []
    for kind, name in (("part", "catalog_parts.csv"), ("event", "catalog_events.csv")):
        for row in read(folder / name):
            code = LETTERS[kind] + row["major_code"] + row["minor_code"]
            found.append(
                (row["standard"], code, row["major_name"], row["minor_name"], row["confidence"])
            )
    return sorted(found)


def conditions(folder: Path) -> list[tuple[str, ...]]:
    found = []
    for row in read(folder / "case_limits.csv"):
        code = LETTERS[row["type"]] + row["major_code"] + row["minor_code"]
        edition = EXTENSION if "地方扩展" in row["confidence"] else NATIONAL
        limit = (row["limit_value"], UNITS[row["limit_unit"]])
        found.append((edition, code, row["filing_condition"], *limit, row["closing_condition"]))
    return sorted(found, key=lambda row: row[:2])


def write(name: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with (TARGET / name).open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def main() -> None:
    folder = Path(sys.argv[1])
    write("classes.csv", ("edition", "code", "major", "name", "certainty"), classes(folder))
    head = ("edition", "code", "condition", "limit_value", "limit_unit", "closing")
    write("conditions.csv", head, conditions(folder))


if __name__ == "__main__":
    main()
