"""平常值: computed from the readings of the last weeks, for the series whose rules ask for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from chengyun.city.sensing.models import Device, Series, UsualHours
from chengyun.city.sensing.usual import watched_points, week_now
from chengyun.kernel import clock
from chengyun.lake.archive import Archive
from chengyun.science.usual import Floats, Week, usual_of

BACK = timedelta(days=28)


def reckon_usual() -> int:
    """Compute anew what is usual; how many series it is known of. What is known of a series no more goes."""
    now, week = clock.now(), week_now()
    found = {pk: _usual(pk, now, week) for pk in _watched()}
    known = {pk: hours for pk, hours in found.items() if np.isfinite(hours).any()}
    with transaction.atomic():
        UsualHours.objects.exclude(series__in=list(known)).delete()
        for pk, hours in known.items():
            told = [None if np.isnan(each) else float(each) for each in hours]
            UsualHours.objects.update_or_create(
                series_id=pk, defaults={"hours": told, "made_at": now}
            )
    return len(known)


def _watched() -> list[int]:
    points = Q(pk__in=())
    for kind, point in watched_points():
        points |= Q(device__kind=kind.key, point=point)
    rows = Series.objects.filter(points, device__state=Device.State.WORKING)
    return list(rows.order_by("id").values_list("pk", flat=True))


def _usual(series: int, now: datetime, week: Week) -> Floats:
    # A second and 90 MB of libraries: only the process that computes needs them.
    from chengyun.lake.readings import history

    archive = Archive(settings.READINGS)
    past = history(archive.table, [series], now - BACK, now, journal=archive.journal)
    sound = past["quality"].to_numpy() == 0
    at, value = past["at"].cast("int64").to_numpy(), past["value"].to_numpy()
    return usual_of(at[sound], value[sound], week)
