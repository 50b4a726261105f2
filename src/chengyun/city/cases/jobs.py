"""What happens to cases when something else happened."""

from __future__ import annotations

from django_tasks import task

from chengyun.city.cases.models import Case, IntakeRun
from chengyun.city.cases.services import deadlines, intake_runs, waits
from chengyun.city.cases.services.automatic import dispatch_by_rule
from chengyun.city.cases.services.inquiries import recompute_replies
from chengyun.city.cases.services.missed import look_for_missed
from chengyun.city.cases.services.outside import expire_due
from chengyun.city.cases.services.recompute import recompute_dues
from chengyun.city.cases.services.resuming import resume_due
from chengyun.city.cases.services.stewards import reward, take_back
from chengyun.city.cases.services.teams import note_case
from chengyun.kernel.models import Audit
from chengyun.kernel.outbox import on


@on("calendar.import")
@on("calendar.set")
def calendar_changed(row: Audit) -> None:
    """A holiday plan arrived, or a day of it changed: dues that were provisional are computed again."""
    recompute_dues(by=None)
    recompute_replies(by=None)


@on("case.file")
def filed(row: Audit) -> None:
    """A case was filed: where the city lets its rules dispatch, the one that answers does."""
    dispatch_by_rule(row.subject_id)


@on("case.dispatch")
@on("case.reassign")
@on("case.rush")
def sent(row: Audit) -> None:
    """A case was given to a unit: the team of its place has it, too."""
    note_case(row.subject_id)


@on("case.file")
def filed_for_steward(row: Audit) -> None:
    """A case was filed: a steward who reported it gets points."""
    reward(Case.objects.get(pk=row.subject_id), row.at)


@on("case.void")
@on("case.grant_void")
@on("case.follow_void")
def voided_for_steward(row: Audit) -> None:
    """A case was voided: what it brought its steward is taken back."""
    take_back(Case.objects.get(pk=row.subject_id), row.at)


def resume_what_is_due() -> None:
    """Cases whose 挂账 ends today go on."""
    resume_due()


def end_what_nobody_answered() -> None:
    """Periodic: addresses given to people outside that have come to their day."""
    expire_due()


def look_for_what_was_missed() -> None:
    """Periodic: who had passed by before a citizen reported."""
    look_for_missed()


@task()
def run_intake(pk: int) -> None:
    """Check or write a hotline's file, whichever it waits for."""
    intake_runs.go_on(IntakeRun.objects.select_related("file").get(pk=pk))


def take_up_stalled() -> None:
    """Files whose worker died go on in another."""
    for run in intake_runs.stalled():
        run_intake.enqueue(run.pk)


def look_at_limits() -> None:
    """Periodic: whoever is waited for is told when a limit is near or past, then those above."""
    deadlines.sweep()
    waits.sweep_waits()
