"""Words about people and places; no Django."""

from __future__ import annotations

BINDING_KINDS = {
    "inspector": "监督员",
    "grid": "网格员",
    "road": "路长",
    "street": "街长",
    "keeper": "包保责任人",
    "area_leader": "包区领导",
}
PLACE_TYPES = {
    "grid": "单元网格",
    "responsibility": "责任网格",
    "region": "街道、社区",
    "road": "道路",
    "asset": "部件",
}
ON_PATROL = ("inspector", "grid")
"""Kinds of persons who walk their places in shifts."""
EVERY_DAY = "1234567"
WEEKDAYS = dict(zip(EVERY_DAY, "一二三四五六日", strict=True))
