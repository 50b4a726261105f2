"""What sensing declares: the alarm's table of verbs, permissions, acts, limits and messages."""

from datetime import timedelta

from chengyun.city.sensing import ailments, alerts, commands, jobs, switching, weather
from chengyun.city.sensing.command_notices import COMMAND_NOTICES
from chengyun.city.sensing.escalation import ABOVE
from chengyun.city.sensing.fences import CHANGE as FENCE
from chengyun.city.sensing.notices import NOTICES
from chengyun.city.sensing.own_limits import CHANGE as OWN_LIMITS
from chengyun.city.sensing.queries import readers
from chengyun.city.sensing.services.ailments import sweep_ailments
from chengyun.city.sensing.services.switching import look_at_lamps
from chengyun.city.sensing.settings import SETTINGS
from chengyun.city.sensing.silences import SILENCE
from chengyun.city.sensing.workflow import ALARM, COMMAND, COMMANDED, JUDGE
from chengyun.kernel import editions, registry
from chengyun.kernel.live.specs import Watched
from chengyun.kernel.notify import telling
from chengyun.kernel.specs import Act, Periodic, Permission

editions.declare(ALARM)
editions.declare(COMMANDED)
telling.declare(*NOTICES, *COMMAND_NOTICES)

registry.add(
    *SETTINGS,
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
    Permission(key=FENCE, label="画围栏和线路", group="运行监测"),
    Permission(key=alerts.VIEW, label="查看预警", group="运行监测"),
    Permission(key=alerts.ISSUE, label="发布和解除预警", group="运行监测"),
    Permission(key=alerts.ACKNOWLEDGE, label="确认收到预警", group="运行监测"),
    Permission(key=weather.CHANGE, label="登记、修改和解除气象预警", group="运行监测"),
    Permission(key="weather.send", label="报送气象预警", group="运行监测"),
    Permission(key=switching.CHANGE, label="设置开关灯计划", group="运行监测"),
    Permission(key="device.change", label="登记和接入设备", group="运行监测"),
    Permission(key=ailments.MAINTAIN, label="接收设备的维护提醒，登记修好", group="运行监测"),
    Permission(key=COMMAND, label="下达和复核控制指令", group="运行监测"),
    Permission(key="reading.send", label="报送监测读数", group="运行监测"),
    Act(key="alarm.raise", label="报警"),
    Act(key="alarm.find", label="补报"),
    Act(key="alarm.correct", label="更正"),
    Act(key="alarm.end", label="判断之后读数恢复"),
    Act(key="alarm.case_ended", label="案件办结"),
    Act(key="alarm.escalate", label="上报"),
    Act(key="alarm.comment", label="备注"),
    Act(key="alarm.fold", label="并入大面积失联"),
    Act(key="alarm.unfold", label="不再并入"),
    Act(key="alarm.unmute", label="静默结束"),
    Act(key="silence.add", label="设置静默"),
    Act(key="silence.end", label="提前结束静默"),
    Act(key="silence.over", label="静默到时"),
    Act(key="limit.set", label="自定限值"),
    Act(key="limit.end", label="不再用自定限值"),
    Act(key="fence.draw", label="画围栏或线路"),
    Act(key="fence.end", label="不再用围栏或线路"),
    Act(key="alert.issue", label="发布预警"),
    Act(key="alert.acknowledge", label="确认收到预警"),
    Act(key="alert.late", label="没有按时确认预警"),
    Act(key="alert.lift", label="解除预警"),
    Act(key="weather.add", label="登记气象预警"),
    Act(key="weather.change", label="更新气象预警"),
    Act(key="weather.lift", label="解除气象预警"),
    Act(key="weather.over", label="气象预警到时"),
    Act(key="command.ask", label="下达指令"),
    Act(key="dialect.learn", label="学会方言"),
    Act(key="dialect.take_back", label="收回方言"),
    Act(key="dialect.allow", label="允许再学方言"),
    Act(key="device.add", label="登记设备"),
    Act(key="device.adopt", label="接入设备"),
    Act(key="device.change", label="修改设备"),
    Act(key="device.end", label="停用设备"),
    Act(key="device.point", label="多报一个测点"),
    Act(key="device.ail", label="要维护"),
    Act(key="device.recover", label="维护提醒结束"),
    Act(key="device.bind", label="挂接部件"),
    Act(key="lights.plan", label="设置开关灯计划"),
    Act(key="lights.end_plan", label="停用开关灯计划"),
    Periodic(
        key="lights.look",
        label="看路灯亮没亮",
        every=timedelta(minutes=10),
        run=look_at_lamps,
    ),
    Periodic(
        key="device.batteries",
        label="看设备的电量和故障",
        every=timedelta(minutes=10),
        run=sweep_ailments,
    ),
    Periodic(
        key="alarm.deadlines",
        label="静默、气象预警和控制指令到时、报警无人应答、预警没有按时确认的告知",
        every=timedelta(seconds=20),
        run=jobs.look_at_limits,
    ),
)
