"""What the monitoring system declares: its pages and its queue."""

from chengyun.city.sensing import queries
from chengyun.city.sensing.workflow import JUDGE
from chengyun.kernel import registry
from chengyun.kernel.specs import Queue, System, Tab

TABS = (("wall", "报警墙"), ("alarms", "报警记录"), ("devices", "设备"), ("links", "通信"))

registry.add(
    System(
        key="monitoring",
        label="运行监测",
        icon="pulse",
        order=5,
        home="monitoring:wall",
        may="monitoring.view",
    ),
    *(
        Tab(
            system="monitoring",
            key=f"monitoring.{key}",
            label=label,
            url=f"monitoring:{key}",
            may="monitoring.view",
            order=order,
        )
        for order, (key, label) in enumerate(TABS, start=1)
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
)
