"""The doors of stored files: an attachment is shown to whoever may see what it is attached to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.http import content_disposition_header

from chengyun.kernel.errors import Missing
from chengyun.kernel.files import attachment_for, path_of, thumbnail_of
from chengyun.kernel.models import File
from chengyun.kernel.pages import door

DAY = 24 * 3600
app_name = "files"


@door()
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo to look at, or a document to keep."""
    found = attachment_for(_person(request), pk).file
    return sent(path_of(found), found)


@door()
def small(request: HttpRequest, pk: int) -> HttpResponse:
    """The small version of a photo."""
    found = attachment_for(_person(request), pk).file
    if found.width is None:
        raise Missing("这个附件不是照片，没有缩略图。")
    return sent(thumbnail_of(found), found)


def sent(stored: Path, file: File) -> HttpResponse:
    """A stored file as an answer; Missing when the disk has lost it."""
    if not stored.exists():
        raise Missing("这个附件的文件不在了，请告诉管理员。")
    answer = HttpResponse(stored.read_bytes(), content_type=file.media_type)
    kept = content_disposition_header(file.width is None, file.name)
    answer["Content-Disposition"] = kept or "attachment"
    answer["Cache-Control"] = f"private, max-age={DAY}, immutable"
    return answer


def _person(request: HttpRequest) -> Any:
    return request.user


urlpatterns = [
    path("<int:pk>", attachment, name="attachment"),
    path("<int:pk>/small", small, name="small"),
]
