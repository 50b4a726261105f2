"""Verbs on single assets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from chengyun.city.assets.drafts import (
    Draft,
    attributes_of,
    check_texts,
    document_of,
    layout,
    place_of,
    refusal,
    type_of,
)
from chengyun.city.assets.models import Asset, State
from chengyun.city.assets.specs import AssetType, Layout
from chengyun.kernel import clock, files, sequences
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid
from chengyun.kernel.models import Attachment
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person
from chengyun.science.cells import cell

CHANGEABLE = frozenset(
    {
        "name",
        "owner_id",
        "keeper_id",
        "supervisor_id",
        "lon",
        "lat",
        "address",
        "source",
        "note",
        "attributes",
    }
)
PHOTOS_AT_MOST = 20


def today() -> date:
    return localdate(clock.now())


@transaction.atomic
def add_asset(draft: Draft, *, by: Person | None) -> Asset:
    """Register an asset where it stands; without a code it is issued the next one of its district and class."""
    kind = type_of(draft.type)
    attributes, faults = attributes_of(kind, draft.attributes)
    faults += check_texts({k: getattr(draft, k) for k in ("name", "address", "source", "note")})
    if draft.state not in State.values:
        faults.append(FieldError("state", "「状态」只能是完好、破损、丢失、废弃或移除。"))
    if faults:
        raise Invalid(faults[0].message, fields=tuple(faults))
    lon, lat, place = place_of(draft.lon, draft.lat, draft.crs)
    require(by, "asset.change", area=place.area, unit=draft.keeper_id)
    form = layout()
    code = draft.code or issue(form, place.area, kind)
    if draft.code:
        _check_code(form, code, place.area, kind)
    asset = build(draft, kind, code, attributes, lon=lon, lat=lat, area=place.area, grid=place.grid)
    asset.cell = cell(lon, lat)
    _insert(asset)
    record("asset.add", asset, by=by, facts=facts_of(asset), new=True)
    return asset


@transaction.atomic
def change_asset(
    asset: Asset, changes: Mapping[str, Any], *, by: Person | None, version: int | None = None
) -> Asset:
    """Change what is known of an asset; ``version`` is the one its reader saw. Only real differences are recorded."""
    if unknown := set(changes) - CHANGEABLE:
        raise Invalid(f"部件的「{sorted(unknown)[0][:40]}」不能修改。")
    _require(by, asset)
    changed = {k: v for k, v in _checked(asset, changes).items() if getattr(asset, k) != v}
    if not changed.keys() - {"search"}:
        return asset
    before = {key: getattr(asset, key) for key in changed}
    _write(asset, changed, version)
    shown = {k: [before[k], changed[k]] for k in changed if k not in ("cell", "search")}
    record("asset.change", asset, by=by, facts={"changes": shown})
    return asset


@transaction.atomic
def set_state(
    asset: Asset, state: str, *, by: Person | None, note: str = "", version: int | None = None
) -> Asset:
    """Say that an asset is whole, broken, lost, scrapped or removed."""
    if state not in State.values:
        raise refusal("state", "只能是完好、破损、丢失、废弃或移除")
    _check_note(note)
    _require(by, asset)
    before = asset.state
    if before == state:
        return asset
    _write(asset, {"state": state}, version)
    record("asset.state", asset, by=by, facts={"from": before, "to": state, "note": note})
    return asset


@transaction.atomic
def end_asset(asset: Asset, reason: str, *, by: Person | None, version: int | None = None) -> Asset:
    """Take an asset out of the register: its row, its code and its history stay."""
    if not reason.strip():
        raise refusal("note", "要写明注销原因")
    _check_note(reason)
    _require(by, asset)
    gone = (State.LOST, State.SCRAPPED, State.REMOVED)
    state = asset.state if asset.state in gone else State.REMOVED.value
    before = asset.state
    _write(asset, {"state": state, "valid_to": today()}, version)
    record("asset.end", asset, by=by, facts={"from": before, "to": state, "note": reason})
    return asset


@transaction.atomic
def attach_photo(
    asset: Asset, data: bytes, name: str, *, by: Person | None, caption: str = ""
) -> Attachment:
    """Keep a photo of an asset; what is no picture is refused."""
    _require(by, asset)
    _check_note(caption[:120])
    if len(files.attachments_of(asset)) >= PHOTOS_AT_MOST:
        raise Conflict(f"一个部件最多 {PHOTOS_AT_MOST} 张照片。")
    kept = files.attach(
        files.store_photo(data, name, by=by), asset, "photo", by=by, caption=caption[:120]
    )
    record("asset.photo", asset, by=by, facts={"file": kept.file.sha256})
    return kept


def issue(form: Layout, area: str, kind: AssetType, count: int = 1) -> str:
    """The last of ``count`` new codes of a district and class. Raises Conflict when they are used up."""
    prefix = form.prefix_of(area, kind)
    serial = sequences.take(f"asset:{prefix}", count)
    if serial >= 10**form.serial:
        raise Conflict(f"{prefix} 的顺序码已经用完，请调整部件标识码位数。")
    return f"{prefix}{serial:0{form.serial}d}"


def build(
    draft: Draft,
    kind: AssetType,
    code: str,
    attributes: dict[str, Any],
    *,
    lon: float,
    lat: float,
    area: str,
    grid: str,
) -> Asset:
    """The unsaved row of a checked draft, all but its cell."""
    name = draft.name or kind.label
    day = draft.created_on or today()
    return Asset(
        code=code,
        type=kind.key,
        class_code=kind.code,
        name=name,
        state=draft.state,
        owner_id=draft.owner_id,
        keeper_id=draft.keeper_id,
        supervisor_id=draft.supervisor_id,
        area=area,
        grid_code=grid,
        lon=lon,
        lat=lat,
        address=draft.address,
        attributes=attributes,
        source=draft.source,
        note=draft.note,
        created_on=day,
        changed_on=day,
        simulated=draft.simulated,
        search=document_of(kind, code, name, draft.address, attributes),
    )


def facts_of(asset: Asset) -> dict[str, Any]:
    """What the audit keeps of a new asset."""
    return {"type": asset.type, "state": asset.state, "lon": asset.lon, "lat": asset.lat}


def _check_code(form: Layout, code: str, area: str, kind: AssetType) -> None:
    if fault := form.fault(code, kind):
        raise refusal("code", fault)
    prefix = form.prefix_of(area, kind)
    if not code.startswith(prefix):
        raise refusal("code", f"应当以 {prefix} 开头：它所在的区县加上{kind.label}的大小类")
    sequences.at_least(f"asset:{prefix}", int(code[form.prefix :]))


def _insert(asset: Asset) -> None:
    if Asset.everything.filter(code=asset.code).exists():
        raise _double(asset.code)
    try:
        with transaction.atomic():
            asset.save(force_insert=True)
    except IntegrityError as error:
        raise _double(asset.code) from error


def _double(code: str) -> Conflict:
    sentence = f"标识码 {code} 已经有了，不能登记两次。"
    return Conflict(sentence, fields=(FieldError("code", sentence),))


def _require(by: Person | None, asset: Asset) -> None:
    require(by, "asset.change", area=asset.area, unit=asset.keeper_id or asset.owner_id)


def _check_note(note: str) -> None:
    if faults := check_texts({"note": note}):
        raise Invalid(faults[0].message, fields=tuple(faults))


def _checked(asset: Asset, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to set: checked, with what follows from them."""
    kind = type_of(asset.type)
    columns = dict(changes)
    faults = check_texts(columns)
    if "attributes" in columns:
        columns["attributes"], wrong = attributes_of(kind, columns["attributes"])
        faults += wrong
    if faults:
        raise Invalid(faults[0].message, fields=tuple(faults))
    if "name" in columns:
        columns["name"] = columns["name"] or kind.label
    if "lon" in columns or "lat" in columns:
        columns |= _moved(asset, columns)
    after = {k: columns.get(k, getattr(asset, k)) for k in ("name", "address", "attributes")}
    columns["search"] = document_of(kind, asset.code, **after)
    return columns


