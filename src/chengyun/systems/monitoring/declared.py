"""What the monitoring system declares: its pages and its queue."""

from chengyun.city.sensing import alerts, commands, queries
from chengyun.city.sensing.workflow import COMMAND, JUDGE
from chengyun.kernel import registry
from chengyun.kernel.specs import Panel, Queue, System, Tab
from chengyun.systems.monitoring.light_view import of_asset

VIEW = "monitoring.view"
TABS = (
    ("wall", "报警墙", VIEW),
    ("alarms", "报警记录", VIEW),
    ("alerts", "预警", alerts.VIEW),
    ("weather", "气象预警", VIEW),
    ("commands", "控制指令", VIEW),
    ("silences", "静默", VIEW),
    ("devices", "设备", VIEW),
    ("fences", "围栏", VIEW),
    ("health", "健康", VIEW),
    ("alarm_counts", "统计", VIEW),
    ("lights", "照明", VIEW),
    ("limit_rules", "规则", VIEW),
    ("links", "通信", VIEW),
)

registry.add(
    System(
        key="monitoring",
        label="运行监测",
        icon="pulse",
        order=5,
        home="monitoring:wall",
        may=VIEW,
    ),
    *(
        Tab(
            system="monitoring",
            key=f"monitoring.{key}",
            label=label,
            url=f"monitoring:{key}",
            may=may,
            order=order,
        )
        for order, (key, label, may) in enumerate(TABS, start=1)
    ),
    Panel(
        slot="asset.main",
        key="monitoring.asset",
        label="装在这个部件上的设备",
        template="monitoring/slot_devices.html",
        context=of_asset,
        may=VIEW,
    ),
    Queue(
        key="monitoring.waiting",
        label="待确认报警",
        icon="bell",
        url="monitoring:wall",
        may=JUDGE,
        count=queries.count_waiting,
        order=51,
    ),
    Queue(
        key="monitoring.alerts",
        label="待确认预警",
        icon="bell",
        url="monitoring:alerts",
        may=alerts.ACKNOWLEDGE,
        count=alerts.count_waiting,
        order=52,
        query="standing=1",
    ),
    Queue(
        key="monitoring.commands",
        label="待复核指令",
        icon="bell",
        url="monitoring:commands",
        may=COMMAND,
        count=commands.count_waiting,
        order=53,
        query="mine=1",
    ),
)
