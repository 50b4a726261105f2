"""What happens to alarms when something happens to their cases, and the upkeep of readings."""

from datetime import timedelta

from django.conf import settings

from chengyun.city.sensing.services import (
    ailments,
    alerts,
    commands,
    escalation,
    silences,
    usual,
    weather,
)
from chengyun.city.sensing.services.alarms import case_ended
from chengyun.kernel import clock, registry
from chengyun.kernel.installation import city_area
from chengyun.kernel.models import Audit
from chengyun.kernel.outbox import on
from chengyun.kernel.params import settings_of
from chengyun.kernel.specs import Periodic
from chengyun.lake.archive import Archive

READINGS_KEPT, HOURS_KEPT = "readings.keep_days", "hours.keep_days"
ENDS = ("case.close", "case.void", "case.force_close")


def tell_alarm(row: Audit) -> None:
    """A case that an alarm opened is over; the alarm is told, and a person closes it."""
    case_ended(row.subject_id, row.verb)


for verb in ENDS:
    on(verb)(tell_alarm)


def look_at_limits() -> None:
    """Periodic: what has its time ends, alarms nobody answers are reported, a 预警 not acknowledged in time is told."""
    silences.sweep_silences()
    weather.sweep_weather()
    escalation.sweep_unanswered()
    alerts.sweep_late()
    commands.sweep_expired()


def keep_up() -> None:
    """Make one file a day of the many small ones, today's too; tell the hours; let go of what is kept no longer."""
    from chengyun.lake import hours, upkeep  # takes a second and 90 MB

    archive, now = Archive(settings.READINGS), clock.now()
    keeping = settings_of(city_area())
    upkeep.compact(archive.table, before=now.date() + timedelta(days=1))
    hours.summarise(archive.table, archive.hours, now=now)
    if days := keeping[READINGS_KEPT]:
        upkeep.retain(archive.table, before=(now - timedelta(days=days)).date())
    if days := keeping[HOURS_KEPT]:
        hours.forget(archive.hours, before=(now - timedelta(days=days)).date())
    upkeep.tidy(archive.table)


def reckon_usual() -> None:
    """Periodic: what is usual at each hour, for the rules that look at the distance from it."""
    usual.reckon_usual()


def reckon_drift() -> None:
    """Periodic: which sensors drift, by the hours of the last thirty days."""
    ailments.reckon_drift()


registry.add(
    Periodic(
        key="readings.drift",
        label="看探头漂没漂",
        every=timedelta(days=1),
        run=reckon_drift,
        lane="readings",
        apart=True,
    ),
    Periodic(
        key="readings.usual",
        label="计算平常值",
        every=timedelta(days=1),
        run=reckon_usual,
        lane="readings",
        apart=True,
    ),
    Periodic(
        key="readings.keep_up",
        label="合并读数文件、算小时值、删除过期的",
        every=timedelta(hours=1),
        run=keep_up,
        lane="readings",
        apart=True,
    ),
)
