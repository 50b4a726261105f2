"""What 应用维护 declares: its place among the ten systems and its pages."""

from chengyun.kernel import registry
from chengyun.kernel.specs import Act, Permission, System, Tab

TABS = (
    ("units", "机构", "people.view"),
    ("users", "用户", "people.view"),
    ("duties", "责任区", "people.view"),
    ("roles", "角色权限", "people.view"),
    ("classes", "类别与时限", "catalogue.view"),
    ("phrases", "常用语", "catalogue.view"),
    ("discovery_kinds", "发现种类", "catalogue.view"),
    ("workflows", "流程", "catalogue.view"),
    ("params", "参数", "param.change"),
    ("calendar", "工作日历", "calendar.change"),
    ("tokens", "接口令牌", "people.user.change"),
    ("partners", "对接单位", "partner.change"),
    ("messages", "消息记录", "message.log"),
    ("ways", "消息规则", "message.rule"),
    ("audit", "操作审计", "audit.view"),
)

registry.add(
    Permission(key="personal.view", label="查看历史里的个人信息", group="个人信息"),
    Act(key="audit.export", label="导出操作审计"),
    Act(key="audit.verify", label="校验操作审计"),
    System(
        key="maintenance",
        label="应用维护",
        icon="gear",
        order=10,
        home="maintenance:units",
        may="people.view",
    ),
    *(
        Tab(
            system="maintenance",
            key=key,
            label=label,
            url=f"maintenance:{key}",
            may=may,
            order=order,
        )
        for order, (key, label, may) in enumerate(TABS, start=1)
    ),
)
