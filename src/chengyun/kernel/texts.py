"""Texts that come from outside through the API."""

from __future__ import annotations

import re

from pydantic import AfterValidator

PHONE = re.compile(r"1[3-9]\d{9}|(0\d{2,3})?[2-9]\d{6,7}(\d{1,5})?|[48]00\d{7}|1\d{4,5}")
PHONE_FAULT = "电话号码不对：手机 11 位，座机 7 或 8 位，前面可加区号。"


def storable(text: str) -> str:
    """Text both databases can keep: no control character but line breaks and tabs, no lone surrogate."""
    if any((c < " " and c not in "\n\r\t") or "\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("unstorable text")
    return text


def is_phone(text: str) -> bool:
    """A mobile, fixed or service number as people write them, with spaces, hyphens or +86."""
    digits = re.sub(r"[\s()（）-]", "", text).removeprefix("+86")
    return PHONE.fullmatch(digits) is not None


Storable = AfterValidator(storable)
"""Behind the length of a text: ``Annotated[str, StringConstraints(max_length=40), Storable]``."""
