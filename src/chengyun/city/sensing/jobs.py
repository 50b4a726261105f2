"""What happens to alarms when something happens to their cases."""

from chengyun.city.sensing.services.alarms import case_ended
from chengyun.kernel.models import Audit
from chengyun.kernel.outbox import on

ENDS = ("case.close", "case.void", "case.force_close")


def tell_alarm(row: Audit) -> None:
    """A case that an alarm opened is over; the alarm is told, and a person closes it."""
    case_ended(row.subject_id, row.verb)


for verb in ENDS:
    on(verb)(tell_alarm)
