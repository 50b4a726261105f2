"""拆分: what was reported in one breath becomes several cases that name their parent."""

from __future__ import annotations

from django.db import transaction

from chengyun.city.cases.models import CaseLink
from chengyun.city.cases.services.deeds import Deed
from chengyun.city.cases.services.making import NewCase, make
from chengyun.kernel import clock

AT_MOST = 10


def check_parts(deed: Deed) -> None:
    """One line each, not too many."""
    parts = _parts(deed)
    if not 1 <= len(parts) <= AT_MOST:
        raise deed.refuse("parts", f"一行写一件，一次最多拆出 {AT_MOST} 件。")


def _parts(deed: Deed) -> list[str]:
    return [line.strip() for line in deed.said("parts").splitlines() if line.strip()]


@transaction.atomic
def split(deed: Deed) -> None:
    """A new report of the same place and source for every line; who reported it is not copied, the parent knows."""
    parent = deed.case
    for text in _parts(deed):
        report = NewCase(
            type=parent.type,
            source=parent.source,
            description=text,
            lon=parent.lon,
            lat=parent.lat,
            address=parent.address,
            asset=parent.asset,
            simulated=parent.simulated,
        )
        child = make(report, by=deed.by, parent=parent)
        CaseLink(child=child, parent=parent, kind=CaseLink.Kind.SPLIT, at=clock.now()).save(
            force_insert=True
        )
