"""What happens to alarms when something happens to their cases, and the upkeep of readings."""

from datetime import timedelta

from django.conf import settings
from django.utils.timezone import localdate

from chengyun.city.sensing.services import alerts, commands, escalation, silences
from chengyun.city.sensing.services.alarms import case_ended
from chengyun.kernel import clock, registry
from chengyun.kernel.models import Audit
from chengyun.kernel.outbox import on
from chengyun.kernel.specs import Periodic
from chengyun.lake.archive import Archive

ENDS = ("case.close", "case.void", "case.force_close")


def tell_alarm(row: Audit) -> None:
    """A case that an alarm opened is over; the alarm is told, and a person closes it."""
    case_ended(row.subject_id, row.verb)


for verb in ENDS:
    on(verb)(tell_alarm)


def look_at_limits() -> None:
    """Periodic: silences end, alarms nobody answers are reported, late 预警 are told, late 指令 end."""
    silences.sweep_silences()
    escalation.sweep_unanswered()
    alerts.sweep_late()
    commands.sweep_expired()


def keep_up() -> None:
    """Make one file a day of the many small ones, today's too, so that a curve is read from few."""
    from chengyun.lake import (
        upkeep,
    )  # a second and 90 MB of libraries, for the one lane that needs them

    archive = Archive(settings.READINGS)
    upkeep.compact(archive.table, before=localdate(clock.now()) + timedelta(days=1))
    upkeep.tidy(archive.table)


registry.add(
    Periodic(
        key="readings.keep_up",
        label="合并读数文件",
        every=timedelta(hours=1),
        run=keep_up,
        lane="readings",
    )
)
