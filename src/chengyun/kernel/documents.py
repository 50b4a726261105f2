"""Word files as offices write them (GB/T 9704-2012: page, type, page numbers): what every document is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

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
FOOT_SIZE = Pt(9)
RED = RGBColor(0xC0, 0x00, 0x00)
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
PHOTO_WIDTH, PHOTO_HEIGHT = Mm(72), Mm(54)
TEXT_WIDTH = Mm(146)
ROW = Pt(24)
KEPT_TOGETHER = 15
"""Rows of a table that stay on one page."""


def sheet(paper: Doc, foot: str = "") -> None:
    """A4 with the margins of official documents; page numbers outside, ``foot`` and the number of pages below."""
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.footer_distance = Mm(25)
    paper.settings.odd_and_even_pages_header_footer = True
    for footer, align in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        _page_number(footer.paragraphs[0], align, whole=bool(foot))
        if foot:
            write(shape(footer.add_paragraph(), align, spacing=Pt(14)), foot, PAGE, FOOT_SIZE)
    paper.styles.element.find(".//" + qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    _fallbacks(paper)


def _page_number(paragraph: Paragraph, align: ALIGN, *, whole: bool) -> None:
    """—1— on the outer side, one character in; ``whole`` adds how many pages there are."""
    paragraph.alignment = align
    indent = "right_indent" if align == ALIGN.RIGHT else "left_indent"
    setattr(paragraph.paragraph_format, indent, PAGE_SIZE)
    write(paragraph, "— ", PAGE, PAGE_SIZE)
    for n, name in enumerate(("PAGE", "NUMPAGES") if whole else ("PAGE",)):
        run = write(paragraph, " / " if n else "", PAGE, PAGE_SIZE)
        for kind, text in (("begin", ""), ("", name), ("end", "")):
            run._element.append(_field_part(kind, text))
    write(paragraph, " —", PAGE, PAGE_SIZE)


def _field_part(kind: str, text: str) -> BaseOxmlElement:
    if kind:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
        return part
    part = OxmlElement("w:instrText")
    part.text = text
    return part


def figure(paper: Doc, pictures: Sequence[Path], caption: str) -> None:
    """Pictures side by side with one caption; they stay on one page with it."""
    row = line(paper, ALIGN.CENTER, before=Pt(4))
    row.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    row.paragraph_format.keep_with_next = True
    room = min(PHOTO_WIDTH, int(TEXT_WIDTH / len(pictures)))
    for n, path in enumerate(pictures):
        if n:
            row.add_run(" ")
        picture = row.add_run().add_picture(str(path))
        scale = min(room / picture.width, PHOTO_HEIGHT / picture.height)
        picture.width, picture.height = (
            Length(picture.width * scale),
            Length(picture.height * scale),
        )
    under = line(paper, ALIGN.CENTER, spacing=Pt(20), after=Pt(6))
    write(under, caption, SUBHEADING, SMALL)


def heading(paper: Doc, text: str) -> None:
    """A heading that stays with what follows."""
    row = line(paper, indent=True)
    row.paragraph_format.keep_with_next = True
    write(row, text, HEADING)


def say(paper: Doc, text: str) -> None:
    """A paragraph of plain text."""
    write(line(paper, indent=True), text)


def line(
    paper: Doc,
    align: ALIGN = ALIGN.JUSTIFY,
    *,
    indent: bool = False,
    spacing: Pt = LINE,
    before: Pt | None = None,
    after: Pt | None = None,
) -> Paragraph:
    """A new paragraph."""
    made = shape(paper.add_paragraph(), align, spacing=spacing)
    made.paragraph_format.space_before = before or Pt(0)
    made.paragraph_format.space_after = after or Pt(0)
    if indent:
        made.paragraph_format.first_line_indent = SIZE * 2
    return made


def shape(paragraph: Paragraph, align: ALIGN, *, spacing: Pt) -> Paragraph:
    """A paragraph as documents have it."""
    form = paragraph.paragraph_format
    form.alignment = align
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = spacing
    form.space_before = form.space_after = Pt(0)
    return paragraph


def write(
    paragraph: Paragraph, text: str, face: str = BODY, size: Pt = SIZE, *, red: bool = False
) -> Run:
    """Text in a typeface; what is not Chinese in body text is Times."""
    run = paragraph.add_run(text)
    run.font.size = size
    run.font.name = "Times New Roman" if face == BODY else face
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), face)
    if red:
        run.font.color.rgb = RED
    return run


def grid(
    paper: Doc,
    rows: Sequence[Sequence[str]],
    widths: Sequence[Length],
    *,
    strong: Sequence[int] = (0,),
    size: Pt = PAGE_SIZE,
    spacing: Pt = ROW,
    align: ALIGN = ALIGN.CENTER,
) -> None:
    """A table with lines; its head, the first row, is repeated on every page and no row is split."""
    table = paper.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for n, (made, texts) in enumerate(zip(table.rows, rows, strict=True)):
        for cell, text, width in zip(made.cells, texts, widths, strict=True):
            cell.width = width
            paragraph = shape(cell.paragraphs[0], align, spacing=spacing)
            paragraph.paragraph_format.keep_with_next = n < min(len(rows) - 1, KEPT_TOGETHER)
            write(paragraph, text, HEADING if n in strong else BODY, size)
    _repeat_head(table.rows[0]._tr)
    _keep_rows_whole(row._tr for row in table.rows)


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
