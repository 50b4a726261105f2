"""A score sheet as a Word file, laid out like an official notice."""

from __future__ import annotations

import io
from collections.abc import Sequence

from django.utils.timezone import localtime
from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Length, Mm, Pt

from chengyun.city.indicators.specs import Group
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
    write,
)
from chengyun.kernel.documents import (
    sheet as laid,
)
from chengyun.kernel.installation import installation
from chengyun.kernel.ui.words import day
from chengyun.science.schemes import from_body, plain
from chengyun.science.scoring import Item
from chengyun.systems.evaluation import scheme_words as words
from chengyun.systems.evaluation.models import ScoreSheet
from chengyun.systems.evaluation.queries import names_of
from chengyun.systems.evaluation.ranking_word import MARK
from chengyun.systems.evaluation.score_views import Cell, Line, period_of, seal_of, spoken

NAME, WIDTH = Mm(26), Mm(146)
ABREAST = 6
"""Items whose columns are still wide enough."""
UNPUBLISHED = "没有发布，只供核对"


def score_file(sheet: ScoreSheet, lines: Sequence[Line]) -> tuple[str, bytes]:
    """Name and content of the file."""
    names, city = names_of(sheet.area), installation()
    title = f"{period_of(sheet).label}{sheet.scheme.name}成绩"
    paper = Document()
    laid(paper)
    paper.core_properties.title, paper.core_properties.author = title, names.bureau
    paper.core_properties.comments = ""
    write(line(paper, ALIGN.CENTER, spacing=TITLE_LINE), names.bureau, TITLE, TITLE_SIZE)
    write(line(paper, ALIGN.CENTER, spacing=TITLE_LINE, after=Pt(8)), title, TITLE, TITLE_SIZE)
    if city and city.demo:
        write(line(paper, ALIGN.CENTER, after=Pt(8)), MARK, HEADING, SMALL)
    write(line(paper, ALIGN.CENTER, after=Pt(8)), sheet.mark or UNPUBLISHED, HEADING, SMALL)
    _ranking(paper, sheet, lines)
    _method(paper, sheet)
    _people(paper, sheet)
    _origin(paper, sheet)
    buffer = io.BytesIO()
    paper.save(buffer)
    return f"{title}.docx", buffer.getvalue()


def _ranking(paper: Doc, sheet: ScoreSheet, lines: Sequence[Line]) -> None:
    by = registry.get(Group, sheet.scheme.by).label
    heading(paper, "一、排名和等级")
    rows = [("名次", by, "总分", "等级")]
    rows += [(e.place, e.name, e.total, e.grade["words"] if e.grade else "—") for e in lines]
    grid(paper, rows, (Mm(18), Mm(60), Mm(34), Mm(34)), strong=(0,))
    for each in lines:
        if each.note:
            say(paper, f"{each.name}：{each.note}。")
    heading(paper, "二、各项得分")
    items = from_body(sheet.content["scheme"]).items
    for first in range(0, len(items), ABREAST):
        _points(paper, by, items[first : first + ABREAST], lines, first)


def _points(paper: Doc, by: str, items: Sequence[Item], lines: Sequence[Line], first: int) -> None:
    """The points of some items, as many as fit abreast."""
    rest = Length((WIDTH - NAME) // len(items))
    table = [(by, *(f"{i.label}（{plain(i.weight)}%）" for i in items))]
    table += [
        (each.name, *(_told(cell) for cell in each.cells[first : first + len(items)]))
        for each in lines
    ]
    grid(paper, table, (NAME, *[rest] * len(items)), strong=(0,), size=Pt(9), spacing=Pt(15))


def _told(cell: Cell) -> str:
    return "\n".join(filter(None, (cell.points, cell.figure, cell.why)))


def _method(paper: Doc, sheet: ScoreSheet) -> None:
    rules = from_body(sheet.content["scheme"])
    heading(paper, "三、计分办法")
    say(paper, f"按《{sheet.scheme.name}》{sheet.edition}（{sheet.edition.in_force_from} 起）。")
    for each in words.items_of(rules):
        missing = f"没有数据时{each.missing}。" if each.missing else ""
        say(
            paper,
            f"{each.item.label}，权重 {each.weight}%，满分 {each.full} 分：{each.how}{missing}",
        )
    grades = "，".join(f"{grade['words']} {told}" for grade, told in words.grades_of(rules))
    say(paper, f"等级：{grades}。")
    say(paper, "各项得分和总分各自从没有四舍五入的数算起，四舍五入到两位小数，相加可能差 0.01。")


def _people(paper: Doc, sheet: ScoreSheet) -> None:
    told = spoken(sheet)
    if not told:
        return
    heading(paper, "四、人工评分、否决和不计入")
    for each in told:
        score = f" {each['score']} 分" if each["score"] else ""
        who = f"（{each['who']}）" if each["who"] else ""
        say(paper, f"{each['kind']}：{each['name']}，{each['item']}{score}。{each['reason']}{who}")


def _origin(paper: Doc, sheet: ScoreSheet) -> None:
    seal = seal_of(sheet)
    if seal is None:
        return
    local = localtime(seal.at)
    say(paper, f"数据截至{day(local.date())} {local:%H:%M}，记录链封存值 {seal.hash}。")
