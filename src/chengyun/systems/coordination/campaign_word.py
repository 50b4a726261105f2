"""The closing report of a 专项行动 as a Word document, in the order of the page."""

from __future__ import annotations

import io

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt

from chengyun.kernel.documents import (
    HEADING,
    SMALL,
    TEXT_WIDTH,
    TITLE,
    TITLE_LINE,
    TITLE_SIZE,
    figure,
    grid,
    heading,
    line,
    say,
    sheet,
    write,
)
from chengyun.kernel.files import thumbnail_of
from chengyun.systems.coordination.campaign_report import Report

TEXT, ROW = Pt(10.5), Pt(18)
RANK, NAME = Mm(12), Mm(42)


def word_file(report: Report) -> bytes:
    """The file."""
    paper = Document()
    sheet(paper, report.foot)
    paper.core_properties.title = report.title
    paper.core_properties.author = report.who
    paper.core_properties.comments = ""
    if report.campaign.simulated:
        write(line(paper, ALIGN.CENTER), "演示城市，全部数据为模拟", HEADING, SMALL)
    title = line(paper, ALIGN.CENTER, spacing=TITLE_LINE, before=Pt(14), after=Pt(14))
    write(title, report.title, TITLE, TITLE_SIZE)
    say(paper, report.opening)
    heading(paper, "一、总体情况")
    say(paper, report.result)
    heading(paper, "二、各单位完成情况")
    _units(paper, report)
    heading(paper, "三、总结")
    for words in report.summary:
        say(paper, words)
    heading(paper, "四、整治前后")
    _photos(paper, report)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _units(paper: Doc, report: Report) -> None:
    rest = (TEXT_WIDTH - RANK - NAME) // (len(report.heads) - 2)
    widths = (RANK, NAME, *[Mm(rest / Mm(1))] * (len(report.heads) - 2))
    rows = [report.heads, *(tuple(words for words, _ in row) for row in report.rows)]
    grid(paper, rows, widths, size=TEXT, spacing=ROW)


def _photos(paper: Doc, report: Report) -> None:
    if not report.photos:
        say(paper, "没有整治前后的对照照片。")
    for words, pair in report.photos:
        figure(paper, [thumbnail_of(photo.file) for photo in pair], words)
