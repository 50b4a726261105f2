"""How an asset is told to programs and to the map."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from chengyun.city.assets import queries
from chengyun.city.assets.drafts import type_of
from chengyun.city.assets.models import Asset, State
from chengyun.city.assets.specs import AssetType
from chengyun.city.people.models import Unit
from chengyun.kernel import registry
from chengyun.science.cells import Box

WORLD = Box(-180.0, -90.0, 180.0, 90.0)


def type_key(word: str) -> str:
    """The key of a type given by key or class code. Raises Invalid."""
    by_code = {kind.code: kind.key for kind in registry.all_of(AssetType)}
    return type_of(by_code.get(word, word)).key


def label_of(key: str) -> str:
    """The name of a type; one that is no longer declared keeps its key."""
    return registry.get(AssetType, key).label if registry.has(AssetType, key) else key


def line(asset: Asset) -> dict[str, Any]:
    return {
        "code": asset.code,
        "type": asset.type,
        "type_label": label_of(asset.type),
        "class": asset.class_code,
        "name": asset.name,
        "state": asset.state,
        "state_label": State(asset.state).label,
        "lon": asset.lon,
        "lat": asset.lat,
        "area": asset.area,
        "grid": asset.grid_code,
        "address": asset.address,
        "owner": _unit(asset.owner),
        "keeper": _unit(asset.keeper),
        "supervisor": _unit(asset.supervisor),
        "changed_on": asset.changed_on,
        "valid_to": asset.valid_to,
        "simulated": asset.simulated,
        "version": asset.version,
    }


def whole(asset: Asset) -> dict[str, Any]:
    return line(asset) | {
        "attributes": asset.attributes,
        "source": asset.source,
        "note": asset.note,
        "created_on": asset.created_on,
    }


def features(rows: QuerySet[Asset], box: Box | None, most: int) -> dict[str, Any]:
    """GeoJSON of the rows in a box: each for itself, or clusters of them when there are more than ``most``."""
    found = queries.in_box(rows, box) if box else rows
    total = found.order_by().count()
    if total <= most:
        drawn, note = _points(found), ""
    else:
        drawn = _clusters(rows, box or WORLD)
        note = f"这里有 {total:,} 个部件，按位置合并显示；放大后逐个显示。"
    return {"features": drawn, "total": total, "clustered": total > most, "note": note}


def _points(rows: QuerySet[Asset]) -> list[dict[str, Any]]:
    values = rows.order_by("code").values_list("code", "name", "type", "state", "lon", "lat")
    return [
        _feature(
            lon,
            lat,
            {
                "kind": "asset" if state == State.GOOD else "near",
                "code": code,
                "label": f"{name}（{State(state).label}）",
                "type": kind,
                "state": state,
            },
        )
        for code, name, kind, state, lon, lat in values
    ]


def _clusters(rows: QuerySet[Asset], box: Box) -> list[dict[str, Any]]:
    return [
        _feature(
            found.lon,
            found.lat,
            {
                "kind": "near" if found.broken else "asset",
                "count": found.count,
                "broken": found.broken,
                "label": f"{found.count:,} 个部件，其中 {found.broken:,} 个不是完好",
            },
        )
        for found in queries.clusters(rows, box)
    ]


def _feature(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": (round(lon, 6), round(lat, 6))},
        "properties": properties,
    }


def _unit(unit: Unit | None) -> dict[str, str] | None:
    return None if unit is None else {"code": unit.code, "name": unit.name}
