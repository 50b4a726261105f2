"""Whom an act on a case concerns, read from its audit row. Who acted is left out by whoever tells."""

from __future__ import annotations

from collections.abc import Iterable

from chengyun.city.cases.models import (
    Case,
    CaseLink,
    CaseRequest,
    HandOver,
    Share,
    Supervision,
)
from chengyun.city.cases.services.requests import ANSWERS, ASKS
from chengyun.city.people.models import Post, Unit, User
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Recipient
from chengyun.kernel.reads import composed
from chengyun.kernel.workflow import open_steps

SUPERVISOR, LEADER = "supervisor", "leader"
IN_PERSON = ("case.verify", "case.check")
"""What is done by the one person a case lies with."""
SENT = ("case.dispatch", "case.reassign", "case.rush")
"""The verbs that give a case to a unit."""
CAUSED = {"unclear", "cannot"}
"""After such a 回退 somebody else than the dispatcher is first asked for."""
RELATED = ("unit", "case_class", "assignee")


_cases = composed(lambda pk: Case.objects.select_related(*RELATED).filter(pk=pk))


def case_of(row: Audit) -> Case:
    return _cases(row.subject_id)[0]


def in_posts(posts: Iterable[Post]) -> list[Recipient]:
    return [Recipient(person=post.user_id, role=post.role.key) for post in posts]


def _handling(case: Case, unit: Unit | None) -> list[Recipient]:
    return in_posts(posts_in_charge("case.handle", area=case.area, unit=unit)) if unit else []


def handlers(row: Audit) -> list[Recipient]:
    """Who handles cases in the unit it lies with; a finding tells them itself."""
    case = case_of(row)
    if row.verb == "ledger.assign" and case.source == "inspection":
        return []
    return _handling(case, case.unit)


def assignee(row: Audit) -> list[Recipient]:
    """The inspector it lies with."""
    case = case_of(row)
    return [Recipient(person=case.assignee_id, role="inspector")] if case.assignee_id else []


def _before(row: Audit, *verbs: str) -> Audit | None:
    """The last of these acts on the same case before this one."""
    rows = Audit.objects.filter(subject_type=row.subject_type, subject_id=row.subject_id)
    return rows.filter(verb__in=verbs, seq__lt=row.seq).order_by("-seq").first()


def sender(row: Audit) -> list[Recipient]:
    """Who gave it to a unit last, as long as they may; else whoever dispatches there."""
    case, sent = case_of(row), _before(row, *SENT)
    person = User.objects.filter(pk=sent.actor_id).first() if sent and sent.actor_id else None
    may = person is not None and person.may("case.dispatch")
    if person and may and person.scope("case.dispatch").covers(area=case.area):
        return [Recipient(person=person.pk, role=person.post_key)]
    return in_posts(posts_in_charge("case.dispatch", area=case.area))


def senders_and_holders(row: Audit) -> list[Recipient]:
    """A case that came back: who sent it, and who must do something about the cause first."""
    marks = {*case_of(row).marks}
    return [*sender(row), *(holders(row) if marks & CAUSED else [])]


def holders(row: Audit) -> list[Recipient]:
    """Whose turn it is: who may take the step that is expected next."""
    case = case_of(row)
    step = next((step for step in open_steps(case) if step.primary), None)
    if step is None:
        return []
    if case.assignee_id and step.may in IN_PERSON:
        return assignee(row)
    return in_posts(posts_in_charge(step.may, area=case.area, unit=case.unit))


def former(row: Audit) -> list[Recipient]:
    """The unit it lay with before 改派."""
    case, sent = case_of(row), _before(row, *SENT)
    code = sent.facts["unit"]["code"] if sent else ""
    return _handling(case, Unit.objects.filter(code=code, valid_to=None).first())


def helpers(row: Audit) -> list[Recipient]:
    """Who handles cases in the units that were asked to help."""
    case = case_of(row)
    shares = Share.objects.filter(case=case, state=Share.State.OPEN).select_related("unit")
    return [each for share in shares for each in _handling(case, share.unit)]


