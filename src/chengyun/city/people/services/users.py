"""Verbs on users."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate

from chengyun.city.people.models import ApiToken, Binding, Post, Unit, User
from chengyun.city.people.models.users import forget_posts, lasting_on
from chengyun.city.people.queries import lasting_posts, token_of
from chengyun.city.people.roles import mingled
from chengyun.city.people.services.passwords import DEMO_PASSWORD, hashed
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, NotAllowed, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person
from chengyun.kernel.texts import PHONE_FAULT, is_phone

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,59}")
CHANGEABLE = frozenset({"name", "phone", "email", "unit"})
PERSONAL = frozenset({"name", "phone", "email"})


def add_user(
    username: str,
    name: str,
    unit: Unit,
    password: str,
    *,
    by: Person | None,
    phone: str = "",
    email: str = "",
) -> User:
    """Add an account; what the person may do comes with ``give_post``."""
    require(by, "people.user.change", area=unit.area)
    user = User(username=username, name=name.strip(), unit=unit, phone=phone, email=email)
    _check(user)
    user.password = hashed(password, user)
    user.temporary_since = _temporary(user, password, by)
    return _insert(user, by=by)


@transaction.atomic
def _insert(user: User, *, by: Person | None) -> User:
    if User.objects.filter(username=user.username).exists():
        raise _double(user.username)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise _double(user.username) from error
    record(
        "user.add",
        user,
        by=by,
        area=area_of(user),
        facts={"unit": user.unit.code if user.unit else ""},
        personal={"name": user.name, "phone": user.phone, "email": user.email},
        new=True,
    )
    return user


@transaction.atomic
def change_user(user: User, changes: Mapping[str, Any], *, by: Person | None) -> User:
    """Change some of ``CHANGEABLE``; persons may change their own phone and email."""
    made = {k: v for k, v in changes.items() if k in CHANGEABLE and v != getattr(user, k)}
    if not (by and by.pk == user.pk and made.keys() <= {"phone", "email"}):
        require(by, "people.user.change", area=area_of(user))
    if not made:
        return user
    if isinstance(made.get("unit"), Unit):
        require(by, "people.user.change", area=made["unit"].area)
    for name, value in made.items():
        setattr(user, name, value)
    _check(user)
    user.save(update_fields=list(made))
    record(
        "user.change",
        user,
        by=by,
        area=area_of(user),
        facts={"unit": user.unit.code} if "unit" in made and user.unit else {},
        personal={k: str(v) for k, v in made.items() if k in PERSONAL},
    )
    token_of.forget()
    return user


def set_password(user: User, password: str, *, by: Person | None) -> User:
    """Set a password and end the account's tokens; other sessions end because their hash no longer fits.

    One that somebody else set is for one login: nothing else opens before the person has chosen another.
    """
    if not (by and by.pk == user.pk):
        must_administer(by, user)
    user.password = hashed(password, user)
    user.temporary_since = _temporary(user, password, by)
    return _keep_password(user, by=by)


def _temporary(user: User, password: str, by: Person | None) -> datetime | None:
    """Since when a password is not the person's own. That of a demo is everybody's."""
    if by is None or by.pk == user.pk or password == DEMO_PASSWORD:
        return None
    return clock.now()


@transaction.atomic
def _keep_password(user: User, *, by: Person | None) -> User:
    User.objects.filter(pk=user.pk).update(
        password=user.password,
        temporary_since=user.temporary_since,
        failed_logins=0,
        locked_until=None,
    )
    ended = ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=clock.now())
    facts = {
        "own": bool(by and by.pk == user.pk),
        "temporary": user.temporary_since is not None,
        "tokens": ended,
    }
    record("user.password", user, by=by, area=area_of(user), facts=facts)
    token_of.forget()
    return user


@transaction.atomic
def unlock_user(user: User, *, by: Person | None) -> User:
    """Let a locked account try again at once: a matter of security, like its posts."""
    require(by, "people.post.give", area=area_of(user))
    locked = User.objects.filter(pk=user.pk).exclude(locked_until=None)
    if not locked.update(failed_logins=0, locked_until=None):
        raise Conflict(f"{user.username} 没有锁定。")
    record("user.unlock", user, by=by, area=area_of(user))
    return user


@transaction.atomic
def end_user(user: User, *, by: Person | None) -> User:
    """The account closes today, with its posts, tokens and places."""
    must_administer(by, user)
    if by and by.pk == user.pk:
        raise NotAllowed("不能停用自己的账号，请别的管理员来办。")
    today = localdate(clock.now())
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, valid_to=today):
        raise Conflict(f"{user.username} 已经停用了。")
    facts = {
        "posts": Post.objects.filter(lasting_on(today), user=user).update(valid_to=today),
        "bindings": Binding.objects.filter(user=user, valid_to=None).update(valid_to=today),
        "tokens": ApiToken.objects.filter(user=user, revoked_at=None).update(
            revoked_at=clock.now()
        ),
    }
    user.is_active, user.valid_to = False, today
    record("user.end", user, by=by, area=area_of(user), facts=facts)
    token_of.forget()
    forget_posts()
    return user


def must_administer(by: Person | None, user: User, permission: str = "people.user.change") -> None:
    """Refuse to whoever does not administer the account and every area its posts reach.

    Whoever sets a password or issues a token could otherwise act with a post that is wider than their own, or hold two
    of the three administrations: the accounts of those are the security administrator's. Posts to come count.
    """
    if by is None:
        return
    posts = lasting_posts(user)
    for area in {area_of(user), *(post.area for post in posts)}:
        require(by, permission, area=area)
    kept = mingled(key for post in posts for key in post.role.permissions)
    if kept and not by.may("people.role.change"):
        raise NotAllowed(f"{user.username} 是{kept[0]}员的账号，只能由安全管理员办理。")


def hold(user: User) -> None:
    """Lock a person's row for this transaction: a history is written one line at a time."""
    User.objects.filter(pk=user.pk).update(is_active=F("is_active"))


def area_of(user: User) -> str:
    """The area that administers an account: that of its unit."""
    return user.unit.area if user.unit else ""


def _check(user: User) -> None:
    if not USERNAME.fullmatch(user.username):
        raise wrong("username", "账号用 3 到 60 位小写字母、数字、点、横线，以字母开头。")
    if not user.name:
        raise wrong("name", "请填写姓名。")
    if user.phone and not is_phone(user.phone):
        raise wrong("phone", PHONE_FAULT)
    if user.email and "@" not in user.email:
        raise wrong("email", "邮箱里没有 @。")


def _double(username: str) -> Conflict:
    message = f"账号 {username} 已经有人用了。"
    return Conflict(message, fields=(FieldError("username", message),))
