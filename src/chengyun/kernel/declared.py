"""What the kernel itself declares."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chengyun.kernel import audit, listexports, outbox, registry, tidying
from chengyun.kernel.specs import Act, Field, Param, Periodic, Permission
from chengyun.science.calendars import parse_periods


def periods_fault(text: object) -> str:
    """Why these are no working periods, "" when they are."""
    try:
        parse_periods(str(text))
    except ValueError as error:
        return f"{error}。"
    return ""


def day_words(minutes: int, settings: Mapping[str, Any]) -> str:
    """How long a work day is: its own length, else the sum of the working periods."""
    if minutes:
        return f"{minutes / 60:.4g} 小时（{minutes} 分钟）"
    total = sum(end - begin for begin, end in parse_periods(settings["calendar.periods"]))
    return f"{total / 60:.4g} 小时（按工作时段合计）"


registry.add(
    Permission(key="audit.view", label="查看操作审计", group="应用维护"),
    Permission(key="param.change", label="修改城市参数", group="应用维护"),
    Permission(key="calendar.change", label="维护工作日历", group="应用维护"),
    Permission(key="workflow.change", label="修改流程", group="应用维护"),
    Act(key="workflow.put_in_force", label="启用流程版本"),
    Act(key="workflow.begin_draft", label="起草流程"),
    Act(key="workflow.change_draft", label="修改流程草稿"),
    Act(key="workflow.discard_draft", label="放弃流程草稿"),
    Act(key="list.export", label="导出列表"),
    Act(key="filter.save", label="存为筛选"),
    Act(key="filter.change", label="修改筛选"),
    Act(key="filter.remove", label="删除筛选"),
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
            hint="填 0 就按工作时段合计",
        ),
        words=day_words,
    ),
    Act(key="personal.view", label="查看个人信息"),
    Act(key="personal.erase", label="删除个人信息"),
    Periodic(key="tidy", label="清理过期会话", every=timedelta(hours=1), run=tidying.tidy_up),
    Periodic(
        key="lists.tend",
        label="接续和清理列表导出",
        every=timedelta(minutes=1),
        run=listexports.tend,
    ),
    Periodic(key="audit.seal", label="审计封存", every=timedelta(seconds=4), run=audit.seal_new),
    Periodic(
        key="outbox.deliver", label="事件投递", every=timedelta(seconds=1), run=outbox.deliver_due
    ),
)
