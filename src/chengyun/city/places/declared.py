"""What places declare: permissions, audited acts, and how long a grid code is."""

from chengyun.city.places.queries import horizon_of
from chengyun.kernel import registry
from chengyun.kernel.specs import Act, Field, Param, Permission
from chengyun.kernel.ui.specs import Horizon

registry.add(
    Permission(key="places.view", label="查看区划网格", group="数据汇聚"),
    Permission(key="places.import", label="导入区划网格", group="数据汇聚"),
    Horizon(key="places", box=horizon_of),
    Act(key="places.import", label="导入图层"),
    Act(key="region.add", label="新增区划"),
    Act(key="responsibility.add", label="新增责任网格"),
    Param(
        key="places.grid_digits",
        label="单元网格编码位数",
        default=15,
        group="编码",
        # 15 digits 6+3+3+3; 14 in older cities, 6+3+3+2. GB/T 30428 is under revision.
        field=Field(key="places.grid_digits", label="位数", kind="int", minimum=14, maximum=15),
        by_area=False,
    ),
)
