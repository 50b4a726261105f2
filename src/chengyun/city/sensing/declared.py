"""What sensing declares: the alarm's table of verbs, permissions, acts, limits and messages."""

from datetime import timedelta

from chengyun.city.sensing import alerts, commands, jobs
from chengyun.city.sensing.command_notices import COMMAND_NOTICES
from chengyun.city.sensing.escalation import ABOVE, MINUTES
from chengyun.city.sensing.notices import NOTICES
from chengyun.city.sensing.own_limits import CHANGE as OWN_LIMITS
from chengyun.city.sensing.queries import readers
from chengyun.city.sensing.services.alerts import MOST_MINUTES
from chengyun.city.sensing.services.commands import LIMIT as COMMAND_LIMIT
from chengyun.city.sensing.silences import SILENCE
from chengyun.city.sensing.specs import RANK_LABELS
from chengyun.city.sensing.workflow import ALARM, COMMAND, COMMANDED, JUDGE
from chengyun.kernel import editions, registry
from chengyun.kernel.live.specs import Watched
from chengyun.kernel.notify import telling
from chengyun.kernel.specs import Act, Field, Param, Periodic, Permission

ACKNOWLEDGED = (("red", 15), ("orange", 30), ("yellow", 60), ("blue", 120))
"""How long units have to acknowledge a 预警."""

editions.declare(ALARM)
editions.declare(COMMANDED)
telling.declare(*NOTICES, *COMMAND_NOTICES)

registry.add(
    Watched(key="sensing.alarm", kind="alarm", readers=readers),
    Watched(key="sensing.alert", kind="alert", readers=alerts.readers),
    Watched(key="sensing.command", kind="command", readers=commands.readers),
    Permission(key="monitoring.view", label="查看运行监测", group="运行监测"),
    Permission(key=JUDGE, label="确认和处理报警", group="运行监测"),
    *(
        Permission(key=each.may, label=f"接收无人应答的报警（{each.label}）", group="运行监测")
        for each in ABOVE
    ),
    Permission(key=SILENCE, label="设置静默", group="运行监测"),
    Permission(key=OWN_LIMITS, label="自定报警限值", group="运行监测"),
    Permission(key=alerts.VIEW, label="查看预警", group="运行监测"),
    Permission(key=alerts.ISSUE, label="发布和解除预警", group="运行监测"),
    Permission(key=alerts.ACKNOWLEDGE, label="确认收到预警", group="运行监测"),
    Permission(key="device.change", label="登记和接入设备", group="运行监测"),
    Permission(key=COMMAND, label="下达和复核控制指令", group="运行监测"),
    Permission(key="reading.send", label="报送监测读数", group="运行监测"),
    Act(key="alarm.raise", label="报警"),
    Act(key="alarm.find", label="补报"),
    Act(key="alarm.correct", label="更正"),
    Act(key="alarm.end", label="判断之后读数恢复"),
    Act(key="alarm.case_ended", label="案件办结"),
    Act(key="alarm.escalate", label="上报"),
    Act(key="alarm.comment", label="备注"),
    Act(key="alarm.unmute", label="静默结束"),
    Act(key="silence.add", label="设置静默"),
    Act(key="silence.end", label="提前结束静默"),
    Act(key="silence.over", label="静默到时"),
    Act(key="limit.set", label="自定限值"),
    Act(key="limit.end", label="不再用自定限值"),
    Act(key="alert.issue", label="发布预警"),
    Act(key="alert.acknowledge", label="确认收到预警"),
    Act(key="alert.late", label="没有按时确认预警"),
    Act(key="alert.lift", label="解除预警"),
    Act(key="command.ask", label="下达指令"),
    Act(key="dialect.learn", label="学会方言"),
    Act(key="dialect.take_back", label="收回方言"),
    Act(key="dialect.allow", label="允许再学方言"),
    Act(key="device.add", label="登记设备"),
    Act(key="device.adopt", label="接入设备"),
    Act(key="device.change", label="修改设备"),
    Act(key="device.end", label="停用设备"),
    *(
        Param(
            key=f"alarm.escalate.{rank}",
            label=f"{RANK_LABELS[rank]}报警多久无人应答就上报值班长，再过同样久上报领导",
            default=minutes,
            group="报警",
            field=Field(
                key=rank,
                label="多久无人应答",
                kind="int",
                unit="分钟",
                required=True,
                minimum=1,
                maximum=MOST_MINUTES,
            ),
        )
        for rank, minutes in MINUTES
    ),
    *(
        Param(
            key=f"alert.limit.{rank}",
            label=f"{RANK_LABELS[rank]}预警的确认时限",
            default=minutes,
            group="预警",
            field=Field(
                key=rank,
                label="确认时限",
                kind="int",
                unit="分钟",
                required=True,
                minimum=1,
                maximum=MOST_MINUTES,
            ),
        )
        for rank, minutes in ACKNOWLEDGED
    ),
    Param(
        key=COMMAND_LIMIT,
        label="控制指令多久没有人复核就作废",
        default=10,
        group="控制指令",
        field=Field(
            key="limit",
            label="多久没有人复核就作废",
            kind="int",
            unit="分钟",
            required=True,
            minimum=1,
            maximum=60,
        ),
    ),
    Periodic(
        key="alarm.deadlines",
        label="静默到时、报警无人应答、预警没有按时确认的告知，控制指令过期",
        every=timedelta(seconds=20),
        run=jobs.look_at_limits,
    ),
)
