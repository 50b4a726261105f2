"""Another system in the tests: it writes its table and its recipe, and has them imported."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chengyun.lake import facts

RECIPE = """
origin = "elsewhere"
zone = "America/New_York"
as_of = 2015-06-01T00:00:00

[columns]
number = "no"
district = "place"
class = "what"
unit = "who"
opened = "began"
target = "due"
closed = "ended"

[values.district]
"" = "未知"
"""
HEAD = "no,place,what,who,began,due,ended"
ROWS = (
    "A1,North,Lamp,Works,2015-03-01 08:00:00,2015-03-02 08:00:00,2015-03-02 08:00:00",
    "A2,North,Lamp,Works,2015-03-01 09:00:00,2015-03-02 09:00:00,2015-03-04 09:00:00",
    "A3,,Trash,Parks,2015-03-05 09:00:00,2015-03-10 09:00:00,",
    "A4,South,Trash,Parks,2015-03-31 23:30:00,,",
)


class Elsewhere:
    """The other system: writes its table and its recipe, and has them imported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe = RECIPE

    def write(self, *rows: str, head: str = HEAD) -> Path:
        path = self.folder / "cases.csv"
        path.write_text("\n".join((head, *rows)) + "\n", "utf-8")
        return path

    def imported(self, path: Path, *words: str) -> str:
        recipe = self.folder / "recipe.toml"
        recipe.write_text(self.recipe, "utf-8")
        return said("facts", "import", str(path), "--recipe", str(recipe), *words)

    def refused(self, path: Path) -> str:
        with pytest.raises(CommandError) as caught:
            self.imported(path)
        return str(caught.value)

    def figures(self, period: str = "2015-03", by: str = "district") -> dict[str, dict[str, int]]:
        words = ("--origin", "elsewhere", "--period", period, "--by", by, "--format", "json")
        found: dict[str, dict[str, int]] = {}
        for line in said("evaluate", *words).splitlines():
            row = json.loads(line)
            found.setdefault(row["group"], {})[row["indicator"]] = row["numerator"]
        return found


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def acts(lake: Path) -> list[dict[str, Any]]:
    with facts.read(lake, *facts.ALWAYS, "elsewhere") as opened:
        rows = opened.acts.filter(opened.acts.verb != facts.STANDING)
        found: list[dict[str, Any]] = opened.asked(rows.order_by(rows.id)).to_pylist()
        return found
