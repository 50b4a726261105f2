"""A bulletin turned into its Word file."""

from __future__ import annotations

from django.utils.timezone import localtime

from chengyun.city.inspections.queries import photos_of
from chengyun.kernel.files import thumbnail_of
from chengyun.kernel.params import settings_of
from chengyun.kernel.ui.words import day
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.queries import notice_of
from chengyun.systems.evaluation.word import Issue, document

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word_file(bulletin: Bulletin) -> bytes:
    """The notice with the photos of its findings, as large as paper needs them, so that the file can be mailed."""
    notice = notice_of(bulletin)
    photos = photos_of(item.id for item in notice.items)
    return document(
        notice,
        _issue(bulletin),
        {finding: [thumbnail_of(photo.file) for photo in rows] for finding, rows in photos.items()},
        red_head=settings_of(bulletin.area)["bulletin.red_head"],
    )


def file_name(bulletin: Bulletin) -> str:
    return f"{notice_of(bulletin).title}.docx"


def _issue(bulletin: Bulletin) -> Issue:
    marks = ("演示城市，全部数据为模拟",) if bulletin.simulated else ()
    if bulletin.issued_at is None:
        return Issue(standing=bulletin.standing, marks=marks)
    sealed = localtime(bulletin.sealed_at) if bulletin.sealed_at else None
    return Issue(
        number=bulletin.number,
        day=localtime(bulletin.issued_at).date(),
        seal=bulletin.seal,
        sealed=f"{day(sealed.date())} {sealed:%H:%M}" if sealed else "",
        marks=marks,
    )
