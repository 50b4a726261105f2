"""Logging in and out, with lockout. No password is checked inside a transaction: hashing would hold the write lock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import login as open_session
from django.contrib.auth import logout as close_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.people.services.passwords import DEMO_PASSWORD
from chengyun.city.people.services.users import USERNAME, area_of, hold
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import FieldError, Invalid, TooMany, Unknown
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of

LONGEST_PASSWORD = 128


def login(request: HttpRequest, username: str, password: str) -> User:
    """Open a session. Raises Unknown for a wrong pair, TooMany while the account is locked."""
    user = check_login(username, password, door="page")
    open_session(request, user)
    return user


def logout(request: HttpRequest) -> None:
    """Close the session, if there is one."""
    if isinstance(request.user, User):
        _remember_logout(request.user)
    close_session(request)


def check_own(user: User, password: str) -> None:
    """Whether it is really this person, before something that matters; a wrong password counts like at the door."""
    if len(password) <= LONGEST_PASSWORD and user.check_password(password):
        return
    if _remember_failure(user, "own", settings_of(area_of(user))):
        raise _locked(user)
    message = "现在的密码不对。"
    raise Invalid(message, fields=(FieldError("old_password", message),))


def keep_session(request: HttpRequest, user: User) -> None:
    """The session in which the password was changed goes on under a new key."""
    update_session_auth_hash(request, user)


def check_login(username: str, password: str, *, door: str) -> User:
    """The person of a user name and password; every try leaves its audit row."""
    user = _find(username.strip().lower())
    if user and user.locked_until and user.locked_until > clock.now():
        raise _locked(user)
    if user is None:
        make_password(password[:LONGEST_PASSWORD])  # as slow as a known name
        raise _wrong(settings_of(""))
    if len(password) <= LONGEST_PASSWORD and user.check_password(password) and user.is_active:
        return _remember_login(user, door)
    limits = settings_of(area_of(user))
    if _remember_failure(user, door, limits):
        raise _locked(user)
    raise _wrong(limits)


def _find(username: str) -> User | None:
    if not USERNAME.fullmatch(username):
        return None
    return User.objects.filter(username=username).select_related("unit").first()


@transaction.atomic
def _remember_login(user: User, door: str) -> User:
    now = clock.now()
    User.objects.filter(pk=user.pk).update(failed_logins=0, locked_until=None, last_login=now)
    user.failed_logins, user.locked_until, user.last_login = 0, None, now
    record("user.login", user, by=user, area=area_of(user), facts={"door": door})
    return user


@transaction.atomic
def _remember_failure(user: User, door: str, limits: dict[str, Any]) -> bool:
    """Count the failure; whether that locked the account."""
    mine = User.objects.filter(pk=user.pk)
    mine.update(failed_logins=F("failed_logins") + 1)
    tries = mine.values_list("failed_logins", flat=True).get()
    facts = {"door": door, "tries": tries}
    record("user.login_failed", user, by=None, area=area_of(user), facts=facts)
    if tries < limits["login.tries"]:
        return False
    user.locked_until = clock.now() + timedelta(minutes=limits["login.lock_minutes"])
    mine.update(failed_logins=0, locked_until=user.locked_until)
    facts = {"minutes": limits["login.lock_minutes"]}
    record("user.lock", user, by=None, area=area_of(user), facts=facts)
    return True


@transaction.atomic
def _remember_logout(user: User) -> None:
    hold(user)
    record("user.logout", user, by=user, area=area_of(user))


def _locked(user: User) -> TooMany:
    assert user.locked_until is not None
    return TooMany(f"账号已锁定，{localtime(user.locked_until):%H:%M} 后再试，或请管理员解锁。")


def _wrong(limits: dict[str, Any]) -> Unknown:
    city = installation()
    demo = f"演示账号的密码都是 {DEMO_PASSWORD}。" if city and city.demo else ""
    rule = f"连错 {limits['login.tries']} 次锁定 {limits['login.lock_minutes']} 分钟。"
    message = f"账号或密码不对。{demo}{rule}"
    return Unknown(message, fields=(FieldError("password", message),))
