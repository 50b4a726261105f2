"""The pictures of the album as stored files: each is drawn and stored once, and lent to who needs it."""

import io
from collections.abc import Iterable

from PIL import Image

from chengyun.city.people.models import User
from chengyun.demo.photos.album import VARIANTS, Photo, stamped
from chengyun.demo.photos.canvas import jpeg
from chengyun.kernel.files import store_again, store_photo
from chengyun.kernel.models import File

Key = tuple[str, int, bool]
FRAME = (800, 600)


class Shelf:
    """Stored pictures by kind, variant and whether the work is done."""

    def __init__(self) -> None:
        self._drawn: dict[Key, File] = {}
        self._content: dict[Key, bytes] = {}
        self._frames: dict[Key, bytes] = {}
        self._lent: dict[tuple[Key, int], File] = {}

    def fill(self, album: Iterable[Photo]) -> None:
        """Store the whole album."""
        for photo in album:
            name = f"{photo.kind}-{photo.variant}{'-after' if photo.fixed else ''}.jpg"
            key = photo.kind, photo.variant, photo.fixed
            self._content[key] = photo.content
            self._drawn[key] = store_photo(photo.content, name, by=None)

    def lend(self, kind: str, number: int, fixed: bool, to: User) -> File:
        """The picture as a file this person has stored."""
        key = kind, number % VARIANTS, fixed
        if (key, to.pk) not in self._lent:
            self._lent[key, to.pk] = store_again(self._drawn[key], by=to)
        return self._lent[key, to.pk]

    def frame(self, kind: str, number: int, there: bool) -> bytes:
        """The picture as a camera sends it, smaller; ``there``: with what is wrong to be seen."""
        key = kind, number % VARIANTS, not there
        if key not in self._frames:
            with Image.open(io.BytesIO(self._content[key])) as picture:
                shown = stamped(picture, "模拟画面", "SIMULATED")
            shown.thumbnail(FRAME)
            self._frames[key] = jpeg(shown)
        return self._frames[key]
