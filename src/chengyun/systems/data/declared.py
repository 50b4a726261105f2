"""What 数据汇聚 declares: its place among the ten systems and its pages."""

from chengyun.kernel import registry
from chengyun.kernel.specs import System, Tab

TABS = (
    ("assets", "部件", "asset.view"),
    ("map", "部件地图", "asset.view"),
    ("places", "网格与区域", "places.view"),
    ("imports", "导入记录", "asset.import"),
)

registry.add(
    System(
        key="data",
        label="数据汇聚",
        icon="database",
        order=9,
        home="data:assets",
        may="asset.view",
    ),
    *(
        Tab(system="data", key=f"data.{key}", label=label, url=f"data:{key}", may=may, order=order)
        for order, (key, label, may) in enumerate(TABS, start=1)
    ),
)
