"""The bulletin as a Word file, laid out like an official notice (GB/T 9704-2012: page, type and page numbers)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from chengyun.kernel.documents import (
    HEADING,
    PAGE,
    RED,
    RED_SIZE,
    SMALL,
    SUBHEADING,
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
from chengyun.systems.evaluation.notice import Item, Notice

PHOTOS_PER_FINDING = 2
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What a notice gets when it is issued; until then it prints where it stands."""

    standing: str = "草稿"
    number: str = ""
    day: date | None = None
    seal: str = ""
    sealed: str = ""
    marks: tuple[str, ...] = ()


def document(
    notice: Notice, issue: Issue, photos: Mapping[int, Sequence[Path]], *, red_head: bool
) -> bytes:
    """The file; ``photos`` by the id of the finding."""
    paper = Document()
    sheet(paper)
    paper.core_properties.title = notice.title
    paper.core_properties.author = notice.bureau
    paper.core_properties.comments = ""
    _head(paper, notice, issue, red_head=red_head)
    _situation(paper, notice)
    if notice.total:
        _units(paper, notice)
        _findings(paper, notice, photos)
        heading(paper, "四、整改要求")
        say(paper, notice.demand)
    _closing(paper, notice, issue)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _head(paper: Doc, notice: Notice, issue: Issue, *, red_head: bool) -> None:
    if red_head:
        head = line(paper, ALIGN.CENTER, spacing=Pt(40), after=Pt(20))
        write(head, notice.red_head, TITLE, RED_SIZE, red=True)
    number = line(paper, ALIGN.CENTER, after=Pt(4) if red_head else Pt(0))
    write(number, issue.number or f"（{issue.standing}，未编号）")
    if red_head:
        _rule_below(number)
    for mark in issue.marks:
        write(line(paper, ALIGN.CENTER), mark, HEADING, SMALL)
    title = line(paper, ALIGN.CENTER, spacing=TITLE_LINE, before=Pt(28), after=Pt(20))
    for n, part in enumerate(notice.title_parts):
        run = write(title, "", TITLE, TITLE_SIZE)
        if n:
            run.add_break()
        run.add_text(part)


def _situation(paper: Doc, notice: Notice) -> None:
    write(line(paper), "各责任单位：")
    say(paper, notice.opening)
    heading(paper, "一、总体考评情况")
    say(paper, notice.summary_line + ("，具体分布如下：" if notice.total else "。"))
    for words in notice.field_lines:
        say(paper, words)


def _units(paper: Doc, notice: Notice) -> None:
    heading(paper, "二、责任单位")
    rows = [("序号", "责任单位", "问题（处）")]
    rows += [(str(n), u.name, str(u.count)) for n, u in enumerate(notice.units, start=1)]
    rows.append(("", "合计", str(notice.total)))
    grid(paper, rows, (Mm(20), Mm(96), Mm(40)), strong=(0, len(rows) - 1))


def _findings(paper: Doc, notice: Notice, photos: Mapping[int, Sequence[Path]]) -> None:
    heading(paper, "三、问题清单")
    shown = 0
    for n, each in enumerate(notice.figures):
        subheading = line(paper, indent=True)
        subheading.paragraph_format.keep_with_next = True
        write(subheading, f"（{_numeral(n)}）{each.label}领域（{each.count} 处）", SUBHEADING)
        if not each.count:
            say(paper, "本周没有发现问题。")
        for number, item in notice.items_of(each.key):
            pictures = list(photos.get(item.id, ()))[:PHOTOS_PER_FINDING]
            _finding(paper, number, item, followed=bool(pictures))
            if pictures:
                shown += 1
                figure(paper, pictures, f"图 {shown}　{item.place}")


def _finding(paper: Doc, number: int, item: Item, *, followed: bool) -> None:
    row = line(paper, ALIGN.LEFT, indent=True)
    row.paragraph_format.keep_together = True
    row.paragraph_format.keep_with_next = followed
    due = item.due_on
    write(row, f"{number}．{item.place}：{item.description.rstrip('。')}。")
    write(row, f"责任单位：{item.unit}；")
    write(row, f"整改期限：{due.year}年{due.month}月{due.day}日；案号：{item.case}。")


def _closing(paper: Doc, notice: Notice, issue: Issue) -> None:
    signed = line(paper, ALIGN.RIGHT, before=Pt(56))
    signed.paragraph_format.right_indent = Pt(64)
    signed.paragraph_format.keep_with_next = True
    write(signed, notice.bureau)
    dated = line(paper, ALIGN.RIGHT)
    dated.paragraph_format.right_indent = Pt(64)
    day = issue.day
    write(
        dated, f"{day.year}年{day.month}月{day.day}日" if day else f"（{issue.standing}，未印发）"
    )
    if issue.seal:
        proof = line(paper, ALIGN.LEFT, spacing=Pt(18), before=Pt(20))
        write(proof, f"记录链封存值（{issue.sealed}）：{issue.seal}", PAGE, Pt(10.5))


def _rule_below(paragraph: Paragraph) -> None:
    """The red line between head and text."""
    borders = OxmlElement("w:pBdr")
    rule = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", str(RED))):
        rule.set(qn(f"w:{key}"), value)
    borders.append(rule)
    paragraph._element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _numeral(n: int) -> str:
    return NUMERALS[n] if n < len(NUMERALS) else str(n + 1)
