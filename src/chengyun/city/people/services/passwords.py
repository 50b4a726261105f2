"""What a password must be, and turning it into what is kept."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from chengyun.city.people.models import User
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.installation import installation

DEMO_PASSWORD = "chengyun-demo"  # noqa: S105
WEAK = {
    "password_too_short": "密码至少 10 位。",
    "password_too_common": "这个密码太常见，一猜就中。",
    "password_entirely_numeric": "密码不能全是数字。",
    "password_too_similar": "密码和姓名、账号或邮箱太像。",
}
"""What Django finds wrong, in our words: its own are not all translated."""


def hashed(password: str, user: User) -> str:
    """The hash to keep. Raises Invalid for a weak password; the demo's own is for demos only."""
    city = installation()
    if password == DEMO_PASSWORD:
        if city is None or not city.demo:
            raise _weak("这是演示密码，正式系统不能用。")
        return _demo_hash()
    try:
        validate_password(password, user)
    except ValidationError as error:
        found = (WEAK.get(str(each.code), str(each.message)) for each in error.error_list)
        raise _weak("".join(found)) from error
    return make_password(password)


@cache
def _demo_hash() -> str:
    """Everybody knows the demo's password: one hash serves all its accounts."""
    return make_password(DEMO_PASSWORD)


def _weak(message: str) -> Invalid:
    return Invalid(message, fields=(FieldError("password", message),))