def _moved(asset: Asset, columns: Mapping[str, Any]) -> dict[str, Any]:
    lon, lat, place = place_of(
        columns.get("lon", asset.lon), columns.get("lat", asset.lat), "wgs84"
    )
    region = layout().region
    if place.area[:region] != asset.area[:region]:
        sentence = "位置移到了别的区县，标识码不能跟去；请注销后在那里重新登记。"
        raise Invalid(sentence, fields=(FieldError("lon", sentence),))
    return {
        "lon": lon,
        "lat": lat,
        "cell": cell(lon, lat),
        "area": place.area,
        "grid_code": place.grid,
    }


def _write(asset: Asset, columns: dict[str, Any], version: int | None) -> None:
    """The conditional update of one asset; somebody faster, or its end, makes it a Conflict."""
    seen = asset.version if version is None else version
    columns = columns | {"changed_on": today(), "version": seen + 1}
    mine = Asset.objects.filter(pk=asset.pk, version=seen, valid_to=None)
    if not mine.update(**columns):
        now = Asset.objects.filter(pk=asset.pk).values_list("version", "valid_to").first()
        ended = now is not None and now[1] is not None
        reason = "已经注销，不能再改" if ended else "刚被别人改过，请看过新内容再改"
        raise Conflict(f"部件 {asset.code} {reason}。", version=now[0] if now else None)
    for name, value in columns.items():
        setattr(asset, name, value)
