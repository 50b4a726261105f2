"""Reads about partners: who they are, what their secret is, whether a signature is theirs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from chengyun.city.cases.models import Inquiry, Partner
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.permissions import require

SALT = "chengyun.partner"
WINDOW = timedelta(minutes=5)
PREFIX = "sha256="


def partners_for(user: User) -> QuerySet[Partner]:
    """All partners; they belong to the city, not to an area."""
    require(user, "partner.change")
    return Partner.objects.all()


def partner_for(user: User, key: str) -> Partner:
    """One partner; Missing when there is none of that key."""
    found = partners_for(user).filter(key=key).first()
    if found is None:
        raise Missing(f"没有对接单位「{key}」。")
    return found


def in_use(key: str) -> Partner | None:
    """A partner that may send."""
    return Partner.objects.filter(key=key, ended_at=None).first()


def secret_of(seed: str) -> str:
    """What a partner signs with: made of its seed and the key of this installation."""
    digest = salted_hmac(SALT, seed, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp, a full stop and the body as it is sent, in hex."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_theirs(partner: Partner, signature: str, timestamp: str, body: bytes) -> bool:
    """Whether a signature is this partner's, with its secret or the one it had until lately."""
    seeds = [partner.seed]
    if partner.old_seed and partner.old_until and partner.old_until > clock.now():
        seeds.append(partner.old_seed)
    made = [signature_of(secret_of(seed), timestamp, body) for seed in seeds]
    return any(hmac.compare_digest(one.encode(), signature.encode()) for one in made)


def is_fresh(timestamp: str) -> bool:
    """Whether a moment in Unix seconds lies within five minutes of now."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 10):
        return False
    return abs(clock.now() - datetime.fromtimestamp(int(timestamp), UTC)) <= WINDOW


def taken(partner: Partner, number: str) -> Inquiry | None:
    """What a number of this partner became."""
    rows = Inquiry.objects.filter(book=partner.book, number=number)
    return rows.select_related("case__case_class", "case__unit").first()
