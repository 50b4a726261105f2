"""An alarm that nobody answers is reported to those above, to each once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from chengyun.city.sensing.escalation import ABOVE
from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.silences import loud, silences_now
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict
from chengyun.kernel.params import settings_of
from chengyun.kernel.ui.words import duration

AT_MOST = 500
"""So many in one run; the rest is reported in the runs that follow."""


def sweep_unanswered() -> int:
    """Report what has waited too long, silenced alarms left out; how many."""
    waiting = Alarm.objects.filter(open=True, state=RAISED, cause=None, step__lt=len(ABOVE))
    rows = loud(waiting, silences_now()).order_by("-level", "began_at", "id")
    due = [alarm for alarm in rows if _is_due(alarm)]
    return sum(_report(alarm) for alarm in due[:AT_MOST])


def _is_due(alarm: Alarm) -> bool:
    minutes = settings_of(alarm.area)[f"alarm.escalate.{alarm.rank}"]
    limit = timedelta(minutes=minutes) * ABOVE[alarm.step].times
    return clock.now() >= alarm.waits_since + limit


def _report(alarm: Alarm) -> bool:
    """Whether it was reported; who acts on it in this moment comes first, and the next run looks again."""
    above = ABOVE[alarm.step]
    waited = duration(clock.now() - alarm.waits_since)
    try:
        with transaction.atomic():
            mine = Alarm.objects.filter(pk=alarm.pk, state=RAISED, step=alarm.step)
            if not mine.update(step=alarm.step + 1):
                return False
            facts = {"may": above.may, "text": f"{waited}无人应答，上报{above.label}"}
            record("alarm.escalate", alarm, by=None, facts=facts)
    except Conflict:
        return False
    return True
