"""What happens to cases when something else happened."""

from __future__ import annotations

from chengyun.city.cases.services.recompute import recompute_dues
from chengyun.kernel.models import Audit
from chengyun.kernel.outbox import on


@on("calendar.import")
@on("calendar.set")
def calendar_changed(row: Audit) -> None:
    """A holiday plan arrived, or a day of it changed: dues that were provisional are computed again."""
    recompute_dues(by=None)
