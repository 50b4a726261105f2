"""A ranking as a Word file, laid out like an official notice."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.timezone import localtime
from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Length, Mm, Pt

from chengyun.city.indicators.specs import Indicator
from chengyun.kernel import registry
from chengyun.kernel.documents import (
    HEADING,
    SMALL,
    TITLE,
    TITLE_LINE,
    TITLE_SIZE,
    grid,
    heading,
    line,
    say,
    sheet,
    write,
)
from chengyun.kernel.installation import installation
from chengyun.kernel.ui.words import day
from chengyun.systems.evaluation.queries import names_of
from chengyun.systems.evaluation.rankings import Asked, Cell, Line, columns_of, running

NAME, WIDTH = Mm(26), Mm(146)
UNFINISHED = "统计期还没有结束，数字会变"
MARK = "演示城市，全部数据为模拟"


def ranking_file(
    asked: Asked,
    lines: Sequence[Line],
    total: Sequence[Cell],
    *,
    told: datetime | None,
    area: str,
    wholes: Mapping[str, str],
) -> tuple[str, bytes]:
    """Name and content of the file; ``told`` is up to when the facts went."""
    names, city = names_of(area), installation()
    title = f"{asked.origin} {asked.period.label}{asked.by.label}考核排名".strip()
    paper = Document()
    sheet(paper)
    paper.core_properties.title, paper.core_properties.author = title, names.bureau
    paper.core_properties.comments = ""
    write(line(paper, ALIGN.CENTER, spacing=TITLE_LINE), names.bureau, TITLE, TITLE_SIZE)
    write(line(paper, ALIGN.CENTER, spacing=TITLE_LINE, after=Pt(8)), title, TITLE, TITLE_SIZE)
    if city and city.demo and not asked.origin:
        write(line(paper, ALIGN.CENTER, after=Pt(8)), MARK, HEADING, SMALL)
    if running(asked):
        write(line(paper, ALIGN.CENTER, after=Pt(8)), UNFINISHED, HEADING, SMALL)
    _ranking(paper, asked, lines, total)
    _method(paper, asked, told, wholes)
    buffer = io.BytesIO()
    paper.save(buffer)
    return f"{title}.docx", buffer.getvalue()


def _ranking(paper: Doc, asked: Asked, lines: Sequence[Line], total: Sequence[Cell]) -> None:
    columns = columns_of(asked)
    place = columns.index(asked.sort)
    heading(paper, f"一、{asked.sort.label}排名")
    rows = [("名次", asked.by.label, asked.sort.label, "怎样得来")]
    rows += [(each.place or "—", each.name, *_told(each.cells[place])) for each in lines]
    rows.append(("", "合计", *_told(total[place])))
    grid(paper, rows, (Mm(18), Mm(60), Mm(34), Mm(34)), strong=(0, len(rows) - 1))
    heading(paper, "二、各项指标")
    rest = Length((WIDTH - NAME) // len(columns))
    table = [(asked.by.label, *map(_head, columns))]
    table += [(each.name, *map(_bare, each.cells)) for each in lines]
    table.append(("合计", *map(_bare, total)))
    grid(
        paper, table, (NAME, *[rest] * len(columns)), strong=(0, len(table) - 1),
        size=Pt(9), spacing=Pt(15),
    )  # fmt: skip


def _meaning(indicator: Indicator, wholes: Mapping[str, str]) -> str:
    """What it counts; of a rate what is divided by what, as the city has chosen."""
    if not (indicator.part and indicator.whole):
        return indicator.sentence
    part, whole = (registry.get(Indicator, key) for key in (indicator.part, wholes[indicator.key]))
    return f"{part.label} ÷ {whole.label}。"


def _head(indicator: Indicator) -> str:
    """Its name with its unit, which the narrow cells below have no room for."""
    return f"{indicator.label}（{indicator.unit}）"


def _bare(cell: Cell) -> str:
    return cell.shown.removesuffix("%")


def _told(cell: Cell) -> tuple[str, str]:
    return cell.shown, cell.of


def _method(paper: Doc, asked: Asked, told: datetime | None, wholes: Mapping[str, str]) -> None:
    heading(paper, "三、计算口径")
    for each in columns_of(asked):
        say(paper, f"{each.label}：{_meaning(each, wholes)}")
    say(paper, "比率四舍五入到两位小数；分母为零的写“—”，不参加排名。")
    if told:
        local = localtime(told)
        say(paper, f"数据截至{day(local.date())} {local:%H:%M}。")
