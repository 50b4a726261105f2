"""What the kernel itself declares."""

from datetime import timedelta

from chengyun.kernel import audit, outbox, registry
from chengyun.kernel.specs import Act, Periodic, Permission

registry.add(
    Permission(key="audit.view", label="查看操作审计", group="应用维护"),
    Permission(key="param.change", label="修改城市参数", group="应用维护"),
    Permission(key="calendar.change", label="维护工作日历", group="应用维护"),
    Permission(key="workflow.change", label="修改流程", group="应用维护"),
    Act(key="workflow.put_in_force", label="启用流程版本"),
    Act(key="param.set", label="修改参数"),
    Act(key="calendar.set", label="修改工作日历"),
    Act(key="personal.view", label="查看个人信息"),
    Act(key="personal.erase", label="删除个人信息"),
    Act(key="file.attach", label="添加附件"),
    Periodic(key="audit.seal", label="审计封存", every=timedelta(seconds=30), run=audit.seal_new),
    Periodic(
        key="outbox.deliver", label="事件投递", every=timedelta(seconds=1), run=outbox.deliver_due
    ),
)
