"""The pictures of the album as stored files: each is drawn and stored once, and lent to who needs it."""

import io
from collections.abc import Iterable

from PIL import Image

from chengyun.city.people.models import User
from chengyun.demo.photos.album import VARIANTS, Photo, closer, stamped
from chengyun.demo.photos.canvas import jpeg
from chengyun.kernel.files import store_again, store_photo
from chengyun.kernel.models import File

Key = tuple[str, int, bool, bool]
"""Kind, variant, whether the work is done, whether it was taken once more."""
FRAME = (800, 600)


class Shelf:
    """Stored pictures."""

    def __init__(self) -> None:
        self._drawn: dict[Key, File] = {}
        self._content: dict[Key, bytes] = {}
        self._frames: dict[Key, bytes] = {}
        self._lent: dict[tuple[Key, int], File] = {}

    def fill(self, album: Iterable[Photo]) -> None:
        """Store the whole album."""
        for photo in album:
            name = f"{photo.kind}-{photo.variant}{'-after' if photo.fixed else ''}.jpg"
            key = photo.kind, photo.variant, photo.fixed, False
            self._content[key] = photo.content
            self._drawn[key] = store_photo(photo.content, name, by=None)

    def lend(self, kind: str, number: int, fixed: bool, to: User, *, again: bool = False) -> File:
        """The picture as a file this person has stored; ``again``: taken once more, from nearer."""
        key = kind, number % VARIANTS, fixed, again
        if key not in self._drawn:
            near = closer(self._content[kind, number % VARIANTS, fixed, False])
            self._drawn[key] = store_photo(near, f"{kind}-again.jpg", by=None)
        if (key, to.pk) not in self._lent:
            self._lent[key, to.pk] = store_again(self._drawn[key], by=to)
        return self._lent[key, to.pk]

    def frame(self, kind: str, number: int, there: bool) -> bytes:
        """The picture as a camera sends it, smaller; ``there``: with what is wrong to be seen."""
        key = kind, number % VARIANTS, not there, False
        if key not in self._frames:
            with Image.open(io.BytesIO(self._content[key])) as picture:
                shown = stamped(picture, "模拟画面", "SIMULATED")
            shown.thumbnail(FRAME)
            self._frames[key] = jpeg(shown)
        return self._frames[key]
