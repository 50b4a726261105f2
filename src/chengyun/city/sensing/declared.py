"""What sensing declares: the alarm's table of verbs, permissions, acts and messages."""

from chengyun.city.sensing.notices import NOTICES
from chengyun.city.sensing.queries import readers
from chengyun.city.sensing.workflow import ALARM, JUDGE
from chengyun.kernel import editions, registry
from chengyun.kernel.live.specs import Watched
from chengyun.kernel.notify import telling
from chengyun.kernel.specs import Act, Permission

editions.declare(ALARM)
telling.declare(*NOTICES)

registry.add(
    Watched(key="sensing.alarm", kind="alarm", readers=readers),
    Permission(key="monitoring.view", label="查看运行监测", group="运行监测"),
    Permission(key=JUDGE, label="确认和处理报警", group="运行监测"),
    Permission(key="device.change", label="登记和接入设备", group="运行监测"),
    Permission(key="reading.send", label="报送监测读数", group="运行监测"),
    Act(key="alarm.raise", label="报警"),
    Act(key="alarm.end", label="判断之后读数恢复"),
    Act(key="alarm.case_ended", label="案件办结"),
    Act(key="device.add", label="登记设备"),
    Act(key="device.adopt", label="接入设备"),
    Act(key="device.change", label="修改设备"),
    Act(key="device.end", label="停用设备"),
)
