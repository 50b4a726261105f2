"""小巷管家: appointed and released by the community; a filed report brings points, a voided one takes them back."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from chengyun.city.cases.models import Case, Steward, StewardPoint
from chengyun.city.cases.stewards import APPOINT, points_of, stewardship_of
from chengyun.city.people.models import User
from chengyun.city.people.stations import served
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.permissions import require

Why = StewardPoint.Why
LONGEST = 60


@transaction.atomic
def appoint(user: User, area: str, alley: str, *, by: User | None) -> Steward:
    """A resident looks after an alley of a community from today on."""
    if area not in served():
        raise wrong("area", "这个社区还没有服务站，先登记服务站。")
    require(by, APPOINT, area=area)
    alley = alley.strip()
    if not 0 < len(alley) <= LONGEST:
        raise wrong("alley", f"请写哪条小巷或路段，最多 {LONGEST} 字。")
    if not (user.is_active and user.may("steward.serve")):
        raise wrong("person", f"{user.name}没有「小巷管家」的岗位，先请管理员建账号、给岗位。")
    city = installation()
    row = Steward(
        user=user,
        area=area,
        alley=alley,
        valid_from=localdate(clock.now()),
        simulated=bool(city and city.demo),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{user.name}已经是{label_of(area)}的小巷管家。") from error
    facts = {"user": user.pk, "alley": alley, "valid_from": row.valid_from}
    record("steward.appoint", row, by=by, area=area, facts=facts, new=True)
    return row


@transaction.atomic
def release(row: Steward, *, by: User | None) -> None:
    """From today they are no steward of it any more; their points stay."""
    require(by, APPOINT, area=row.area)
    today = localdate(clock.now())
    if not Steward.objects.filter(pk=row.pk, valid_to=None).update(valid_to=today):
        raise Conflict(f"{row.user.name}已经不是这里的小巷管家了。")
    row.valid_to = today
    record("steward.release", row, by=by, area=row.area, facts={"user": row.user_id, "on": today})


@transaction.atomic
def reward(case: Case, at: datetime) -> None:
    """A case was filed: it brings its steward the points the city gives, once, however often it is filed."""
    row = stewardship_of(case)
    if row and (points := points_of(case.area)):
        _write(row, case, Why.FILED, points, at)


@transaction.atomic
def take_back(case: Case, at: datetime) -> None:
    """A case was voided: what it had brought is taken back, once."""
    line = StewardPoint.objects.filter(case=case, why=Why.FILED).select_related("steward").first()
    if line:
        _write(line.steward, case, Why.VOIDED, -line.points, at)


def _write(row: Steward, case: Case, why: StewardPoint.Why, points: int, at: datetime) -> None:
    given = {"steward": row, "points": points, "at": at}
    if StewardPoint.objects.get_or_create(case=case, why=why, defaults=given)[1]:
        facts = {"case": {"code": case.code, "name": case.short_code}, "points": points}
        record("steward.reward", row, by=None, area=row.area, facts=facts)
