"""What was asked and what was answered, and the table that compares it with the other sources. No Django."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

Figures = Counter[str]
NOWHERE = ""


@dataclass(kw_only=True)
class Tally:
    """Counted from the HTTP answers: acts done, and how each case stood in the last answer about it."""

    asked: Figures = field(default_factory=Counter)
    acts: Figures = field(default_factory=Counter)
    states: dict[str, str] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def standing(self) -> Figures:
        return Counter(self.states.values())

    def complain(self, sentence: str) -> None:
        self.complaints.append(sentence)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing counted by several sources; None where a source does not count it."""

    label: str
    asked: int | None = None
    answered: int | None = None
    listed: int | None = None
    audited: int | None = None
    printed: int | None = None

    @property
    def figures(self) -> tuple[int | None, ...]:
        return self.asked, self.answered, self.listed, self.audited, self.printed

    @property
    def agrees(self) -> bool:
        """All sources that count it say the same, and there are two at least."""
        said = [figure for figure in self.figures if figure is not None]
        return len(said) > 1 and len(set(said)) == 1


HEADS = ("", "要办", "应答", "列表", "审计", "通报", "")


def table(rows: Iterable[Row]) -> list[str]:
    """The rows as lines of a table, aligned where Chinese letters are two columns wide."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(_width(line[n]) for line in cells) for n in range(len(HEADS))]
    return [_line(line, widths) for line in cells]


def _cells(row: Row) -> tuple[str, ...]:
    figures = ("" if figure is None else str(figure) for figure in row.figures)
    return row.label, *figures, "相符" if row.agrees else "不符"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first = cells[0] + " " * (widths[0] - _width(cells[0]))
    rest = (
        " " * (width - _width(text)) + text
        for text, width in zip(cells[1:], widths[1:], strict=True)
    )
    return "  ".join((first, *rest)).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def flows(counts: Iterable[dict[str, str | int]]) -> tuple[Figures, Figures]:
    """Audit counts as acts by verb, and as how many subjects stand where: those that came less those that went."""
    acts: Figures = Counter()
    standing: Figures = Counter()
    for line in counts:
        many = int(line["count"])
        acts[str(line["verb"])] += many
        standing[_place(line, "to")] += many
        standing[_place(line, "from")] -= many
    del standing[NOWHERE]
    return acts, +standing


def _place(line: dict[str, str | int], key: str) -> str:
    flow = str(line["verb"]).partition(".")[0]
    return f"{flow}.{line[key]}" if line[key] else NOWHERE
