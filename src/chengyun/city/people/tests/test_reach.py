"""Nobody reaches beyond their own area through somebody else's account, post or duty."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chengyun.city.people.factories import CITY, DISTRICT, Cast, make_user
from chengyun.city.people.models import Post, Role, User
from chengyun.city.people.services.bindings import bind, substitute
from chengyun.city.people.services.roles import end_post, give_post
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.users import end_user, set_password
from chengyun.kernel.errors import NotAllowed

NEW = "quiet-canal-boats-77"
START = date(2026, 11, 2)


@pytest.fixture
def wide(cast: Cast) -> User:
    """Somebody of the district's unit whose post reaches the whole city."""
    return make_user("wide", "万里", "leader", cast.centre, area=CITY)


def test_an_account_with_a_wider_post_is_not_the_districts_to_open(cast: Cast, wide: User) -> None:
    for door in (
        lambda: set_password(wide, NEW, by=cast.district_admin),
        lambda: issue_token(wide, "对接", timedelta(days=1), by=cast.district_admin),
        lambda: end_user(wide, by=cast.district_admin),
    ):
        with pytest.raises(NotAllowed):
            door()
    set_password(wide, NEW, by=cast.admin)
    set_password(cast.dispatcher, NEW, by=cast.district_admin)


def test_a_post_is_not_given_for_a_unit_of_another_district(cast: Cast) -> None:
    role = Role.objects.get(key="department")
    security = make_user("district_security", "区卫", "security", cast.centre)
    with pytest.raises(NotAllowed):
        give_post(cast.operator, role, cast.other_crew, area=DISTRICT, by=security)
    with pytest.raises(NotAllowed):
        give_post(cast.operator, role, cast.crew, area=DISTRICT, by=cast.district_admin)
    give_post(cast.operator, role, cast.crew, area=DISTRICT, by=security)


def test_the_first_administrator_names_who_administers_security_and_nobody_else(cast: Cast) -> None:
    roles = {role.key: role for role in Role.objects.all()}
    with pytest.raises(NotAllowed):
        give_post(cast.charlie, roles["security"], cast.bureau, by=cast.admin)
    end_post(Post.objects.get(user=cast.security), by=None)
    for key in ("auditor", "operator"):
        with pytest.raises(NotAllowed):
            give_post(cast.operator, roles[key], cast.bureau, by=cast.admin)
    give_post(cast.charlie, roles["security"], cast.bureau, by=cast.admin)
    with pytest.raises(NotAllowed):
        give_post(cast.operator, roles["security"], cast.bureau, by=cast.admin)


def test_a_duty_is_not_given_for_a_place_or_to_a_person_of_another_district(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        bind("inspector", "grid", "371523001001001", cast.inspector, by=cast.district_admin)
    duty = bind("inspector", "grid", "371502001001001", cast.inspector, by=cast.district_admin)
    with pytest.raises(NotAllowed):
        substitute(duty, cast.bob, START, START, by=cast.district_admin)


def test_the_three_administrations_do_not_open_each_others_accounts(cast: Cast) -> None:
    for account in (cast.auditor, cast.security):
        with pytest.raises(NotAllowed, match="安全管理员"):
            set_password(account, NEW, by=cast.admin)
        with pytest.raises(NotAllowed, match="安全管理员"):
            issue_token(account, "对接", timedelta(days=1), by=cast.admin)
    set_password(cast.auditor, NEW, by=cast.security)
