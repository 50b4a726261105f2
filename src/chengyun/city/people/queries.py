"""Reads about people. The user comes first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate

from chengyun.city.people.models import (
    ApiToken,
    Attendance,
    Binding,
    Post,
    RecoveryCode,
    Role,
    TrackPoint,
    Unit,
    User,
)
from chengyun.city.people.models.users import held_on, lasting_on, posts_standing
from chengyun.city.people.roles import DEFAULT_ROLES, SECURES, DefaultRole
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import installation
from chengyun.kernel.reads import composed
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import inside


def person_of(request: HttpRequest) -> User:
    """Who is logged in, behind a door that lets nobody else in."""
    user: Any = request.user
    found: User = user
    return found


def units_for(user: User) -> QuerySet[Unit]:
    """Units the user may see, ended ones included."""
    scope = user.scope("people.view")
    return Unit.objects.filter(scope.area_q("area") | Q(pk__in=scope.units))


def unit_for(user: User, code: str) -> Unit:
    """One unit by its code. Raises Missing outside the scope."""
    found = units_for(user).filter(code=code).select_related("parent").first()
    if found is None:
        raise Missing(f"没有代码为「{code}」的机构。")
    return found


def users_for(user: User) -> QuerySet[User]:
    """Accounts the user may see: those of units in scope, and the user's own."""
    scope = user.scope("people.view")
    mine = Q(pk=scope.person) if scope.person else Q(pk__in=())
    return User.objects.filter(
        scope.area_q("unit__area") | Q(unit_id__in=scope.units) | mine
    ).select_related("unit")


def user_for(user: User, username: str) -> User:
    """One account. Raises Missing outside the scope."""
    found = users_for(user).filter(username=username).first()
    if found is None:
        raise Missing(f"没有「{username}」这个账号。")
    return found


def posts_for(user: User) -> QuerySet[Post]:
    """Posts of accounts the user may see."""
    return Post.objects.filter(user__in=users_for(user)).select_related("role", "unit", "user")


def lasting_posts(user: User) -> list[Post]:
    """The posts of an account that have not ended, those to come included."""
    lasting = lasting_on(localdate(clock.now()))
    return list(Post.objects.filter(lasting, user=user).select_related("role"))


def bindings_for(user: User) -> QuerySet[Binding]:
    """Who answers for which place, among the people the user may see."""
    return Binding.objects.filter(user__in=users_for(user)).select_related(
        "user", "substitute", "unit"
    )


def binding_for(user: User, pk: int) -> Binding:
    """One of them."""
    found = bindings_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个责任人。")
    return found


def tokens_for(user: User) -> QuerySet[ApiToken]:
    """Tokens of accounts the user may see."""
    return ApiToken.objects.filter(user__in=users_for(user)).select_related("user")


def own_tokens(user: User) -> QuerySet[ApiToken]:
    """The user's own tokens that still work, newest first."""
    mine = ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=clock.now())
    return mine.order_by("-pk")


def own_token(user: User, pk: int) -> ApiToken:
    """One of the user's own tokens."""
    found = ApiToken.objects.filter(user=user, pk=pk).select_related("user__unit").first()
    if found is None:
        raise Missing("没有这个令牌。")
    return found


