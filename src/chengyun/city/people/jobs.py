"""What the worker does for people again and again."""

from datetime import timedelta

from chengyun.city.people.services.duty import tidy_duty
from chengyun.city.people.services.patrols import measure_all
from chengyun.kernel import registry
from chengyun.kernel.specs import Periodic

registry.add(
    Periodic(
        key="duty.tidy", label="清理过期轨迹、自动下岗", every=timedelta(minutes=10), run=tidy_duty
    ),
    Periodic(
        key="patrol.measure", label="计算巡查覆盖", every=timedelta(minutes=1), run=measure_all
    ),
)
