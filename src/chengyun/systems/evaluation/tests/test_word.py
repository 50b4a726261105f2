"""The Word file: an official notice in the sheet's own terms, and one that a word processor opens."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as Doc
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from PIL import Image
from pypdf import PdfReader

from chengyun.science.weeks import week_named
from chengyun.systems.evaluation.notice import Item, Names, Notice, compose
from chengyun.systems.evaluation.word import Issue, document

SOFFICE = shutil.which("soffice")
NAMES = Names(bureau="聊城市城市管理局", office="考评科", subject="城市管理和社会工作")
FIELDS = {"municipal": "市政设施", "greening": "园林绿化"}
ISSUE = Issue(
    number="城管督〔2025〕50号",
    day=date(2025, 12, 14),
    seal="9f3c" * 16,
    sealed="2025年12月14日 14:30",
)


def item(n: int) -> Item:
    return Item(
        id=n,
        code=f"DC251210{n:04}",
        case=f"251210{n:04}",
        field="municipal",
        place=f"东昌路 {n} 号对面",
        description="路灯连续 4 盏不亮。",
        unit="照明管理所",
        due="2025-12-13",
    )


def notice(count: int = 3) -> Notice:
    return compose(NAMES, week_named("2025-12-W2"), FIELDS, [item(n) for n in range(1, count + 1)])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (360, 480), (90, 120, 110)).save(path)
    return path


@pytest.fixture
def written(photo: Path) -> bytes:
    return document(notice(), ISSUE, {1: [photo], 2: [photo] * 3}, red_head=True)


def opened(content: bytes) -> Doc:
    return Document(io.BytesIO(content))


def test_the_sheet_is_that_of_an_official_notice(written: bytes) -> None:
    paper = opened(written)
    section = paper.sections[0]
    sheet = (section.page_width, section.page_height)
    margins = (
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    assert [round(size.mm) for size in sheet if size] == [210, 297]
    assert [round(size.mm) for size in margins if size] == [37, 35, 28, 26]
    body = next(p for p in paper.paragraphs if p.text.startswith("市政设施领域"))
    assert body.paragraph_format.line_spacing == Pt(28)
    assert body.paragraph_format.first_line_indent == Pt(32)
    run = body.runs[0]
    assert run.font.size == Pt(16)
    assert run._element.rPr is not None
    assert run._element.rPr.rFonts is not None
    assert run._element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    footer = section.footer.paragraphs[0]
    assert footer.runs[0].font.size == Pt(14)
    assert (footer.runs[0].text, footer.runs[-1].text) == ("— ", " —")


def test_it_says_what_the_notice_says_in_order(written: bytes) -> None:
    lines = [p.text for p in opened(written).paragraphs if p.text.strip()]
    expected = [
        "聊城市城市管理局督查通报",
        "城管督〔2025〕50号",
        "聊城市城市管理局十二月份第二周\n城市管理和社会工作督查通报",
        "一、总体考评情况",
        "市政设施领域：3 处，占比 100.00%",
        "园林绿化领域：0 处，占比 0.00%",
        "三、问题清单",
        "1．东昌路 1 号对面：路灯连续 4 盏不亮。责任单位：照明管理所；"
        "整改期限：2025年12月13日；案号：2512100001。",
        "图 1　东昌路 1 号对面",
        "图 2　东昌路 2 号对面",
        "聊城市城市管理局",
        "2025年12月14日",
        f"记录链封存值（2025年12月14日 14:30）：{ISSUE.seal}",
    ]
    assert [line for line in lines if line in expected] == expected


def test_photos_keep_their_shape_and_fit(written: bytes) -> None:
    shapes = list(opened(written).inline_shapes)
    assert len(shapes) == 3
    for shape in shapes:
        assert shape.height <= Mm(54)
        assert shape.width / shape.height == pytest.approx(0.75, abs=0.01)


def test_the_red_head_is_an_option_and_a_draft_says_so() -> None:
    plain = document(notice(0), Issue(marks=("演示城市，全部数据为模拟",)), {}, red_head=False)
    lines = [p.text for p in opened(plain).paragraphs]
    assert "聊城市城市管理局督查通报" not in lines
    assert {"（草稿，未编号）", "（草稿，未印发）", "演示城市，全部数据为模拟"} <= set(lines)
    assert not opened(plain).tables


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine")
def test_a_word_processor_opens_it(written: bytes, tmp_path: Path) -> None:
    source = tmp_path / "notice.docx"
    source.write_bytes(written)
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    subprocess.run(
        [str(SOFFICE), home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pages = PdfReader(tmp_path / "notice.pdf").pages
    text = "".join(page.extract_text() for page in pages)
    assert 2 <= len(pages) <= 3
    assert "市政设施领域" in text
    assert round(float(pages[0].mediabox.width) / 72 * 25.4) == 210
