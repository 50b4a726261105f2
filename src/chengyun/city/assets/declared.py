"""What assets declare: the standard types, permissions, audited acts, parameters."""

from chengyun.city.assets.catalogue import TYPES
from chengyun.city.assets.models import Asset
from chengyun.city.assets.queries import reads
from chengyun.city.assets.specs import layout_fault
from chengyun.kernel import registry
from chengyun.kernel.files import readable
from chengyun.kernel.specs import Act, Field, Param, Permission

registry.add(
    *TYPES,
    Permission(key="asset.view", label="查看部件", group="数据汇聚"),
    Permission(key="asset.change", label="登记和修改部件", group="数据汇聚"),
    Permission(key="asset.import", label="批量导入部件", group="数据汇聚"),
    Act(key="asset.add", label="登记部件"),
    Act(key="asset.change", label="修改部件"),
    Act(key="asset.state", label="变更部件状态"),
    Act(key="asset.end", label="注销部件"),
    Act(key="asset.photo", label="添加部件照片"),
    Act(key="asset_import.upload", label="上传部件表"),
    Act(key="asset_import.start", label="开始导入部件"),
    Act(key="asset_import.finish", label="部件导入结束"),
    Param(
        key="asset.code.layout",
        label="部件标识码位数",
        default="6+2+2+6",
        group="编码",
        field=Field(
            key="layout",
            label="部件标识码位数",
            hint="行政区划＋大类＋小类＋顺序码，如 6+2+2+6",
            max_length=12,
        ),
        by_area=False,
        check=layout_fault,
    ),
)
readable(Asset, reads)