def recovery_codes_left(user: User) -> int:
    """How many of one's own recovery codes still open the door."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def token_for(user: User, pk: int) -> ApiToken:
    """One token of an account the user may see."""
    found = tokens_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个令牌。")
    return found


def post_for(user: User, pk: int) -> Post:
    """One post of an account the user may see."""
    found = posts_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个岗位。")
    return found


def names_of_users(ids: Iterable[int]) -> dict[int, str]:
    """Names by id, for histories."""
    return _names(tuple(sorted(set(ids))))


@recent(30)
def _names(ids: tuple[int, ...]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def roles() -> QuerySet[Role]:
    """Roles in use; they belong to the whole city and hold nothing secret."""
    return Role.objects.filter(valid_to=None)


@recent(30)
def role_labels() -> dict[str, str]:
    """What the posts are called, by role, those that have ended too."""
    return dict(Role.objects.values_list("key", "label"))


@recent(30)
def holders_of(permission: str) -> str:
    """The roles that hold a permission, in words: 值班长、派遣员."""
    found = [role.label for role in roles() if permission in role.permissions]
    return "、".join(found) or "有权限的人"


def role_of(key: str) -> Role:
    """One role in use."""
    found = roles().filter(key=key).first()
    if found is None:
        raise Missing(f"没有「{key}」这个角色。")
    return found


WORKING = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY)
WITH_STREETS = (*WORKING, Unit.Kind.STREET)


def units_serving(area: str, *, streets: bool = False) -> QuerySet[Unit]:
    """Departments and companies that work in an area: its own, and those of the city above it; street offices, too."""
    above = [area[:n] for n in range(2, len(area))]
    works = Q(kind__in=WITH_STREETS if streets else WORKING, valid_to=None)
    return Unit.objects.filter(works & (inside("area", area) | Q(area__in=above)))


def serves(unit: Unit, area: str) -> bool:
    """Whether a unit is one of ``units_serving`` an area, street offices included."""
    near = unit.area.startswith(area) or area.startswith(unit.area)
    return unit.valid_to is None and unit.kind in WITH_STREETS and near


def is_secured() -> bool:
    """Whether anybody administers the security of the city."""
    roles_of_it = [role.pk for role in roles() if SECURES in role.permissions]
    today = held_on(localdate(clock.now()))
    return Post.objects.filter(today, role__in=roles_of_it, user__is_active=True).exists()


def roles_to_give(by: User) -> list[Role]:
    """The roles a person may put somebody into; none for most."""
    if by.may("people.post.give"):
        return list(roles())
    if not by.may("people.unit.change") or is_secured():
        return []
    return [role for role in roles() if SECURES in role.permissions]


def units_handling(area: str) -> QuerySet[Unit]:
    """Of these, the units that handle: all but those whose people hold posts, and none a post that may."""
    handling = [role.pk for role in roles() if "case.handle" in role.permissions]
    posts = Post.objects.filter(
        held_on(localdate(clock.now())), unit=OuterRef("pk"), user__is_active=True
    )
    at_work, handle = Exists(posts), Exists(posts.filter(role__in=handling))
    return units_serving(area).filter(~at_work | handle)


def posts_in_charge(permission: str, *, area: str, unit: Unit | None = None) -> list[Post]:
    """The posts nearest to a place or a unit that carry a permission there.

    For a unit: those in it; when there are none, those of the unit above. Else those of the narrowest area around the
    place in which anybody holds it.
    """
    standing = posts_standing(localdate(clock.now()))
    carrying = [post for post in standing if permission in post.role.permissions]
    if unit is not None and (near := _of_unit(carrying, unit)):
        return near
    around = [
        post
        for post in carrying
        if post.role.reach == Role.Reach.AREA and area.startswith(post.area)
    ]
    narrowest = max((len(post.area) for post in around), default=0)
    return [post for post in around if len(post.area) == narrowest]


def posts_overlapping(permission: str, areas: Iterable[str]) -> list[Post]:
    """Every post that carries a permission somewhere in some areas, or all around one of them."""
    wanted = tuple(areas)
    return [
        post
        for post in posts_standing(localdate(clock.now()))
        if permission in post.role.permissions
        and post.role.reach == Role.Reach.AREA
        and (post.area.startswith(wanted) or any(area.startswith(post.area) for area in wanted))
    ]


def _of_unit(posts: Iterable[Post], unit: Unit) -> list[Post]:
    above = [
        post
        for post in posts
        if post.role.reach == Role.Reach.UNIT and unit.path.startswith(post.unit.path)
    ]
    nearest = max((len(post.unit.path) for post in above), default=0)
    return [post for post in above if len(post.unit.path) == nearest]


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """Who answers for a place on a day; ``stands_in_for`` is set when it is the substitute."""

    binding: Binding
    person: User
    stands_in_for: User | None = None


def people_bound_to(place_code: str, *, on: date | None = None, kind: str = "") -> list[OnDuty]:
    """Who answers for a place on a day (today unless given), substitutes in place of whom they stand in for."""
    day = on or localdate(clock.now())
    found = _bound(place_code, day, *((kind,) if kind else ()))
    return [standing_in(binding, day) for binding in found]


def _bindings(place_code: str, day: date, kind: str = "") -> QuerySet[Binding]:
    rows = Binding.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), place_code=place_code, valid_from__lte=day
    )
    if kind:
        rows = rows.filter(kind=kind)
    return rows.select_related("user", "substitute", "unit").order_by("kind", "shift", "pk")


_bound = composed(_bindings)


def standing_in(binding: Binding, day: date) -> OnDuty:
    """Who it is on a day: the person bound, or the substitute."""
    start, end = binding.substitute_from, binding.substitute_to
    if binding.substitute and start and end and start <= day <= end:
        return OnDuty(binding=binding, person=binding.substitute, stands_in_for=binding.user)
    return OnDuty(binding=binding, person=binding.user)


def demo_roles() -> list[DefaultRole]:
    """The roles whose accounts the login page of a demo offers; none in a real city."""
    city = installation()
    if city is None or not city.demo:
        return []
    known = set(
        User.objects.filter(
            username__in=[r.key for r in DEFAULT_ROLES], is_active=True
        ).values_list("username", flat=True)
    )
    return [role for role in DEFAULT_ROLES if role.blurb and role.key in known]


def digest_of(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()


@recent(5)
def token_of(digest: str) -> ApiToken | None:
    """The token; None when it is unknown, expired, revoked, or its owner has left."""
    return (
        ApiToken.objects.filter(
            digest=digest,
            revoked_at=None,
            expires_at__gt=clock.now(),
            user__is_active=True,
        )
        .select_related("user__unit")
        .first()
    )


def on_duty(user: User) -> Attendance | None:
    """The stretch on duty a person is in now."""
    return Attendance.objects.filter(user=user, kind=Attendance.Kind.DUTY, ended_at=None).first()


def attendances_for(user: User) -> QuerySet[Attendance]:
    """One's own stretches on duty, and those of the areas whose people one may follow."""
    scope = user.scope("duty.view")
    return Attendance.objects.filter(scope.area_q("area") | Q(user=user)).select_related("user")


def attendance_for(user: User, pk: int) -> Attendance:
    """One of them."""
    found = attendances_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这次在岗记录，或者它不在你的范围内。")
    return found


def points_of(attendance: Attendance) -> QuerySet[TrackPoint]:
    """The way of one stretch on duty."""
    return TrackPoint.objects.filter(attendance=attendance)
