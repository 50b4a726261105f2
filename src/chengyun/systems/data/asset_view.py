"""What the pages of assets show: facts, history in words, photos, figures beside the map."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.urls import reverse

from chengyun.city.assets import queries, values
from chengyun.city.assets.answers import label_of
from chengyun.city.assets.drafts import LABELS
from chengyun.city.assets.models import Asset, State
from chengyun.city.assets.specs import AssetType
from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of as place_label
from chengyun.kernel import files, registry
from chengyun.kernel.specs import Act
from chengyun.systems.data.lists import state_badge

NO_NAME = "未填"


def context(asset: Asset, user: User) -> dict[str, Any]:
    """Everything the page of one asset draws."""
    may = user.may("asset.change") and covers(user, asset) and not asset.valid_to
    return {
        "asset": asset,
        "kind": label_of(asset.type),
        "badge": state_badge(asset),
        "facts": _facts(asset),
        "attributes": _attributes(asset),
        "events": events_of(asset),
        "photos": _photos(asset),
        "map": _map(asset),
        "may_change": may,
        "states": [(s.value, s.label) for s in State if s != asset.state] if may else [],
        "confirm": _ending(asset) if may else None,
    }


def covers(user: User, asset: Asset) -> bool:
    """Whether this person may change this asset."""
    unit = asset.keeper_id or asset.owner_id
    return user.scope("asset.change").covers(area=asset.area, unit=unit)


def _facts(asset: Asset) -> list[tuple[str, Any]]:
    return [
        ("标识码", asset.code),
        ("类型", f"{label_of(asset.type)}（{asset.class_code}）"),
        ("地址", asset.address),
        ("区域", place_label(asset.area)),
        ("单元网格", asset.grid_code),
        ("权属单位", asset.owner),
        ("养护单位", asset.keeper),
        ("主管单位", asset.supervisor),
        ("数据来源", asset.source),
        ("初始日期", asset.created_on.isoformat()),
        ("变更日期", asset.changed_on.isoformat()),
        ("备注", asset.note),
    ]


def _attributes(asset: Asset) -> list[tuple[str, str]]:
    if not registry.has(AssetType, asset.type):
        return []
    kind = registry.get(AssetType, asset.type)
    return [(f.label, values.shown(f, asset.attributes.get(f.key))) for f in kind.fields]


def _photos(asset: Asset) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse("files:attachment", args=[found.pk]),
            "thumb": reverse("files:small", args=[found.pk]),
            "caption": found.caption or asset.name,
        }
        for found in files.attachments_of(asset)
    ]


def _map(asset: Asset) -> dict[str, Any]:
    note = "街区和边界由程序生成，不是官方界线。" if asset.simulated else ""
    return {
        "lon": asset.lon,
        "lat": asset.lat,
        "grid": asset.grid_code,
        "rows": [
            (asset.name, asset.address or place_label(asset.area)),
            ("经纬度", f"{asset.lon:.6f}，{asset.lat:.6f}"),
        ],
        "note": note,
    }


def _ending(asset: Asset) -> dict[str, Any]:
    return {
        "id": "end",
        "question": f"注销{asset.name} {asset.code}？",
        "consequence": "注销后不再出现在列表和地图上，标识码不再使用，历史都留着。不能恢复。",
        "action": reverse("data:asset_end", args=[asset.code]),
        "reason": "reason",
        "reason_label": "注销原因",
        "yes": "注销",
        "no": "不注销",
        "version": asset.version,
    }


def events_of(asset: Asset) -> list[dict[str, Any]]:
    """The history in words, newest first."""
    lines = queries.history_of(asset)
    units = queries.names_of_units(_unit_ids(lines))
    return [
        {
            "at": line.row.at,
            "verb": registry.get(Act, line.row.verb).label,
            "object": _object(line.row.verb, line.row.facts),
            "who": line.actor,
            "note": line.row.facts.get("note", "")
            or "\n".join(_changes(asset, line.row.facts.get("changes", {}), units)),
            "mark": "key" if line.row.verb in ("asset.add", "asset.state", "asset.end") else "",
        }
        for line in lines
    ]


def _unit_ids(lines: list[queries.Line]) -> set[int]:
    return {
        pk
        for line in lines
        for key, pair in line.row.facts.get("changes", {}).items()
        if key.endswith("_id")
        for pk in pair
        if pk
    }


def _object(verb: str, facts: dict[str, Any]) -> str:
    if verb in ("asset.state", "asset.end"):
        return f"，{State(facts['from']).label} → {State(facts['to']).label}"
    return ""


def _changes(asset: Asset, changes: dict[str, Any], units: dict[int, str]) -> list[str]:
    """One line for each thing that changed."""
    told = []
    for key, (before, after) in changes.items():
        if key == "attributes":
            told += _attribute_changes(asset, before, after)
        elif key in ("lon", "area", "grid_code"):
            continue
        elif key == "lat":
            told.append("位置移动")
        elif key.endswith("_id"):
            names = (units.get(pk or 0, NO_NAME) for pk in (before, after))
            told.append(f"{LABELS[key[:-3]]}：{' → '.join(names)}")
        else:
            told.append(f"{LABELS[key]}：{before or NO_NAME} → {after or NO_NAME}")
    return told


def _attribute_changes(asset: Asset, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    fields = (
        registry.get(AssetType, asset.type).fields if registry.has(AssetType, asset.type) else ()
    )
    pairs = [(f, before.get(f.key), after.get(f.key)) for f in fields]
    return [
        f"{f.label}：{values.shown(f, old) or NO_NAME} → {values.shown(f, new) or NO_NAME}"
        for f, old, new in pairs
        if old != new
    ]


def kinds_of(rows: QuerySet[Asset]) -> list[tuple[str, str, int]]:
    """Key, label and number of each type, the most first."""
    found = rows.order_by().values_list("type").annotate(n=Count("pk")).order_by("-n", "type")
    return [(key, label_of(key), n) for key, n in found]


def states_of(rows: QuerySet[Asset]) -> list[tuple[str, int]]:
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return [(state.label, found[state.value]) for state in State if state.value in found]


def box_of(rows: QuerySet[Asset]) -> str:
    """The corners of what there is, for the map to begin with; "" when there is nothing."""
    edges = rows.aggregate(west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat"))
    if edges["west"] is None:
        return ""
    return ",".join(f"{edges[side]:.6f}" for side in ("west", "south", "east", "north"))
