"""What the kernel itself declares."""

from datetime import timedelta

from chengyun.kernel import audit, outbox, registry, tidying
from chengyun.kernel.specs import Act, Field, Param, Periodic, Permission
from chengyun.science.calendars import parse_periods


def periods_fault(text: object) -> str:
    """Why these are no working periods, "" when they are."""
    try:
        parse_periods(str(text))
    except ValueError as error:
        return f"{error}。"
    return ""


registry.add(
    Permission(key="audit.view", label="查看操作审计", group="应用维护"),
    Permission(key="param.change", label="修改城市参数", group="应用维护"),
    Permission(key="calendar.change", label="维护工作日历", group="应用维护"),
    Permission(key="workflow.change", label="修改流程", group="应用维护"),
    Act(key="workflow.put_in_force", label="启用流程版本"),
    Act(key="param.set", label="修改参数"),
    Act(key="param.unset", label="恢复上级参数"),
    Act(key="calendar.set", label="修改工作日历"),
    Act(key="calendar.import", label="录入全年放假安排"),
    Param(
        key="calendar.periods",
        label="工作时段",
        default="08:00-12:00, 14:00-18:00",
        group="工作日历",
        field=Field(
            key="calendar.periods",
            label="工作时段",
            required=True,
            max_length=100,
            hint="「工作时」只在这些时段里计时，例如 08:00-12:00, 14:00-18:00",
        ),
        check=periods_fault,
    ),
    Param(
        key="calendar.day_minutes",
        label="一个工作日折合",
        default=0,
        group="工作日历",
        field=Field(
            key="calendar.day_minutes",
            label="一个工作日折合",
            kind="int",
            minimum=0,
            maximum=1440,
            unit="分钟",
            hint="0 表示按工作时段合计",
        ),
    ),
    Act(key="personal.view", label="查看个人信息"),
    Act(key="personal.erase", label="删除个人信息"),
    Periodic(key="tidy", label="清理过期会话", every=timedelta(hours=1), run=tidying.tidy_up),
    Periodic(key="audit.seal", label="审计封存", every=timedelta(seconds=30), run=audit.seal_new),
    Periodic(
        key="outbox.deliver", label="事件投递", every=timedelta(seconds=1), run=outbox.deliver_due
    ),
)
