"""Stored files: pictures without their metadata, the same bytes once, what is no picture refused."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from PIL import Image

from chengyun.kernel import files
from chengyun.kernel.errors import Missing, TooLarge, WrongMedia
from chengyun.kernel.files import (
    attach,
    attachment_for,
    attachments_of,
    files_of,
    path_of,
    store_again,
    store_bytes,
    store_photo,
    thumbnail_of,
)
from chengyun.kernel.models import File
from chengyun.kernel.tests.errand.clerks import ask, clerk
from chengyun.kernel.tests.errand.models import Permit

pytestmark = pytest.mark.django_db

HEIC = Path(__file__).with_name("sample.heic")
ANN = clerk(1)


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path) -> Iterator[Path]:
    """A place of its own for the files of one test."""
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def picture(size: tuple[int, int] = (40, 20), mode: str = "RGB") -> Image.Image:
    found = Image.new(mode, size, "white")
    found.paste("red" if mode != "1" else 0, (0, 0, size[0] // 2, size[1] // 2))
    return found


def encoded(found: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    found.save(buffer, kind, **options)
    return buffer.getvalue()


def stored(file: File) -> Image.Image:
    return Image.open(io.BytesIO(path_of(file).read_bytes()))


def test_metadata_is_gone_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010F] = "手机厂商"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (36.0, 27.0, 0.0)
    data = encoded(picture(), exif=exif, comment=b"secret words")
    assert b"secret words" in data
    file = store_photo(data, "现场.jpg", by=ANN)
    assert (file.width, file.height) == (20, 40)
    kept = stored(file)
    assert (dict(kept.getexif()), kept.format) == ({}, "JPEG")
    assert b"secret words" not in path_of(file).read_bytes()
    assert "comment" not in kept.info


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_other_pictures_become_jpeg(kind: str) -> None:
    file = store_photo(encoded(picture(), kind), f"现场.{kind}", by=ANN)
    assert (file.media_type, stored(file).format) == ("image/jpeg", "JPEG")


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "CMYK", "1", "I;16", "LA"])
def test_every_kind_of_colour_is_kept(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = Image.new(mode, (8, 8))
    assert stored(store_photo(encoded(source, kind), "x", by=ANN)).mode == "RGB"


def test_a_photo_of_a_telephone_in_heic_is_understood() -> None:
    """The sample is a grey square on green, drawn for this test."""
    file = store_photo(HEIC.read_bytes(), "IMG_0001.HEIC", by=ANN)
    assert (file.width, file.height, stored(file).format) == (64, 48, "JPEG")


def test_a_large_photo_is_made_smaller() -> None:
    file = store_photo(encoded(picture((4000, 1000))), "x.jpg", by=ANN)
    assert (file.width, file.height) == (2048, 512)
    with Image.open(thumbnail_of(file)) as small:
        assert small.size == (480, 120)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture at all",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        encoded(picture((400, 400)))[:900],
        encoded(picture(), "EPS"),
        encoded(picture(), "PPM"),
        encoded(picture(), "PNG")[:60],
        HEIC.read_bytes()[:300],
    ],
    ids=[
        "nothing",
        "text",
        "svg",
        "pdf",
        "broken-png",
        "half-jpeg",
        "postscript",
        "ppm",
        "half-png",
        "half-heic",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, shelf: Path) -> None:
    with pytest.raises(WrongMedia, match="现场.jpg"):
        store_photo(data, "现场.jpg", by=ANN)
    assert (File.objects.count(), list(shelf.iterdir())) == (0, [])


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(TooLarge, match="最大 20 MB"):
        store_photo(encoded(picture()) + bytes(files.PHOTO_AT_MOST), "x.jpg", by=ANN)
    bomb = encoded(Image.new("1", (30_000, 30_000)), "PNG")
    with pytest.raises((TooLarge, WrongMedia)):
        store_photo(bomb, "x.png", by=ANN)
    assert File.objects.count() == 0


def test_the_same_bytes_are_kept_once(shelf: Path) -> None:
    data = encoded(picture())
    first, second = store_photo(data, "a.jpg", by=ANN), store_photo(data, "b.jpg", by=clerk(2))
    assert first.pk != second.pk
    assert path_of(first) == path_of(second)
    again = store_again(first, by=clerk(3))
    assert (again.sha256, again.owner_id) == (first.sha256, 3)
    assert len([path for path in shelf.rglob("*") if path.is_file()]) == 1
    assert files_of(1, [first.pk, second.pk]) == [first]


def test_a_document_is_kept_as_it_is() -> None:
    file = store_bytes(b"docx", "application/msword", "../../etc/通报.docx", by=None)
    assert path_of(file).read_bytes() == b"docx"
    assert file.sha256 == hashlib.sha256(b"docx").hexdigest()
    assert (file.name, file.width) == ("通报.docx", None)


def test_who_may_see_the_subject_sees_the_file(
    digging: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit = ask("F1")
    file = store_photo(encoded(picture()), "a.jpg", by=ANN)
    found = attach(file, permit, "before", by=ANN, caption="路口", lon=115.98, lat=36.45)
    assert attachments_of(permit) == [found]
    monkeypatch.setattr(files, "_readers", {})
    with pytest.raises(Missing):
        attachment_for(ANN, found.pk)
    files.readable(Permit, lambda user, pk: user.pk == 1)
    assert attachment_for(ANN, found.pk).file == file
    with pytest.raises(Missing):
        attachment_for(clerk(2), found.pk)
    with pytest.raises(Missing):
        attachment_for(ANN, found.pk + 1)
