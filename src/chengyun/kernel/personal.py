"""Erasing personal values on request: the value and its salt go, the history stays whole."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models, transaction

from chengyun.kernel import clock
from chengyun.kernel.actions import record, subject_type
from chengyun.kernel.errors import Conflict
from chengyun.kernel.models.history import Personal
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person


@transaction.atomic
def erase_personal(
    subject: models.Model, *, may: str, by: Person | None, keys: Collection[str] = ()
) -> int:
    """Erase what is kept about people in an object's history: all of it, or only ``keys``; how many values went.

    ``may`` is the permission the noun asks for. The audit rows keep their hashes, which without the salt say nothing.
    Raises Conflict when there is nothing left to erase.
    """
    area = getattr(subject, "area", "")
    require(by, may, area=area)
    kept = Personal.objects.filter(
        subject_type=subject_type(subject), subject_id=subject.pk, erased_at=None
    )
    if keys:
        kept = kept.filter(key__in=keys)
    names = sorted(kept.values_list("key", flat=True))
    if not kept.update(value="", salt="", erased_at=clock.now()):
        raise Conflict("这里没有可以删除的个人信息，可能已经删除过了。")
    record("personal.erase", subject, by=by, area=area, facts={"keys": names})
    return len(names)
