"""Users, their posts, and the roles made of single permissions."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from chengyun.city.people.models.units import Unit
from chengyun.city.people.roles import keys_in
from chengyun.city.places.queries import names_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Unsettled
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of
from chengyun.kernel.reads import composed
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Scope

TEMPORARY = "密码是管理员设的，请先在登录页登录，换成自己的密码。"
DEMANDED = "你的岗位要用两步验证，请先在登录页登录，把它开启。"
DEMANDING = "login.second_factor_roles"
"""The parameter that names the roles of whom a second factor is demanded."""


class Role(models.Model):
    """A bundle of permissions; ``reach`` says what part of the city a post with it sees."""

    class Reach(models.TextChoices):
        AREA = "area", "所辖区域"
        UNIT = "unit", "本单位"
        OWN = "own", "本人"

    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=40)
    permissions = models.JSONField(default=list)
    reach = models.CharField(max_length=6, choices=Reach.choices)
    home = models.CharField(max_length=80, default="coordination:desk")
    order = models.PositiveSmallIntegerField(default=0)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("order", "key")

    def __str__(self) -> str:
        return self.label


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who can log in. What they may do comes from their posts."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    valid_to = models.DateField(null=True, blank=True)
    failed_logins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    temporary_since = models.DateTimeField(null=True, blank=True)
    """When somebody else set the password; None once it is the person's own."""
    second_factor_since = models.DateTimeField(null=True, blank=True)
    """Since when a code is asked for after the password."""

    objects = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def standing(self) -> list[Post]:
        """Posts held now, the first one leading."""
        return posts_held(self.pk, localdate(clock.now()))

    @cached_property
    def permissions(self) -> frozenset[str]:
        return frozenset(key for post in self.standing for key in post.role.permissions)

    @property
    def post_key(self) -> str:
        return self.standing[0].role.key if self.standing else ""

    @property
    def place(self) -> str:
        """The name of the area of the leading post; "" for the whole city."""
        area = self.standing[0].area if self.standing else ""
        city = installation()
        return "" if city is None or area == city.area else names_of([area]).get(area, "")

    @property
    def unsettled(self) -> Unsettled | None:
        """What this person has to do before any other page opens."""
        if self.temporary_since:
            return Unsettled(TEMPORARY, page="people:password_due")
        if not self.second_factor_since and self.second_factor_demanded:
            return Unsettled(DEMANDED, page="people:second_factor")
        return None

    @property
    def second_factor_demanded(self) -> bool:
        """Whether the city demands it of a role this person is in."""
        city = installation()
        roles = keys_in(settings_of(city.area)[DEMANDING]) if city else ()
        return bool(roles) and any(post.role.key in roles for post in self.standing)

    @property
    def reach(self) -> Hashable:
        """All that follows from who this person is and where in post: equal, as long as that is the same."""
        city = installation()
        posts = tuple(
            (post.area, post.role.reach, post.units_reached, tuple(post.role.permissions))
            for post in self.standing
        )
        return self.pk, self.is_active, city and city.area, posts

    def may(self, permission: str) -> bool:
        return self.is_active and permission in self.permissions

    def scope(self, permission: str) -> Scope:
        """The union of what each post that carries the permission reaches."""
        posts = [p for p in self.standing if permission in p.role.permissions]
        return Scope(
            areas=tuple(p.area for p in posts if p.role.reach == Role.Reach.AREA),
            units=tuple(unit for post in posts for unit in post.units_reached),
            person=self.pk if posts else None,
            own=any(p.role.reach == Role.Reach.OWN for p in posts),
        )


class Post(models.Model):
    """A user in a role, for a unit and an area, for a time.

    It holds from ``valid_from`` on; on ``valid_to`` it holds no longer, like everything that ends.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    area = models.CharField(max_length=15)
    order = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id}"

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.valid_to is not None and self.valid_to <= localdate(clock.now())

    @property
    def begun(self) -> bool:
        return self.valid_from <= localdate(clock.now())

    @property
    def held(self) -> bool:
        return self.begun and not self.over

    @property
    def units_reached(self) -> tuple[int, ...]:
        """The post's unit and everything under it, where its role reaches as far as that."""
        return tuple(units_under(self.unit.path)) if self.role.reach == Role.Reach.UNIT else ()


def lasting_on(day: date, post: str = "") -> Q:
    """Posts that have not ended by that day, those to come included; ``post`` is the way to them ("posts__")."""
    return Q(**{f"{post}valid_to": None}) | Q(**{f"{post}valid_to__gt": day})


def held_on(day: date, post: str = "") -> Q:
    """Posts that hold on a day."""
    return lasting_on(day, post) & Q(**{f"{post}valid_from__lte": day})


@recent(5)
def posts_held(user_id: int, day: date) -> list[Post]:
    """The posts a user holds on a day; whoever changes a post, a role or a unit forgets them."""
    return _held(user_id, day)


_held = composed(
    lambda user, day: (
        Post.objects.filter(held_on(day), user=user)
        .select_related("role", "unit")
        .order_by("order", "id")
    )
)


@recent(5)
def posts_standing(day: date) -> list[Post]:
    """All posts held on a day by people whose account is open, the longest held first."""
    held = Post.objects.filter(held_on(day), user__is_active=True)
    return list(held.select_related("role", "unit").order_by("order", "id"))


@recent(5)
def units_under(path: str) -> list[int]:
    """Ids of a unit and of everything under it."""
    return list(Unit.objects.filter(path__startswith=path).values_list("id", flat=True))


def forget_posts() -> None:
    """A post, a role or a unit has changed."""
    posts_held.forget()
    posts_standing.forget()
    units_under.forget()


class ApiToken(models.Model):
    """A bearer token; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
