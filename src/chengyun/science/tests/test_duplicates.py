"""Nearer, sooner, of the same class and in the same words: never less alike."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.coordinates import Plane
from chengyun.science.duplicates import Likeness, Mention, dice, likeness, shared_runs
from chengyun.science.pictures import alike, fingerprint

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
PLANE = Plane(lon=115.98, lat=36.45)
REACH, SPAN = 50.0, timedelta(hours=24)
WORDS = frozenset({"井盖", "盖不", "不见"})
PICTURE = 0x0F1E2D3C4B5A6978


def mention(metres: float = 0.0, hours: float = 0.0, **more: Any) -> Mention:
    lon, lat = PLANE.to_degrees(metres, 0.0)
    base = Mention(lon=float(lon), lat=float(lat), at=NOON + timedelta(hours=hours))
    return replace(base, **more)


def compared(one: Mention, other: Mention) -> Likeness:
    return likeness(one, other, reach=REACH, span=SPAN)


mentions = st.builds(
    mention,
    st.floats(-80, 80),
    st.floats(-40, 40),
    class_code=st.sampled_from(("", "P0103", "E0110")),
    terms=st.frozensets(st.sampled_from(sorted(WORDS))),
    asset=st.sampled_from(("", "1", "2")),
    pictures=st.sampled_from(((), (PICTURE,), (~PICTURE,))),
)


@given(mentions, mentions)
def test_the_order_does_not_matter_and_the_score_is_a_share(one: Mention, other: Mention) -> None:
    there, back = compared(one, other), compared(other, one)
    assert math.isclose(there.score, back.score, abs_tol=1e-6)
    assert 0 <= there.score <= 1


@given(mentions, st.floats(0, 80), st.floats(0, 80))
def test_the_nearer_is_never_less_alike(one: Mention, a: float, b: float) -> None:
    near, far = sorted((a, b))
    here = replace(one, lon=PLANE.lon, lat=PLANE.lat)
    told = [compared(here, mention(metres, class_code="P0103")).score for metres in (near, far)]
    assert told[0] >= told[1] - 1e-9


@given(mentions)
def test_the_same_part_and_the_same_picture_are_hardly_chance(other: Mention) -> None:
    one = mention(asset="1", pictures=(PICTURE,))
    assert compared(one, replace(other, asset="1")).score >= 0.85
    assert compared(one, replace(other, pictures=(PICTURE,))).score >= 0.95


def test_the_score_is_the_mean_that_is_documented() -> None:
    one = mention(class_code="P0103", terms=WORDS)
    other = mention(25, 12, class_code="P0103", terms=frozenset({"井盖"}))
    told = compared(one, other)
    expected = 0.40 * 0.5 + 0.25 * 1 + 0.20 * (2 / 4) + 0.15 * 0.5
    assert told.score == pytest.approx(expected, abs=1e-3)
    unknown = compared(one, replace(other, class_code=""))
    assert unknown.same_class is None
    assert unknown.score == pytest.approx((expected - 0.25) / 0.75, abs=1e-3)


def test_reach_and_span_are_lengths() -> None:
    with pytest.raises(ValueError):
        likeness(mention(), mention(), reach=0, span=SPAN)


def test_words_for_people_are_whole_runs() -> None:
    assert shared_runs("湖南路雨水井盖不见，井口很大", "路上的雨水井盖没了") == ["雨水井盖"]
    assert shared_runs("路灯不亮", "垃圾没人清") == []
    assert dice(WORDS, frozenset()) == 0


@given(st.integers(0, 2**32 - 1))
def test_a_picture_saved_again_is_the_same_and_another_is_not(seed: int) -> None:
    random = np.random.default_rng(seed)
    greys = random.integers(0, 255, (8, 9))
    brighter = np.clip(greys * 0.8 + 20, 0, 255)
    assert alike(fingerprint(greys), fingerprint(brighter)) or not fingerprint(greys)
    assert not alike(fingerprint(greys), fingerprint(255 - greys))


def test_a_picture_of_nothing_is_like_no_other() -> None:
    flat = np.full((8, 9), 120)
    assert fingerprint(flat) == 0
    assert not alike(0, 0)
    with pytest.raises(ValueError):
        fingerprint(np.zeros((9, 8)))
