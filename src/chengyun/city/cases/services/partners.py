"""Partners and what they send."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction

from chengyun.city.cases.models import Case, Partner, PartnerCall
from chengyun.city.cases.partners import WINDOW, secret_of, taken
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import User
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.permissions import require

KEY = re.compile(r"[a-z][a-z0-9-]{1,19}")
GRACE = timedelta(hours=24)
SEEN_EVERY = timedelta(hours=1)


@transaction.atomic
def add_partner(
    key: str, name: str, source: str, *, shared: bool, by: User | None
) -> tuple[str, Partner]:
    """A partner and its secret, which is told this once only. ``shared``: its numbers are those of the source."""
    require(by, "partner.change")
    if not KEY.fullmatch(key):
        raise wrong("key", "代号用小写字母、数字和连字符，字母开头，2 到 20 位。")
    if not name.strip():
        raise wrong("name", "请写明是哪个单位的哪个系统。")
    if not registry.has(Source, source):
        raise wrong("source", "请从列表中选来源。")
    if Partner.objects.filter(key=key).exists():
        raise wrong("key", f"已经有对接单位「{key}」。")
    partner = Partner(
        key=key,
        name=name.strip()[:60],
        source=source,
        book=source if shared else f"partner:{key}",
        seed=secrets.token_hex(32),
        made_at=clock.now(),
    )
    partner.save(force_insert=True)
    facts = {"key": key, "source": source, "shared": shared}
    record("partner.add", partner, by=by, facts=facts, new=True)
    return secret_of(partner.seed), partner


@transaction.atomic
def change_secret(partner: Partner, *, by: User | None) -> str:
    """A new secret, told this once only; the old one holds for a day, so that the other side can change over."""
    require(by, "partner.change")
    seed, until = secrets.token_hex(32), clock.now() + GRACE
    mine = Partner.objects.filter(pk=partner.pk, seed=partner.seed, ended_at=None)
    if not mine.update(seed=seed, old_seed=partner.seed, old_until=until):
        raise Conflict(f"{partner.name}刚被别人改过，请看新的情况再办。")
    partner.old_seed, partner.old_until, partner.seed = partner.seed, until, seed
    record("partner.secret", partner, by=by, facts={"old_until": until})
    return secret_of(seed)


@transaction.atomic
def end_partner(partner: Partner, *, by: User | None) -> None:
    """From now on nothing of it is taken."""
    require(by, "partner.change")
    now = clock.now()
    if not Partner.objects.filter(pk=partner.pk, ended_at=None).update(ended_at=now):
        raise Conflict(f"{partner.name}已经停用了。")
    partner.ended_at = now
    record("partner.end", partner, by=by)


@transaction.atomic
def take_report(partner: Partner, signature: str, report: NewCase) -> tuple[Case, bool]:
    """The case of a signed report, and whether its number was known before; the same signature again is a Conflict."""
    _once(partner, signature)
    if partner.used_at is None or partner.used_at < clock.now() - SEEN_EVERY:
        Partner.objects.filter(pk=partner.pk).update(used_at=clock.now())
    known = taken(partner, report.number)
    if known:
        return known.case, True
    try:
        return open_case(report, by=None), False
    except Conflict:
        known = taken(partner, report.number)
        if known is None:
            raise
        return known.case, True


def _once(partner: Partner, signature: str) -> None:
    row = PartnerCall(partner=partner, signature=signature, at=clock.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("这个签名已经用过，没有再办；重发时请用新的时间戳重新签名。") from error


def tidy_calls() -> None:
    """Signatures whose timestamp does not hold any more need not be known."""
    PartnerCall.objects.filter(at__lt=clock.now() - 3 * WINDOW).delete()
