"""Storing files: pictures are re-encoded and stripped, everything is kept once by its hash."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import models, transaction
from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

from chengyun.kernel import clock
from chengyun.kernel.actions import subject_type
from chengyun.kernel.errors import Missing, TooLarge, WrongMedia
from chengyun.kernel.models.files import Attachment, Capture, File, PhotoPrint
from chengyun.kernel.reads import composed
from chengyun.kernel.scope import Person
from chengyun.kernel.statements import insert
from chengyun.science import pictures

register_heif_opener()

MEGABYTE = 1024 * 1024
PHOTO_AT_MOST = 20 * MEGABYTE
PIXELS_AT_MOST = 80_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP", "TIFF")
"""What cameras and screens make. Others, PostScript above all, would be run by helper programs."""
VOICE_AT_MOST = 5 * MEGABYTE
RECORDINGS = (
    (b"\x1aE\xdf\xa3", 0, "audio/webm"),
    (b"OggS", 0, "audio/ogg"),
    (b"ftyp", 4, "audio/mp4"),
)
"""How the files of phones begin, and where: Matroska, Ogg, and the family of MP4."""
LONG_SIDE = 2048
THUMBNAIL = 480

Reader = Callable[[Person, int], bool]

_readers: dict[str, Reader] = {}


def readable(kind: type[models.Model], reader: Reader) -> None:
    """Say who may see the attachments of a kind of subject."""
    _readers[subject_type(kind)] = reader


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What the camera knows of a photo; ``original_sha256`` is that of its own file, "" when it is the one stored."""

    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy: float | None = None
    original_sha256: str = ""


UNKNOWN = Taken()


@transaction.atomic
def store_photo(data: bytes, name: str, *, by: Person | None, taken: Taken = UNKNOWN) -> File:
    """Keep a picture as JPEG without its metadata; what is no picture is refused in one sentence.

    When and where it was taken and the hash of the original are kept beside it.
    """
    if len(data) > PHOTO_AT_MOST:
        raise TooLarge(f"照片「{name}」有 {len(data) // MEGABYTE} MB，最大 20 MB。")
    picture = _decode(data, name)
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=86, optimize=True)
    file = _keep(buffer.getvalue(), "image/jpeg", name, by=by, size=picture.size)
    _remember(picture, file)
    Capture(
        file=file,
        original_sha256=taken.original_sha256 or hashlib.sha256(data).hexdigest(),
        taken_at=min(taken.at, clock.now()) if taken.at else None,
        lon=taken.lon,
        lat=taken.lat,
        accuracy=taken.accuracy,
    ).save(force_insert=True)
    return file


def _remember(picture: Image.Image, file: File) -> None:
    """Keep the fingerprint, so that the same photo sent twice is recognised."""
    small = picture.convert("L").resize((pictures.WIDTH, pictures.HEIGHT))
    if bits := pictures.fingerprint(np.asarray(small)):
        PhotoPrint.objects.bulk_create(
            [PhotoPrint(sha256=file.sha256, bits=bits)], ignore_conflicts=True
        )


def store_voice(data: bytes, name: str, *, by: Person | None) -> File:
    """Keep a spoken note as the phone recorded it; what is no recording is refused in one sentence."""
    if len(data) > VOICE_AT_MOST:
        raise TooLarge(f"录音「{name}」超过 5 MB，请分两段说。")
    kind = next((kind for sign, at, kind in RECORDINGS if data[at:].startswith(sign)), None)
    if kind is None:
        raise WrongMedia(f"「{name}」不是能播放的录音，请重新录。")
    return _keep(data, kind, name, by=by, size=None)


def store_bytes(data: bytes, media_type: str, name: str, *, by: Person | None) -> File:
    """Keep a document the program itself has made or checked."""
    return _keep(data, media_type, name, by=by, size=None)


def store_again(file: File, *, by: Person | None) -> File:
    """The same content in another person's name, as if they had stored it themselves."""
    row = File(
        sha256=file.sha256,
        media_type=file.media_type,
        name=file.name,
        size=file.size,
        width=file.width,
        height=file.height,
        at=clock.now(),
        owner_id=by.pk if by else None,
    )
    insert(row)
    return row


