"""Cases that may be the same thing: found by place and time, ranked, with the reason, and within one's sight."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from chengyun.city.assets.factories import make_asset
from chengyun.city.cases.factories import LAT, LON, MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.cases.similarity import Match, report_of, similar_to
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import clock
from chengyun.kernel.files import store_photo
from chengyun.kernel.models import File, PhotoPrint
from chengyun.kernel.params import set_param
from chengyun.science.coordinates import Plane

pytestmark = pytest.mark.django_db

PLANE = Plane(lon=LON, lat=LAT)
LAMP = "P0137"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def moved(metres: float) -> dict[str, float]:
    lon, lat = PLANE.to_degrees(metres, 0.0)
    return {"lon": float(lon), "lat": float(lat)}


def alike(cast: Cast, case: Case, user: User | None = None) -> list[Match]:
    return similar_to(user or cast.operator, report_of(case))


def street_photo(seed: int, quality: int = 90, width: int = 640) -> bytes:
    """A picture with something in it; the same seed is the same scene."""
    scene = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(scene).resize((width, width * 3 // 4), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def photo(cast: Cast, seed: int, **how: int) -> File:
    return store_photo(street_photo(seed, **how), "现场.jpg", by=cast.inspector)


def test_the_same_class_near_and_soon_is_shown_with_its_reasons(cast: Cast) -> None:
    first = make_case(cast, description="雨水井盖不见，井口很大")
    second = make_case(cast, **moved(12), description="路上的雨水井盖没了")
    (match,) = alike(cast, second)
    assert match.case == first
    assert match.reasons[:2] == ["同类", "相距 12 米"]
    assert "都说到「雨水井盖」" in match.reasons
    assert match.percent > 60


def test_too_far_too_old_or_void_is_not_shown(cast: Cast) -> None:
    now = clock.now()
    with clock.at(now - timedelta(hours=25)):
        make_case(cast)
    make_case(cast, **moved(55))
    case = make_case(cast)
    assert alike(cast, case) == []
    set_param("case.similar.hours", DISTRICT, 26, by=None)
    set_param("case.similar.metres", DISTRICT, 60, by=None)
    assert len(alike(cast, case)) == 2


def test_without_a_class_place_and_words_are_enough(cast: Cast) -> None:
    first = make_case(cast, description="非机动车道雨水井盖不见，井口敞着")
    told = make_case(
        cast, **moved(3), class_code="", description="雨水井盖不见，井口敞着，骑车差点掉进去"
    )
    other = make_case(cast, **moved(40), class_code="", description="路灯一闪一闪")
    found = [match.case for match in alike(cast, told)]
    assert first in found
    assert other not in found


def test_the_likeliest_comes_first(cast: Cast) -> None:
    far = make_case(cast, **moved(45))
    near = make_case(cast, **moved(2))
    assert [match.case for match in alike(cast, make_case(cast))] == [near, far]


def test_the_same_part_counts_even_under_another_class(cast: Cast) -> None:
    asset = make_asset("rain_cover").code
    first = make_case(cast, asset=asset, description="井盖响")
    second = make_case(cast, **moved(30), asset=asset, class_code=LAMP, description="夜里噪声")
    (match,) = alike(cast, second)
    assert match.case == first
    assert match.reasons[0] == "同一部件"
    assert match.percent >= 85


def test_the_same_photo_is_recognised_when_it_was_saved_again(cast: Cast) -> None:
    first = make_case(cast, photos=[photo(cast, 1)], class_code="", description="甲")
    second = make_case(
        cast,
        **moved(40),
        photos=[photo(cast, 1, quality=40, width=480)],
        class_code=LAMP,
        description="乙",
    )
    other = make_case(cast, **moved(40), photos=[photo(cast, 2)], class_code=LAMP, description="丙")
    found = {match.case: match for match in alike(cast, second)}
    assert found[first].reasons[0] == "同一张照片"
    assert found[first].percent >= 95
    assert not found[other].likeness.same_picture
    assert found[first].photos
    assert PhotoPrint.objects.count() == 3


def test_nobody_is_shown_what_lies_outside_their_sight(cast: Cast) -> None:
    make_case(cast)
    case = make_case(cast)
    assert len(alike(cast, case)) == 1
    assert alike(cast, case, cast.bob) == []
    assert alike(cast, case, cast.department) == []


def test_two_statements_however_many_there_are(cast: Cast) -> None:
    for n in range(12):
        make_case(cast, **moved(n), photos=[photo(cast, n)])
    case = make_case(cast)
    alike(cast, case)
    with CaptureQueriesContext(connection) as queries:
        assert len(alike(cast, case)) == 10
    assert len(queries) == 2, [q["sql"] for q in queries]


def get(user: User, path: str, **query: Any) -> Any:
    token, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    return Client().get(f"/api/v1{path}", query, headers={"authorization": f"Bearer {token}"})


def test_programs_ask_for_a_case_and_for_one_not_reported_yet(cast: Cast) -> None:
    first = make_case(cast)
    second = make_case(cast)
    (told,) = get(cast.operator, f"/cases/{second.code}/similar").json()
    assert (told["code"], told["class"], told["same_class"]) == (first.code, MANHOLE, True)
    assert told["why"].startswith("同类，相距 0 米，")
    asked = {"lon": LON, "lat": LAT, "class": MANHOLE, "description": "井盖"}
    assert len(get(cast.operator, "/similar", **asked).json()) == 2
    assert get(cast.operator, "/similar", lon=0, lat=0).status_code == 404
    assert get(cast.bob, f"/cases/{second.code}/similar").status_code == 404
    assert get(cast.charlie, "/similar", **asked).status_code == 403


def test_a_closed_case_is_still_shown(cast: Cast) -> None:
    first = drive(make_case(cast), cast, "closed")
    assert [match.case for match in alike(cast, make_case(cast))] == [first]
