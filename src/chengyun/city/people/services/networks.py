"""How often one network address may fail to log in. No password is checked inside a transaction of this module."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from chengyun.city.people.models import NetworkTries
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Refusal, TooMany
from chengyun.kernel.installation import city_area
from chengyun.kernel.params import settings_of
from chengyun.kernel.ui.words import told

log = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address
ONE_HOUSEHOLD = 64
"""Bits of an IPv6 address that stand for one place; whoever has one has all the addresses behind it."""


def network_of(request: HttpRequest) -> str:
    """Whose tries these are; "" where everybody would share one address and nobody is limited by it.

    ``X-Forwarded-For`` is believed as far as the proxies we were told of have written it, from its end.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    chain = [*(part.strip() for part in forwarded.split(",") if part.strip()), peer]
    if not settings.TRUSTED_PROXIES and len(chain) > 1 and _is_a_proxy_of_ours(peer):
        _say_that_proxies_are_untold()
        return ""
    first = max(len(chain) - 1 - settings.TRUSTED_PROXIES, 0)
    found = _read(chain[first]) or _read(peer)
    return _place(found) if found else ""


def _is_a_proxy_of_ours(peer: str) -> bool:
    """A program on this machine; in production, where we stand behind HTTPS, whoever is next to us."""
    address = _read(peer)
    return address is None or address.is_loopback or bool(settings.ENV.production)


@cache
def _say_that_proxies_are_untold() -> None:
    log.warning(
        "A proxy forwards requests but CHENGYUN_PROXIES does not say how many there are:"
        " failed logins are not limited by network address."
    )


def _read(text: str) -> Address | None:
    """An address as proxies write it: alone, with a port, in brackets."""
    bare = text.partition("]")[0].lstrip("[") if "[" in text else text
    for form in (bare, bare.rpartition(":")[0]):
        try:
            found = ip_address(form.partition("%")[0])
        except ValueError:
            continue
        mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
        return mapped or found
    return None


def _place(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, ONE_HOUSEHOLD), strict=False))


@contextmanager
def one_try(network: str) -> Iterator[None]:
    """One try to log in, taken before it is made, so that many at once gain nothing; given back when it succeeds.

    Raises TooMany when the address has none left.
    """
    if not network:
        yield
        return
    _take(network)
    try:
        yield
    except Refusal:
        _block_if_spent(network)
        raise
    _give_back(network)


def _take(network: str) -> None:
    limits, now = limits_of_the_city(), clock.now()
    most, mine = limits["login.network_tries"], NetworkTries.objects.filter(address=network)
    seen = mine.first()
    if seen and seen.ends_at > now and (seen.blocked_at or seen.tries >= most):
        raise _blocked(seen.ends_at)
    open_still = mine.filter(ends_at__gt=now, blocked_at=None, tries__lt=most)
    fresh = {"tries": 1, "ends_at": now + _window(limits), "blocked_at": None}
    taken = (
        open_still.update(tries=F("tries") + 1)
        or mine.filter(ends_at__lte=now).update(**fresh)
        or NetworkTries.objects.get_or_create(address=network, defaults=fresh)[1]
        or open_still.update(tries=F("tries") + 1)  # somebody else has just begun the window
    )
    if not taken:
        raise _blocked(mine.values_list("ends_at", flat=True).first() or now)


def _give_back(network: str) -> None:
    mine = NetworkTries.objects.filter(address=network, tries__gt=0, ends_at__gt=clock.now())
    mine.update(tries=F("tries") - 1)


def _block_if_spent(network: str) -> None:
    most = limits_of_the_city()["login.network_tries"]
    spent = NetworkTries.objects.filter(address=network, blocked_at=None, tries__gte=most)
    if spent.exists():
        _block(network, most)


@transaction.atomic
def _block(network: str, most: int) -> None:
    limits, now = limits_of_the_city(), clock.now()
    spent = NetworkTries.objects.filter(address=network, blocked_at=None, tries__gte=most)
    if not spent.update(blocked_at=now, ends_at=now + _window(limits)):
        return
    row = NetworkTries.objects.get(address=network)
    facts = {"tries": row.tries, "minutes": limits["login.network_minutes"]}
    record(
        "network.block",
        row,
        by=None,
        area=city_area(),
        facts=facts,
        personal={"network": network},
    )


def tidy_up() -> None:
    """Forget the addresses whose window is over."""
    NetworkTries.objects.filter(ends_at__lte=clock.now()).delete()


def limits_of_the_city() -> dict[str, Any]:
    """Of an address, and of an account nobody has, no district is known: the city's own parameters hold."""
    return settings_of(city_area())


def _window(limits: dict[str, Any]) -> timedelta:
    return timedelta(minutes=limits["login.network_minutes"])


def _blocked(until: datetime) -> TooMany:
    when = told(until, now=clock.now())
    return TooMany(f"这个网络地址登录失败的次数太多，{when} 后再试。")
