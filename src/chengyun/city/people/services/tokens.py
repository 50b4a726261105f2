"""API tokens: only their hash is kept; they expire, are listed and can be revoked."""

from __future__ import annotations

import secrets
from copy import copy
from datetime import timedelta

from django.db import transaction

from chengyun.city.people.models import ApiToken, User
from chengyun.city.people.models.users import TEMPORARY
from chengyun.city.people.queries import digest_of, token_of
from chengyun.city.people.services.users import area_of, must_administer
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person

LONGEST = timedelta(days=366)
SEEN_EVERY = timedelta(hours=1)


@transaction.atomic
def issue_token(
    user: User, label: str, lasts: timedelta, *, by: Person | None
) -> tuple[str, ApiToken]:
    """A new token for a user, and its raw text, which is told this once only."""
    if not (by and by.pk == user.pk):
        must_administer(by, user)
    if not timedelta() < lasts <= LONGEST:
        message = f"令牌有效期最长 {LONGEST.days} 天。"
        raise Invalid(message, fields=(FieldError("days", message),))
    if not label.strip():
        message = "请写明令牌的用途。"
        raise Invalid(message, fields=(FieldError("label", message),))
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=True):
        raise Conflict(f"{user.username} 已经停用，不能签发令牌。")
    if User.objects.filter(pk=user.pk).exclude(temporary_since=None).exists():
        raise Conflict(f"{user.username} 还没有换掉管理员设的密码，换过以后才能签发令牌。")
    raw = secrets.token_urlsafe(32)
    now = clock.now()
    token = ApiToken(
        user=user,
        digest=digest_of(raw),
        label=label.strip()[:60],
        issued_at=now,
        expires_at=now + lasts,
    )
    token.save(force_insert=True)
    facts = {"user": user.pk, "label": token.label, "expires_at": token.expires_at}
    record("token.issue", token, by=by, area=area_of(user), facts=facts, new=True)
    return raw, token


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Person | None) -> ApiToken:
    """The token is refused from now on."""
    if not (by and by.pk == token.user_id):
        require(by, "people.user.change", area=area_of(token.user))
    now = clock.now()
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise Conflict("这个令牌已经吊销了。")
    token.revoked_at = now
    record("token.revoke", token, by=by, area=area_of(token.user))
    token_of.forget()
    return token


def owner_of(raw: str) -> User | None:
    """Whose token this is; that it was used is noted once an hour.

    What another process revokes is refused here some seconds later at the latest. Each request gets a user of its own,
    because a request keeps things with its user. Raises NotAllowed while the password is not the owner's own.
    """
    token, now = token_of(digest_of(raw)), clock.now()
    if token is None or token.expires_at <= now:
        return None
    if token.user.temporary_since:
        raise NotAllowed(TEMPORARY)
    if token.used_at is None or token.used_at < now - SEEN_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
        token.used_at = now
    return copy(token.user)
