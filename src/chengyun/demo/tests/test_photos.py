"""The album: valid pictures of useful size, different from one another, the same every time."""

import io

import numpy as np
import pytest
from PIL import Image

from chengyun.demo.photos.album import VARIANTS, closer, photo
from chengyun.demo.photos.scenes import KINDS, Kind
from chengyun.science.pictures import HEIGHT, WIDTH, alike, fingerprint

BY_KEY = {kind.key: kind for kind in KINDS}


def test_kinds_have_keys_and_names_of_their_own() -> None:
    assert len(BY_KEY) == len(KINDS) == len({kind.name for kind in KINDS})
    assert len(KINDS) * VARIANTS * 2 >= 60


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_before_and_after_are_large_pictures_and_differ(kind: Kind) -> None:
    before, after = photo(kind, 0, False), photo(kind, 0, True)
    assert before.content != after.content
    for taken in (before, after):
        picture = Image.open(io.BytesIO(taken.content))
        picture.load()
        assert picture.format == "JPEG"
        assert min(picture.size) >= 800 or picture.width >= 1024
        assert len(taken.content) < 400_000


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_photo_taken_once_more_is_not_taken_for_the_first(kind: Kind) -> None:
    after = photo(kind, 0, True).content
    assert not alike(print_of(after), print_of(closer(after)))


def print_of(content: bytes) -> int:
    small = Image.open(io.BytesIO(content)).convert("L").resize((WIDTH, HEIGHT))
    return fingerprint(np.asarray(small))


def test_the_same_photo_is_drawn_again() -> None:
    kind = BY_KEY["pothole"]
    assert photo(kind, 1, False).content == photo(kind, 1, False).content


def test_variants_differ() -> None:
    kind = BY_KEY["manhole"]
    assert photo(kind, 0, False).content != photo(kind, 1, False).content


def test_night_is_darker_than_day() -> None:
    def mean(key: str) -> float:
        grey = Image.open(io.BytesIO(photo(BY_KEY[key], 0, False).content)).convert("L")
        values = grey.tobytes()
        return sum(values) / len(values)

    assert mean("lamp") < mean("litter") / 2
