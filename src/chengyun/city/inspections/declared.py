"""What inspections declare: the checklist of the weekly rounds, permissions and acts."""

from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.notices import NOTICES
from chengyun.city.inspections.queries import may_see
from chengyun.city.inspections.specs import WEEKLY, Checklist, FindingField
from chengyun.kernel import registry
from chengyun.kernel.files import readable
from chengyun.kernel.notify import telling
from chengyun.kernel.specs import Act, Field, Param, Permission

readable(Finding, may_see)
telling.declare(*NOTICES)

registry.add(
    # 城市管理和社会工作督查, the four fields of the weekly bulletin in its order (R317).
    Checklist(
        key=WEEKLY,
        label="每周督查",
        fields=(
            FindingField(key="municipal", label="市政设施"),
            FindingField(key="greening", label="园林绿化"),
            FindingField(key="sanitation", label="环境卫生"),
            FindingField(key="enforcement", label="城管执法"),
        ),
        order=1,
    ),
    Permission(key="inspection.view", label="查看督查记录", group="综合评价"),
    Permission(key="inspection.record", label="记录督查问题", group="综合评价"),
    Act(key="finding.record", label="记录督查问题"),
    Act(key="finding.correct", label="更正督查问题"),
    Param(
        key="inspection.limit_days",
        label="督查问题整改期限（天）",
        default=3,
        group="综合评价",
        field=Field(
            key="limit_days", label="整改期限", kind="int", unit="天", minimum=1, maximum=90
        ),
    ),
)
