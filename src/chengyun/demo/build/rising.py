"""Water on one road of the demo, the alarm it raises and the 预警 that follows; and a sensor under repair."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chengyun.city.sensing.models import Alarm, Alert, Device, Series
from chengyun.city.sensing.services import alerts, silences
from chengyun.city.sensing.services.alarms import LevelChange, act, follow
from chengyun.city.sensing.services.readings import remember
from chengyun.demo.build.folk import Folk
from chengyun.demo.build.play import Act
from chengyun.kernel import clock

WET = "JS-007"
"""Where water stood this day; the cloudburst floods others."""
REPAIRED = "JS-012"
"""Whose sensor is being changed these days."""
RULE = "ponding_depth"
SINCE = timedelta(hours=2)
DEPTHS = ((0, 11.0, 2), (9, 17.5, 3), (70, 3.0, 0))
"""After how many minutes how many centimetres, and which level that is."""
CALLED = ("drainage", "works")
WORDS = "路口积水。排水泵车马上到场，封闭积水车道，引导车辆绕行。"


@dataclass(kw_only=True)
class Rising:
    """Water on the road, its alarm, the 预警 one unit has acknowledged and another not yet; a sensor under repair."""

    folk: Folk

    @property
    def series(self) -> Series:
        return Series.objects.get(device__code=WET)

    @property
    def alarm(self) -> Alarm:
        return Alarm.objects.select_related("series__device").get(series__device__code=WET)

    def stand(self, depth: float, level: int) -> None:
        now = clock.now()
        remember([(self.series.pk, now, depth, 0, now)])
        change = LevelChange(
            series=self.series.pk, rule=RULE, level=level, value=depth, at=now, since=now
        )
        follow(change)

    def confirm(self) -> None:
        act(self.alarm, "confirm", {"note": "视频看到积水"}, by=self.folk.accounts["duty"])

    def issue(self) -> None:
        alarm = self.alarm
        units = [self.folk.units[key] for key in CALLED]
        new = alerts.NewAlert(level=alarm.rank, text=WORDS, units=units, minutes=30)
        alerts.issue(alarm, new, by=self.folk.accounts["duty"])

    def acknowledge(self) -> None:
        alerts.acknowledge(Alert.objects.get(), by=self.folk.crews[CALLED[1]])

    def silence(self) -> None:
        device = Device.objects.get(code=REPAIRED)
        ends = clock.now() + timedelta(days=2)
        new = silences.NewSilence(device=device, ends_at=ends, reason="更换探头，检修完恢复")
        silences.silence(new, by=self.folk.accounts["duty"])


def acts_of_rising(folk: Folk, now: datetime) -> Iterator[Act]:
    """One alarm of this day, from the first reading above the limit to the last one below it, and a silence."""
    rising, began = Rising(folk=folk), now - SINCE
    for minutes, depth, level in DEPTHS:
        yield began + timedelta(minutes=minutes), partial(rising.stand, depth, level)
    yield began + timedelta(minutes=11), rising.confirm
    yield began + timedelta(minutes=14), rising.issue
    yield began + timedelta(minutes=19), rising.acknowledge
    yield began + timedelta(minutes=30), rising.silence
