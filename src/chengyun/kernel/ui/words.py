"""How numbers, times and names are written (ux.md §5). Pure functions; times are shown in the current time zone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

NOTHING = "—"
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
TEN_THOUSAND = 10_000
HUNDRED_MILLION = 100_000_000


def duration(span: timedelta) -> str:
    """Two units at most, the sign dropped: 2天 3小时, 1小时 05分, 26分."""
    minutes = int(abs(span).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days}天 {hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时 {left:02d}分" if left else f"{hours}小时"
    return f"{left}分"


def moment(at: datetime, *, now: datetime) -> str:
    """14:32 today, 12-11 14:32 this year, else 2024-12-11."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def told(at: datetime, *, now: datetime) -> str:
    """A moment inside a sentence: 今天 14:32, 12月11日 14:32, 2024年12月11日 14:32."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        return f"今天 {local:%H:%M}"
    return f"{day(local.date(), year=local.year != today.year)} {local:%H:%M}"


def day(value: date, *, year: bool = True) -> str:
    """2025年12月11日, as documents write it."""
    words = f"{value.month}月{value.day}日"
    return f"{value.year}年{words}" if year else words


def rounded(value: Decimal | int, places: int = 2) -> Decimal:
    """Half up, as published figures are."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def share(part: int | Decimal, whole: int | Decimal) -> str:
    """29.49%, half up; nothing to divide by is — and not 0."""
    return f"{rounded(Decimal(part) * 100 / Decimal(whole))}%" if whole else NOTHING


def count(value: int) -> str:
    return f"{value:,}"


def count_short(value: int) -> str:
    """For walls: 12.5万 from 100,000 on."""
    return (
        f"{rounded(Decimal(value) / TEN_THOUSAND, 1)}万"
        if value >= 10 * TEN_THOUSAND
        else count(value)
    )


def money(yuan: Decimal) -> str:
    return f"{rounded(yuan):,} 元"


def money_short(yuan: Decimal) -> str:
    """4.25亿元, 35.00万元; below 10,000 as it is."""
    for size, name in ((HUNDRED_MILLION, "亿元"), (TEN_THOUSAND, "万元")):
        if abs(yuan) >= size:
            return f"{rounded(yuan / size)}{name}"
    return money(yuan)


def masked_phone(number: str) -> str:
    """138****2046; a short number keeps nothing but its last two digits."""
    if len(number) < 7:
        return "****" + number[-2:]
    return f"{number[:3]}****{number[-4:]}"


def masked_name(name: str) -> str:
    """周启明 becomes 周**."""
    return name[:1] + "*" * (len(name) - 1)


def masked_text(text: str) -> str:
    """A text in which somebody may have written a mobile or an identity number."""
    text = PHONE.sub(lambda found: masked_phone(found[0]), text)
    return IDENTITY.sub(lambda found: f"{found[0][:6]}********{found[0][-4:]}", text)


def short_code(code: str) -> str:
    """A ten-digit case code in lists: 2512110387 becomes 1211-0387."""
    return f"{code[2:6]}-{code[6:]}" if len(code) == 10 and code.isdigit() else code
