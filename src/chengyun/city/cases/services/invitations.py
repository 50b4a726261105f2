"""Somebody without an account is asked and answers: kept by the verbs of the case, ended by whatever overtakes it."""

from __future__ import annotations

from chengyun.city.cases.callers import phone_of
from chengyun.city.cases.models import Invitation
from chengyun.city.cases.services import clocks
from chengyun.city.cases.services.deeds import Deed
from chengyun.kernel import clock

REPORTER = "上报人"
MARKS = {"invited": Invitation.Kind.HANDLER, "questioned": Invitation.Kind.REPORTER}
"""Under which marks a case waits for somebody outside."""
WITHDRAWALS = ("uninvite", "drop_question")


def check_reachable(deed: Deed) -> None:
    """Who asked to be forgotten cannot be asked any more."""
    if not phone_of(deed.case.pk):
        raise deed.refuse("question", "上报人的电话已按申请删除，问不到了。")


def invite(deed: Deed) -> None:
    """Somebody outside may act for the unit the case lies with."""
    _keep(deed, Invitation.Kind.HANDLER, deed.said("outsider"), deed.said("task"), "invite")


def ask(deed: Deed) -> None:
    """The reporter is asked one question."""
    _keep(deed, Invitation.Kind.REPORTER, REPORTER, deed.said("question"), "question")


def _keep(deed: Deed, kind: Invitation.Kind, outsider: str, words: str, limit: str) -> None:
    Invitation(
        case=deed.case,
        kind=kind,
        unit=deed.case.unit if kind == Invitation.Kind.HANDLER else None,
        outsider=outsider,
        words=words,
        sent_by=deed.by,
        sent_at=clock.now(),
        expires_at=clocks.due_after(deed.case, limit),
    ).save(force_insert=True)


def let_go(deed: Deed) -> None:
    """Nobody is waited for any more: answered, withdrawn, or overtaken by what happened to the case."""
    for mark in {*deed.marks} - {*deed.case.marks}:
        if mark in MARKS:
            waiting = Invitation.objects.filter(case=deed.case, kind=MARKS[mark], ended_at=None)
            waiting.update(ended_at=clock.now(), end=_end(deed))


def _end(deed: Deed) -> Invitation.End:
    if deed.verb in WITHDRAWALS:
        return Invitation.End.WITHDRAWN if deed.by else Invitation.End.EXPIRED
    answered = deed.verb == "take_answer" or "through" in deed.effects.facts
    return Invitation.End.ANSWERED if answered else Invitation.End.PASSED
