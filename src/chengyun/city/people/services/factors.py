"""The second factor: turned on with a code, asked for after the password, turned off by its owner or for them."""

from __future__ import annotations

import secrets
import unicodedata

from django.db import transaction
from pyotp import HOTP, TOTP, random_base32

from chengyun.city.people.models import RecoveryCode, SecondFactor, User
from chengyun.city.people.queries import digest_of
from chengyun.city.people.services.users import area_of, must_administer
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.scope import Person

STEP = 30
"""Seconds a code is shown."""
AROUND = (0, -1, 1)
"""Steps in which a code is taken: telephones are some seconds early or late."""
DIGITS = 6
CODES = 10
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""No letters that look alike."""


def new_secret() -> str:
    """One that nobody has yet; it is kept with the account only after a code was read from it."""
    return random_base32()


def address_of(user: User, secret: str) -> str:
    """What an app reads from the picture: ``otpauth://totp/…``."""
    city = installation()
    return TOTP(secret).provisioning_uri(
        name=user.username, issuer_name=f"城运 {city.name if city else ''}".strip()
    )


@transaction.atomic
def turn_on(user: User, secret: str, code: str, *, by: User) -> list[str]:
    """From now on a code is asked for; the ten recovery codes are told this once only."""
    if by.pk != user.pk:
        raise NotAllowed("两步验证只能由本人开启。")
    step = _step_of(secret, _plain(code))
    if step is None:
        raise wrong("code", "验证码不对。看手机上现在的 6 位数字；总是不对，请核对手机的时间。")
    now = clock.now()
    mine = User.objects.filter(pk=user.pk, second_factor_since=None, is_active=True)
    if not mine.update(second_factor_since=now):
        raise Conflict("两步验证已经开启了。")
    user.second_factor_since = now
    SecondFactor(user=user, secret=secret, last_step=step).save(force_insert=True)
    codes = [_recovery_code() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, _plain(each))) for each in codes
    )
    record("user.second_factor_on", user, by=by, area=area_of(user))
    return codes


@transaction.atomic
def turn_off(user: User, *, by: Person | None) -> User:
    """The password alone opens the account again; whoever does it for another needs a permission of its own."""
    own = bool(by and by.pk == user.pk)
    if not own:
        must_administer(by, user, "people.second_factor.end")
    mine = User.objects.filter(pk=user.pk).exclude(second_factor_since=None)
    if not mine.update(second_factor_since=None):
        raise Conflict(f"{user.username} 没有开启两步验证。")
    user.second_factor_since = None
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    record("user.second_factor_off", user, by=by, area=area_of(user), facts={"own": own})
    return user


def accepted(user: User, code: str) -> str:
    """What kind of code it is, "code" or "recovery", used up by this; "" when it opens nothing."""
    given = _plain(code)
    if len(given) == DIGITS:
        return "code" if _use_code(user, given) else ""
    return "recovery" if _use_recovery_code(user, given) else ""


def _use_code(user: User, code: str) -> bool:
    factor = SecondFactor.objects.filter(user=user).first()
    step = _step_of(factor.secret, code) if factor else None
    if factor is None or step is None:
        return False
    newer = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return bool(newer.update(last_step=step))


def _use_recovery_code(user: User, code: str) -> bool:
    left = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at=None)
    return bool(left.update(used_at=clock.now()))


def _step_of(secret: str, code: str) -> int | None:
    """The step a code belongs to, of those that are taken now."""
    now, codes = int(clock.now().timestamp()) // STEP, HOTP(secret)
    return next((now + n for n in AROUND if codes.verify(code, now + n)), None)


def _plain(code: str) -> str:
    """As it was meant: without the gaps, in plain letters."""
    text = unicodedata.normalize("NFKC", code[:40]).lower()
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _digest(user: User, code: str) -> str:
    return digest_of(f"{user.pk}:{code}")
