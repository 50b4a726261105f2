"""Assets for tests: in the tiny city of ``places.factories``, done by the system itself."""

from __future__ import annotations

from typing import Any

from chengyun.city.assets.drafts import Draft
from chengyun.city.assets.models import Asset
from chengyun.city.assets.services.register import add_asset
from chengyun.city.places.factories import centre_of

HOME = "371502001001001"
AWAY = "371523001001001"


def make_asset(kind: str = "lamp", *, grid: str = HOME, **more: Any) -> Asset:
    """One asset in the middle of a grid."""
    lon, lat = centre_of(grid)
    return add_asset(Draft(**{"type": kind, "lon": lon, "lat": lat, **more}), by=None)


def row(kind: str = "路灯", *, grid: str = HOME, **more: object) -> dict[str, object]:
    """One row of a file, as column name to value."""
    lon, lat = centre_of(grid)
    return {"类型": kind, "经度": f"{lon:.6f}", "纬度": f"{lat:.6f}", **more}
