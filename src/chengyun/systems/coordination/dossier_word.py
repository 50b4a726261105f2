"""The case file as a Word document."""

from __future__ import annotations

import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Length, Mm, Pt

from chengyun.kernel.documents import (
    HEADING,
    PAGE,
    SMALL,
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
from chengyun.systems.coordination.dossier import Dossier

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT, ROW = Pt(10.5), Pt(16)
FACT_WIDTHS = (Mm(28), Mm(128))
CLOCK_WIDTHS = (Mm(20), Mm(50), Mm(34), Mm(26), Mm(26))
ACT_WIDTHS = (Mm(10), Mm(26), Mm(44), Mm(26), Mm(26), Mm(24))


def word_file(file: Dossier) -> bytes:
    """The file, in the order of the page."""
    paper = Document()
    sheet(paper, file.foot)
    paper.core_properties.title = file.title
    paper.core_properties.author = file.who
    paper.core_properties.comments = ""
    _head(paper, file)
    heading(paper, "一、案情")
    _table(paper, [("项目", "内容"), *file.facts], FACT_WIDTHS)
    heading(paper, "二、照片")
    _photos(paper, file)
    heading(paper, "三、时限与责任")
    _clocks(paper, file)
    heading(paper, "四、经过")
    _acts(paper, file)
    heading(paper, "五、校验")
    for words in file.proof:
        write(line(paper, ALIGN.LEFT, spacing=Pt(18)), words, PAGE, TEXT)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _head(paper: Doc, file: Dossier) -> None:
    if file.case.simulated:
        write(line(paper, ALIGN.CENTER), "演示城市，全部数据为模拟", HEADING, SMALL)
    title = line(paper, ALIGN.CENTER, spacing=TITLE_LINE, before=Pt(14), after=Pt(4))
    write(title, file.case.title, TITLE, TITLE_SIZE)
    under = line(paper, ALIGN.CENTER, after=Pt(14))
    write(under, f"{file.title}　{file.state}", size=SMALL)


def _photos(paper: Doc, file: Dossier) -> None:
    if not file.photos:
        say(paper, "没有照片。")
    for pair in file.photos:
        shown = [thumbnail_of(found.file) for _, found in pair]
        figure(paper, shown, "　　　".join(words for words, _ in pair))


def _clocks(paper: Doc, file: Dossier) -> None:
    if not file.clocks:
        say(paper, "还没有开始计时。")
        return
    rows = [(c["name"], c["unit"], c["limit"], c["used"], c["words"]) for c in file.clocks]
    _table(paper, [("环节", "单位", "时限", "用时", "结果"), *rows], CLOCK_WIDTHS)


def _acts(paper: Doc, file: Dossier) -> None:
    rows = [
        (
            str(act.number),
            act.at,
            act.what + (f"\n{act.note}" if act.note else ""),
            act.who,
            act.proof,
            act.seal,
        )
        for act in file.acts
    ]
    head = ("序", "时间", "动作和说明", "办理人", "校验值", "封存")
    _table(paper, [head, *rows], ACT_WIDTHS)


def _table(paper: Doc, rows: Sequence[Sequence[str]], widths: Sequence[Length]) -> None:
    grid(paper, rows, widths, size=TEXT, spacing=ROW, align=ALIGN.LEFT)
