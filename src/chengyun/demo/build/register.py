"""The planned assets through the import of the register."""

from collections.abc import Iterator, Mapping

from chengyun.city.assets.models import Asset
from chengyun.city.assets.services.imports import import_assets
from chengyun.city.people.models import Unit
from chengyun.demo.scenario.planned import PlannedAsset

COLUMNS = ("类型", "状态", "经度", "纬度", "地址", "权属单位", "养护单位", "主管单位", "数据来源")


def build_register(planned: tuple[PlannedAsset, ...], units: Mapping[str, Unit]) -> tuple[str, ...]:
    """Import the assets; their codes in the order of the plan."""
    run = import_assets(tuple(rows(planned, units)), by=None, simulated=True)
    if run.written != len(planned):
        raise RuntimeError(
            f"{run.written} of {len(planned)} assets were imported: {run.error or run.faults[:3]}"
        )
    return tuple(Asset.objects.filter(run=run).order_by("pk").values_list("code", flat=True))


def rows(
    planned: tuple[PlannedAsset, ...], units: Mapping[str, Unit]
) -> Iterator[dict[str, object]]:
    extra = {label: "" for asset in planned for label, _ in asset.attributes}
    for asset in planned:
        own = (
            asset.type,
            asset.state,
            asset.spot.lon,
            asset.spot.lat,
            asset.spot.address,
            units[asset.owner].code,
            units[asset.keeper].code,
            units["bureau"].code,
            "演示数据（模拟）",
        )
        yield dict(zip(COLUMNS, own, strict=True)) | extra | dict(asset.attributes)
