"""A post holds from its day on and until its end, not a day longer and not a day earlier."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils.timezone import get_default_timezone, localdate

from chengyun.city.people.factories import CITY, Cast
from chengyun.city.people.models import Post, Role, Unit, User
from chengyun.city.people.services.roles import give_post
from chengyun.city.people.services.users import set_password
from chengyun.kernel import clock
from chengyun.kernel.errors import NotAllowed

DESK = "/desk/"
NEW = "quiet-canal-boats-77"
TODAY = localdate()
SOON, LATER = TODAY + timedelta(days=7), TODAY + timedelta(days=14)


def on(day: date, hour: int = 0, minute: int = 5) -> AbstractContextManager[None]:
    """That day in the city, five minutes after midnight unless told."""
    return clock.at(datetime.combine(day, time(hour, minute), get_default_timezone()))


def enter(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def may_see_the_desk(user: User) -> bool:
    return enter(user).get(DESK).status_code == 200


def give(cast: Cast, term: dict[str, date], role: str = "operator") -> int:
    """A post for Charlie through the page, as whoever administers security gives it."""
    form = {
        "role": role,
        "unit": "371523-SZ",
        "area": "",
        **{key: str(day) for key, day in term.items()},
    }
    answer = enter(cast.security).post("/maintenance/users/charlie/posts/", form)
    return answer.status_code


def test_a_post_to_come_opens_nothing_before_its_day(cast: Cast) -> None:
    assert give(cast, {"valid_from": SOON}) == 303
    assert not may_see_the_desk(cast.charlie)
    with on(SOON - timedelta(days=1), 23, 59):
        assert not may_see_the_desk(cast.charlie)
    with on(SOON):
        assert may_see_the_desk(cast.charlie)


def test_a_post_ends_with_its_term(cast: Cast) -> None:
    assert give(cast, {"valid_to": SOON}) == 303
    assert may_see_the_desk(cast.charlie)
    with on(SOON - timedelta(days=1), 23, 59):
        assert may_see_the_desk(cast.charlie)
    with on(SOON):
        assert not may_see_the_desk(cast.charlie)


def test_a_post_taken_away_is_gone_at_once(cast: Cast) -> None:
    for term in ({"valid_from": SOON}, {"valid_to": SOON}):
        assert give(cast, term) == 303
        post = Post.objects.latest("pk")
        assert enter(cast.security).post(f"/maintenance/posts/{post.pk}/end/").status_code == 303
        assert enter(cast.security).post(f"/maintenance/posts/{post.pk}/end/").status_code == 409
        assert not may_see_the_desk(cast.charlie)
        with on(SOON):
            assert not may_see_the_desk(cast.charlie)


@pytest.mark.parametrize(
    "term",
    [{"valid_to": TODAY}, {"valid_from": LATER, "valid_to": SOON}, {"valid_to": date(2020, 1, 1)}],
    ids=["today", "before-it-begins", "long-ago"],
)
def test_a_term_that_cannot_be_is_refused(cast: Cast, term: dict[str, date]) -> None:
    assert give(cast, term) == 422
    assert not Post.objects.filter(user=cast.charlie).exists()


def test_the_same_post_is_given_again_only_after_it_ends(cast: Cast) -> None:
    assert give(cast, {"valid_to": SOON}) == 303
    assert give(cast, {"valid_from": SOON - timedelta(days=1)}) == 409
    assert give(cast, {"valid_from": SOON}) == 303
    with on(SOON):
        assert may_see_the_desk(cast.charlie)


def test_the_three_administrations_stay_apart_in_time_too(cast: Cast) -> None:
    assert give(cast, {"valid_from": SOON}, "auditor") == 303
    assert give(cast, {}, "security") == 422
    assert give(cast, {"valid_to": SOON}, "security") == 303


def test_an_account_with_a_wider_post_to_come_is_not_the_districts_to_open(cast: Cast) -> None:
    role = Role.objects.get(key="leader")
    give_post(cast.operator, role, cast.centre, area=CITY, valid_from=SOON, by=None)
    with pytest.raises(NotAllowed):
        set_password(cast.operator, NEW, by=cast.district_admin)
    set_password(cast.operator, NEW, by=cast.admin)


def test_pages_tell_who_holds_a_post_now(cast: Cast) -> None:
    admin, users = enter(cast.admin), "/maintenance/users/?role=operator"
    assert give(cast, {"valid_from": SOON}) == 303
    assert "查理" not in admin.get(users).content.decode()
    assert "未到任" in admin.get("/maintenance/users/charlie/").content.decode()
    with on(SOON):
        assert "查理" in admin.get(users).content.decode()
        assert "未到任" not in admin.get("/maintenance/users/charlie/").content.decode()


def test_a_post_to_come_goes_with_the_account_and_keeps_the_unit(cast: Cast) -> None:
    assert give(cast, {"valid_from": SOON}) == 303
    empty = Unit.objects.get(code="371523-SZ")
    User.objects.filter(unit=empty).exclude(pk=cast.charlie.pk).update(is_active=False)
    assert enter(cast.admin).post("/maintenance/units/371523-SZ/end/").status_code == 409
    assert enter(cast.admin).post("/maintenance/users/charlie/end/").status_code == 303
    assert Post.objects.filter(user=cast.charlie, valid_to=TODAY).exists()
