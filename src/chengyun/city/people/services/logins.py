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
from django.utils.crypto import constant_time_compare
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.people.services.factors import accepted
from chengyun.city.people.services.networks import limits_of_the_city, network_of, one_try
from chengyun.city.people.services.passwords import DEMO_PASSWORD
from chengyun.city.people.services.users import USERNAME, area_of, hold
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import FieldError, TooMany, Unknown, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of

LONGEST_PASSWORD = 128
PATIENCE = timedelta(minutes=5)
"""How long the code may come after the password."""
AWAITED = "code_awaited"
WRONG_CODE = "验证码不对，或者已经用过。等手机上出现下一个再试，也可以用恢复码。"


def login(request: HttpRequest, username: str, password: str) -> bool:
    """Open a session; False when a code of the second factor has to come first.

    Raises Unknown for a wrong pair, TooMany while the account or the address is blocked.
    """
    user = check_password(username, password, door="page", network=network_of(request))
    if user.second_factor_since:
        _await_code(request, user)
        return False
    _enter(request, user, "")
    return True


def login_with_code(request: HttpRequest, code: str) -> None:
    """Open the session of whose password was right a moment ago. Raises like ``login``."""
    user = awaited(request)
    if user is None:
        raise Unknown("等得太久了，请重新输入账号和密码。")
    how = check_code(user, code, door="page", network=network_of(request))
    request.session.pop(AWAITED, None)
    _enter(request, user, how)


def login_for_token(request: HttpRequest, username: str, password: str, code: str) -> User:
    """Who is to get a token. Raises as ``login`` does, and NotAllowed while a page has to be filled in first."""
    network, how = network_of(request), ""
    user = check_password(username, password, door="api", network=network)
    if user.second_factor_since:
        if not code.strip():
            raise _coded("这个账号开了两步验证，请在 code 里带上验证码。")
        how = check_code(user, code, door="api", network=network)
    if first := user.unsettled:
        raise first
    return _remember_login(user, "api", how)


def _enter(request: HttpRequest, user: User, how: str) -> None:
    _remember_login(user, "page", how)
    open_session(request, user)


def _await_code(request: HttpRequest, user: User) -> None:
    """The session knows who is at the door, and nothing else: nobody is logged in."""
    request.session[AWAITED] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "until": (clock.now() + PATIENCE).timestamp(),
    }


def awaited(request: HttpRequest) -> User | None:
    """Whose code is awaited; None when nobody's is, any more."""
    found = request.session.get(AWAITED)
    if not found or found["until"] < clock.now().timestamp():
        return None
    users = User.objects.filter(pk=found["user"], is_active=True).select_related("unit")
    user = users.exclude(second_factor_since=None).first()
    same = user and constant_time_compare(user.get_session_auth_hash(), found["password"])
    return user if same else None


def logout(request: HttpRequest) -> None:
    """Close the session, if there is one."""
    if isinstance(request.user, User):
        _remember_logout(request.user)
    close_session(request)


def check_own(user: User, password: str) -> None:
    """Whether it is really this person, before something that matters; a wrong password counts like at the door."""
    _must_not_be_locked(user)
    if len(password) <= LONGEST_PASSWORD and user.check_password(password):
        return
    _fail(user, "own")
    raise wrong("old_password", "现在的密码不对。")


def check_own_code(user: User, code: str) -> None:
    """The same with a code of the second factor."""
    _must_not_be_locked(user)
    if accepted(user, code):
        return
    _fail(user, "own", factor="code")
    raise wrong("code", WRONG_CODE)


def keep_session(request: HttpRequest, user: User) -> None:
    """The session in which the password was changed goes on under a new key."""
    update_session_auth_hash(request, user)


def check_password(username: str, password: str, *, door: str, network: str) -> User:
    """The person of a user name and password; every wrong one on an account leaves its audit row."""
    with one_try(network):
        return _check_password(username, password, door)


def _check_password(username: str, password: str, door: str) -> User:
    user = _find(username.strip().lower())
    if user is None:
        make_password(password[:LONGEST_PASSWORD])  # as slow as a known name
        raise _wrong(limits_of_the_city())
    _must_not_be_locked(user)
    if len(password) <= LONGEST_PASSWORD and user.check_password(password) and user.is_active:
        return user
    _fail(user, door)
    raise _wrong(settings_of(area_of(user)))


def check_code(user: User, code: str, *, door: str, network: str) -> str:
    """What kind of code it was, after the password; a wrong one counts like a wrong password."""
    with one_try(network):
        _must_not_be_locked(user)
        if how := accepted(user, code):
            return how
        _fail(user, door, factor="code")
        raise _coded(WRONG_CODE)


def _find(username: str) -> User | None:
    if not USERNAME.fullmatch(username):
        return None
    return User.objects.filter(username=username).select_related("unit").first()


@transaction.atomic
def _remember_login(user: User, door: str, how: str) -> User:
    now = clock.now()
    User.objects.filter(pk=user.pk).update(failed_logins=0, locked_until=None, last_login=now)
    user.failed_logins, user.locked_until, user.last_login = 0, None, now
    facts = {"door": door, "factor": how} if how else {"door": door}
    record("user.login", user, by=user, area=area_of(user), facts=facts)
    return user


def _must_not_be_locked(user: User) -> None:
    if user.locked_until and user.locked_until > clock.now():
        raise _locked(user)


def _fail(user: User, door: str, **facts: str) -> None:
    """Count a wrong password or code; raises TooMany when that locks the account."""
    if _remember_failure(user, {"door": door, **facts}, settings_of(area_of(user))):
        raise _locked(user)


@transaction.atomic
def _remember_failure(user: User, facts: dict[str, Any], limits: dict[str, Any]) -> bool:
    """Whether the failure locked the account."""
    mine = User.objects.filter(pk=user.pk)
    mine.update(failed_logins=F("failed_logins") + 1)
    tries = mine.values_list("failed_logins", flat=True).get()
    told = {**facts, "tries": tries}
    record("user.login_failed", user, by=None, area=area_of(user), facts=told)
    if tries < limits["login.tries"]:
        return False
    user.locked_until = clock.now() + timedelta(minutes=limits["login.lock_minutes"])
    mine.update(failed_logins=0, locked_until=user.locked_until)
    told = {"minutes": limits["login.lock_minutes"]}
    record("user.lock", user, by=None, area=area_of(user), facts=told)
    return True


@transaction.atomic
def _remember_logout(user: User) -> None:
    hold(user)
    record("user.logout", user, by=user, area=area_of(user))


def _locked(user: User) -> TooMany:
    assert user.locked_until is not None
    return TooMany(f"账号已锁定，{localtime(user.locked_until):%H:%M} 后再试，或请管理员解锁。")


def _coded(message: str) -> Unknown:
    return Unknown(message, fields=(FieldError("code", message),))


def _wrong(limits: dict[str, Any]) -> Unknown:
    city = installation()
    demo = f"演示账号的密码都是 {DEMO_PASSWORD}。" if city and city.demo else ""
    rule = f"连错 {limits['login.tries']} 次锁定 {limits['login.lock_minutes']} 分钟。"
    message = f"账号或密码不对。{demo}{rule}"
    return Unknown(message, fields=(FieldError("password", message),))
