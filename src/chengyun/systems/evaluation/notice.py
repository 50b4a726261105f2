"""What a bulletin says: counted figures and findings turned into the sentences of an official notice.

The same ``Notice`` is drawn as a page and as a Word file, and kept as JSON once it is approved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from chengyun.science.shares import shares
from chengyun.science.weeks import Week


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the bodies of this city are called, and what its bulletin is about."""

    bureau: str
    office: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One finding as it stands in the list; ``due`` as ISO date."""

    id: int
    code: str
    case: str
    field: str
    place: str
    description: str
    unit: str
    due: str

    @property
    def due_on(self) -> date:
        return date.fromisoformat(self.due)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """The count of one field; ``share`` in percent as printed, "" when there is nothing to share."""

    key: str
    label: str
    count: int
    share: str


@dataclass(frozen=True, kw_only=True)
class UnitFigure:
    """How many findings one unit answers for."""

    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Everything the notice prints except number, date and seal, which it gets when it is issued."""

    title: str
    red_head: str
    bureau: str
    opening: str
    summary_line: str
    field_lines: tuple[str, ...]
    figures: tuple[Figure, ...]
    units: tuple[UnitFigure, ...]
    items: tuple[Item, ...]
    demand: str
    total: int

    @property
    def title_parts(self) -> list[str]:
        """Where the title may be broken into lines."""
        return self.title.split(" ")

    def items_of(self, field: str) -> list[tuple[int, Item]]:
        """The findings of a field with their numbers in the whole list."""
        return [(n, item) for n, item in enumerate(self.items, start=1) if item.field == field]


def compose(
    names: Names, week: Week, fields: Mapping[str, str], items: Sequence[Item], until: str = ""
) -> Notice:
    """The notice of a week; ``fields`` gives key and label in the order of printing.

    ``until`` is the moment it counts up to, in words, while the week goes on.
    """
    counts = Counter(item.field for item in items)
    figures = _figures(fields, {key: counts[key] for key in fields})
    ordered = tuple(item for key in fields for item in items if item.field == key)
    return Notice(
        title=f"{names.bureau}{_when(week)} {names.subject}督查通报",
        red_head=f"{names.bureau}督查通报",
        bureau=names.bureau,
        opening=_opening(names, week, until),
        summary_line=_summary(names, len(ordered), until),
        field_lines=tuple(_line(figure) for figure in figures if ordered),
        figures=figures,
        units=_units(ordered),
        items=ordered,
        demand=_demand(names) if ordered else "",
        total=len(ordered),
    )


def as_json(notice: Notice) -> dict[str, Any]:
    return asdict(notice)


def from_json(kept: Mapping[str, Any]) -> Notice:
    """The notice as it was approved."""
    values = dict(kept) | {
        "field_lines": tuple(kept["field_lines"]),
        "figures": tuple(Figure(**each) for each in kept["figures"]),
        "units": tuple(UnitFigure(**each) for each in kept["units"]),
        "items": tuple(Item(**each) for each in kept["items"]),
    }
    return Notice(**values)


def _when(week: Week) -> str:
    return week.month_in_words + week.ordinal_in_words


def _figures(fields: Mapping[str, str], counts: Mapping[str, int]) -> tuple[Figure, ...]:
    parts = shares(counts)
    return tuple(
        Figure(
            key=key,
            label=label,
            count=counts[key],
            share="" if parts[key] is None else str(parts[key]),
        )
        for key, label in fields.items()
    )


def _opening(names: Names, week: Week, until: str) -> str:
    first, last = week.start, week.end
    days = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
    about = f"{_when(week)}（{days}），{names.office}对各责任单位的{names.subject}"
    if until:
        return f"{about}正在进行督查，截至 {until} 发现的问题和整改要求如下。"
    return f"{about}进行了督查，现将发现的问题和整改要求通报如下。"


def _summary(names: Names, total: int, until: str) -> str:
    when = f"截至 {until}，本周" if until else "本周"
    if not total:
        return f"{when}{names.office}没有发现{names.subject}问题"
    return f"{when}{names.office}累计排查发现{names.subject}问题共 {total} 处"


def _line(figure: Figure) -> str:
    return f"{figure.label}领域：{figure.count} 处，占比 {figure.share}%"


def _units(items: Sequence[Item]) -> tuple[UnitFigure, ...]:
    """Most findings first; units with as many in the order they first appear."""
    found = Counter(item.unit for item in items)
    return tuple(UnitFigure(name=name, count=count) for name, count in found.most_common())


def _demand(names: Names) -> str:
    return (
        "请各责任单位在所列期限前完成整改，并在对应案件中填写整改结果、上传整改后照片；"
        f"{names.office}逐件复核，逾期没有改好的予以督办，并计入考评。"
    )
