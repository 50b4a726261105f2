"""Asking for a single permission; never for a role."""

from __future__ import annotations

from chengyun.kernel import registry
from chengyun.kernel.errors import NotAllowed
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Permission


def require(by: Person | None, key: str, *, area: str = "", unit: int | None = None) -> None:
    """Refuse unless ``by`` holds the permission, for that area or unit when one is given; the system may everything."""
    if by is None:
        return
    if not by.may(key):
        raise NotAllowed(f"你没有「{registry.get(Permission, key).label}」的权限。")
    if (area or unit is not None) and not by.scope(key).covers(area=area, unit=unit):
        raise NotAllowed("这不在你的管辖范围内，请交给所属区域或单位办理。")