@transaction.atomic
def attach(
    file: File,
    subject: models.Model,
    role: str,
    *,
    by: Person | None,
    caption: str = "",
    lon: float | None = None,
    lat: float | None = None,
) -> Attachment:
    """Make a stored file evidence of a subject; the verb that calls this records it."""
    row = Attachment(
        file=file,
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        role=role,
        caption=caption,
        lon=lon,
        lat=lat,
        at=clock.now(),
        actor_id=by.pk if by else None,
    )
    insert(row)
    return row


def files_of(owner: int | None, ids: Sequence[int]) -> list[File]:
    """Those of these files that this person stored; of None, those of people without an account."""
    if not ids:
        return []
    return _stored_by(tuple(ids), *(() if owner is None else (owner,)))


_stored_by = composed(lambda ids, owner=None: File.objects.filter(pk__in=ids, owner_id=owner))


def attachments_of(subject: models.Model) -> list[Attachment]:
    """What belongs to a subject, oldest first, each with what the camera knew and the fingerprint ``bits``."""
    rows = Attachment.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return list(rows.select_related("file__capture").annotate(bits=_fingerprints()))


def _fingerprints() -> models.Subquery:
    prints = PhotoPrint.objects.filter(sha256=models.OuterRef("file__sha256"))
    return models.Subquery(prints.values("bits")[:1])


def photos_of_many(
    kind: type[models.Model], ids: Sequence[int]
) -> list[tuple[int, int, str, int | None]]:
    """Subject, attachment, role and fingerprint of the photos of many subjects, in one query."""
    rows = Attachment.objects.filter(
        subject_type=subject_type(kind), subject_id__in=ids, file__media_type="image/jpeg"
    ).annotate(bits=_fingerprints())
    return list(rows.order_by("id").values_list("subject_id", "pk", "role", "bits"))


def attachment_for(user: Person, pk: int) -> Attachment:
    """An attachment whose subject this person may see; anything else is Missing."""
    found = Attachment.objects.select_related("file").filter(pk=pk).first()
    reader = _readers.get(found.subject_type) if found else None
    if found is None or reader is None or not reader(user, found.subject_id):
        raise Missing("没有这个附件，或者它不在你的范围内。")
    return found


def path_of(file: File) -> Path:
    return Path(settings.MEDIA_ROOT) / file.sha256[:2] / file.sha256


def thumbnail_of(file: File) -> Path:
    """The small version of a picture, made when first asked for."""
    small = path_of(file).with_name(file.sha256 + f".{THUMBNAIL}")
    if not small.exists():
        with Image.open(path_of(file)) as picture:
            picture.thumbnail((THUMBNAIL, THUMBNAIL))
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=80)
        _write(small, buffer.getvalue())
    return small


def _decode(data: bytes, name: str) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > PIXELS_AT_MOST:
            raise TooLarge(f"照片「{name}」尺寸过大，请缩小后再传。")
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.info.clear()  # comments and the like would be written out again
        return upright
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        Image.DecompressionBombError,
        SyntaxError,
    ) as error:
        raise WrongMedia(f"「{name}」不是能打开的照片，请传 JPG、PNG、WebP 或 HEIC。") from error


def _keep(
    data: bytes, media_type: str, name: str, *, by: Person | None, size: tuple[int, int] | None
) -> File:
    digest = hashlib.sha256(data).hexdigest()
    file = File(
        sha256=digest,
        media_type=media_type,
        name=Path(name).name[:200],
        size=len(data),
        width=size[0] if size else None,
        height=size[1] if size else None,
        at=clock.now(),
        owner_id=by.pk if by else None,
    )
    if not path_of(file).exists():
        _write(path_of(file), data)
    insert(file)
    return file


def _write(path: Path, data: bytes) -> None:
    """All or nothing: a reader never sees half a file, and the file is on disk before its row is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        temporary.write(data)
        temporary.flush()
        os.fsync(temporary.fileno())
    Path(temporary.name).replace(path)
