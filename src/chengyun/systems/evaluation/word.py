"""The bulletin as a Word file, laid out like an official notice (GB/T 9704-2012: page, type and page numbers)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.table import CT_Row
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from chengyun.systems.evaluation.notice import Item, Notice

BODY, HEADING, SUBHEADING, TITLE, PAGE = (
    "仿宋_GB2312",
    "黑体",
    "楷体_GB2312",
    "方正小标宋简体",
    "宋体",
)
INSTEAD = {BODY: "仿宋", SUBHEADING: "楷体", TITLE: "宋体"}
"""What a machine without the notice's own typefaces takes."""
SIZE, TITLE_SIZE, RED_SIZE, SMALL, PAGE_SIZE = Pt(16), Pt(22), Pt(30), Pt(12), Pt(14)
LINE, TITLE_LINE = Pt(28), Pt(33)
RED = RGBColor(0xC0, 0x00, 0x00)
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
PHOTO_WIDTH, PHOTO_HEIGHT = Mm(72), Mm(54)
TEXT_WIDTH = Mm(146)
PHOTOS_PER_FINDING = 2
KEPT_TOGETHER = 15
"""Rows of a table that stay on one page."""
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What a notice gets when it is issued; all empty in a draft."""

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
    _sheet(paper)
    paper.core_properties.title = notice.title
    paper.core_properties.author = notice.bureau
    paper.core_properties.comments = ""
    _head(paper, notice, issue, red_head=red_head)
    _situation(paper, notice)
    if notice.total:
        _units(paper, notice)
        _findings(paper, notice, photos)
        _heading(paper, "四、整改要求")
        _say(paper, notice.demand)
    _closing(paper, notice, issue)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _head(paper: Doc, notice: Notice, issue: Issue, *, red_head: bool) -> None:
    if red_head:
        line = _line(paper, ALIGN.CENTER, spacing=Pt(40), after=Pt(20))
        _write(line, notice.red_head, TITLE, RED_SIZE, red=True)
    number = _line(paper, ALIGN.CENTER, after=Pt(4) if red_head else Pt(0))
    _write(number, issue.number or "（草稿，未编号）")
    if red_head:
        _rule_below(number)
    for mark in issue.marks:
        _write(_line(paper, ALIGN.CENTER), mark, HEADING, SMALL)
    title = _line(paper, ALIGN.CENTER, spacing=TITLE_LINE, before=Pt(28), after=Pt(20))
    for n, part in enumerate(notice.title_parts):
        run = _write(title, "", TITLE, TITLE_SIZE)
        if n:
            run.add_break()
        run.add_text(part)


def _situation(paper: Doc, notice: Notice) -> None:
    _write(_line(paper), "各责任单位：")
    _say(paper, notice.opening)
    _heading(paper, "一、总体考评情况")
    _say(paper, notice.summary_line + ("，具体分布如下：" if notice.total else "。"))
    for line in notice.field_lines:
        _say(paper, line)


def _units(paper: Doc, notice: Notice) -> None:
    _heading(paper, "二、责任单位")
    table = paper.add_table(rows=1, cols=3, style="Table Grid")
    table.autofit = False
    widths = (Mm(20), Mm(96), Mm(40))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    rows = [("序号", "责任单位", "问题（处）")]
    rows += [(str(n), u.name, str(u.count)) for n, u in enumerate(notice.units, start=1)]
    rows.append(("", "合计", str(notice.total)))
    for n, texts in enumerate(rows):
        cells = table.rows[0].cells if n == 0 else table.add_row().cells
        for cell, text, width in zip(cells, texts, widths, strict=True):
            cell.width = width
            paragraph = _shape(cell.paragraphs[0], ALIGN.CENTER, spacing=Pt(24))
            paragraph.paragraph_format.keep_with_next = n < min(len(rows) - 1, KEPT_TOGETHER)
            _write(paragraph, text, HEADING if n in (0, len(rows) - 1) else BODY, Pt(14))
    _repeat_head(table.rows[0]._tr)
    _keep_rows_whole(row._tr for row in table.rows)


def _findings(paper: Doc, notice: Notice, photos: Mapping[int, Sequence[Path]]) -> None:
    _heading(paper, "三、问题清单")
    figure = 0
    for n, each in enumerate(notice.figures):
        subheading = _line(paper, indent=True)
        subheading.paragraph_format.keep_with_next = True
        _write(subheading, f"（{_numeral(n)}）{each.label}领域（{each.count} 处）", SUBHEADING)
        if not each.count:
            _say(paper, "本周没有发现问题。")
        for number, item in notice.items_of(each.key):
            pictures = list(photos.get(item.id, ()))[:PHOTOS_PER_FINDING]
            _finding(paper, number, item, followed=bool(pictures))
            if pictures:
                figure += 1
                _figure(paper, pictures, f"图 {figure}　{item.place}")


def _finding(paper: Doc, number: int, item: Item, *, followed: bool) -> None:
    line = _line(paper, ALIGN.LEFT, indent=True)
    line.paragraph_format.keep_together = True
    line.paragraph_format.keep_with_next = followed
    due = item.due_on
    _write(line, f"{number}．{item.place}：{item.description.rstrip('。')}。")
    _write(line, f"责任单位：{item.unit}；")
    _write(line, f"整改期限：{due.year}年{due.month}月{due.day}日；案号：{item.case}。")


def _figure(paper: Doc, pictures: Sequence[Path], caption: str) -> None:
    line = _line(paper, ALIGN.CENTER, before=Pt(4))
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    line.paragraph_format.keep_with_next = True
    room = min(PHOTO_WIDTH, int(TEXT_WIDTH / len(pictures)))
    for n, path in enumerate(pictures):
        if n:
            line.add_run(" ")
        shape = line.add_run().add_picture(str(path))
        scale = min(room / shape.width, PHOTO_HEIGHT / shape.height)
        shape.width, shape.height = Length(shape.width * scale), Length(shape.height * scale)
    under = _line(paper, ALIGN.CENTER, spacing=Pt(20), after=Pt(6))
    _write(under, caption, SUBHEADING, SMALL)


def _closing(paper: Doc, notice: Notice, issue: Issue) -> None:
    signed = _line(paper, ALIGN.RIGHT, before=Pt(56))
    signed.paragraph_format.right_indent = Pt(64)
    signed.paragraph_format.keep_with_next = True
    _write(signed, notice.bureau)
    dated = _line(paper, ALIGN.RIGHT)
    dated.paragraph_format.right_indent = Pt(64)
    day = issue.day
    _write(dated, f"{day.year}年{day.month}月{day.day}日" if day else "（草稿，未印发）")
    if issue.seal:
        proof = _line(paper, ALIGN.LEFT, spacing=Pt(18), before=Pt(20))
        _write(proof, f"记录链封存值（{issue.sealed}）：{issue.seal}", PAGE, Pt(10.5))


def _heading(paper: Doc, text: str) -> None:
    line = _line(paper, indent=True)
    line.paragraph_format.keep_with_next = True
    _write(line, text, HEADING)


def _say(paper: Doc, text: str) -> None:
    _write(_line(paper, indent=True), text)


def _line(
    paper: Doc,
    align: ALIGN = ALIGN.JUSTIFY,
    *,
    indent: bool = False,
    spacing: Pt = LINE,
    before: Pt | None = None,
    after: Pt | None = None,
) -> Paragraph:
    line = _shape(paper.add_paragraph(), align, spacing=spacing)
    line.paragraph_format.space_before = before or Pt(0)
    line.paragraph_format.space_after = after or Pt(0)
    if indent:
        line.paragraph_format.first_line_indent = SIZE * 2
    return line


def _shape(paragraph: Paragraph, align: ALIGN, *, spacing: Pt) -> Paragraph:
    form = paragraph.paragraph_format
    form.alignment = align
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = spacing
    form.space_before = form.space_after = Pt(0)
    return paragraph


def _write(
    paragraph: Paragraph, text: str, face: str = BODY, size: Pt = SIZE, *, red: bool = False
) -> Run:
    run = paragraph.add_run(text)
    run.font.size = size
    run.font.name = "Times New Roman" if face == BODY else face
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), face)
    if red:
        run.font.color.rgb = RED
    return run


def _numeral(n: int) -> str:
    return NUMERALS[n] if n < len(NUMERALS) else str(n + 1)


def _sheet(paper: Doc) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.footer_distance = Mm(25)
    paper.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], ALIGN.RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], ALIGN.LEFT)
    paper.styles.element.find(".//" + qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    _fallbacks(paper)


def _page_number(paragraph: Paragraph, align: ALIGN) -> None:
    """—1— on the outer side, one character in."""
    paragraph.alignment = align
    indent = "right_indent" if align == ALIGN.RIGHT else "left_indent"
    setattr(paragraph.paragraph_format, indent, PAGE_SIZE)
    _write(paragraph, "— ", PAGE, PAGE_SIZE)
    run = _write(paragraph, "", PAGE, PAGE_SIZE)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run._element.append(_field_part(kind, text))
    _write(paragraph, " —", PAGE, PAGE_SIZE)


def _field_part(kind: str, text: str) -> BaseOxmlElement:
    if kind:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
        return part
    part = OxmlElement("w:instrText")
    part.text = text
    return part


def _rule_below(paragraph: Paragraph) -> None:
    """The red line between head and text."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", str(RED))):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    paragraph._element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _repeat_head(row: CT_Row) -> None:
    row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_rows_whole(rows: Iterable[CT_Row]) -> None:
    for row in rows:
        row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _fallbacks(paper: Doc) -> None:
    """Name in the font table what stands in for a typeface that is not installed."""
    part = next(p for p in paper.part.package.iter_parts() if p.partname == "/word/fontTable.xml")
    table = parse_xml(part.blob)
    for face, instead in INSTEAD.items():
        table.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{face}"><w:altName w:val="{instead}"/>'
                '<w:charset w:val="86"/><w:family w:val="roman"/></w:font>'
            )
        )
    part._blob = serialize_part_xml(table)