def deciders(row: Audit) -> list[Recipient]:
    """Whose yes a request waits for; the one who sent a case decides about its 回退."""
    case, verb = case_of(row), row.verb.partition(".")[2]
    kind = str(row.facts.get("request") or ASKS.get(verb, "appeal"))
    if kind == "return":
        return sender(row)
    step = next((s for s in open_steps(case) if ANSWERS.get(s.verb, ("",))[0] == kind), None)
    return in_posts(posts_in_charge(step.may, area=case.area)) if step else []


def asker(row: Audit) -> list[Recipient]:
    """Who asked for what was now granted or refused; the unit, when that person has left."""
    kind, _ = ANSWERS[row.verb.partition(".")[2]]
    rows = CaseRequest.objects.filter(case=row.subject_id, kind=kind, decided_at__isnull=False)
    asked = rows.select_related("asked_by", "unit").order_by("-id").first()
    if asked is None:
        return []
    by = asked.asked_by
    if by and by.is_active and by.standing:
        return [Recipient(person=by.pk, role=by.post_key)]
    return _handling(case_of(row), asked.unit)


def holders_and_watchers(row: Audit) -> list[Recipient]:
    """A reply to 督办 that is late: who owes it, and who ordered it."""
    return [*holders(row), *watchers(row)]


def watchers(row: Audit) -> list[Recipient]:
    """Who ordered the 督办 that was replied to."""
    ordered = Supervision.objects.filter(case=row.subject_id).select_related("by").last()
    by = ordered.by if ordered else None
    return [Recipient(person=by.pk, role=by.post_key)] if by and by.is_active else []


def alarmed(row: Audit) -> list[Recipient]:
    """An emergency: whose turn it is, and whoever watches over the desk there."""
    case = case_of(row)
    return [*holders(row), *in_posts(posts_in_charge("case.oversee", area=case.area))]


def parents(row: Audit) -> list[Recipient]:
    """The unit that has the case another one was merged into."""
    links = CaseLink.objects.filter(child=row.subject_id, kind=CaseLink.Kind.MERGE)
    found = links.select_related("parent__unit").last()
    return _handling(found.parent, found.parent.unit) if found else []


def partners(row: Audit) -> list[Recipient]:
    """Who takes what is handed over, in the body it was handed to."""
    unit = Unit.objects.filter(code=row.facts["unit"]["code"], valid_to=None).first()
    return in_posts(posts_in_charge("handover.take", area=row.area, unit=unit)) if unit else []


def hander(row: Audit) -> list[Recipient]:
    """Who handed the case over to this body, the last time."""
    rows = HandOver.objects.filter(case=row.subject_id, unit__code=row.facts["unit"]["code"])
    sent = rows.select_related("sent_by").last()
    by = sent.sent_by if sent else None
    return [Recipient(person=by.pk, role=by.post_key)] if by and by.is_active else []


def partners_and_hander(row: Audit) -> list[Recipient]:
    """What they have not received or answered in time concerns both sides."""
    return [*partners(row), *hander(row)]


def answerers(row: Audit) -> list[Recipient]:
    """Who replies to people that wait for a word."""
    return in_posts(posts_in_charge("inquiry.answer", area=row.area))


def overseers(row: Audit) -> list[Recipient]:
    """Whoever watches over the desk there, when a limit has passed that is not their own."""
    if row.facts["level"] != SUPERVISOR:
        return []
    theirs = {holder.person for holder in holders(row)}
    watching = in_posts(posts_in_charge("case.oversee", area=row.area))
    return [each for each in watching if each.person not in theirs]


def leaders(row: Audit) -> list[Recipient]:
    """Whoever leads there, when a limit passed long ago."""
    if row.facts["level"] != LEADER:
        return []
    return in_posts(posts_in_charge("case.lead", area=row.area))
