"""Reads about those who answer without an account: by the address they were given, or by their case."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from chengyun.city.cases.models import Case, Invitation
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.files import attachments_of
from chengyun.kernel.models import Attachment
from chengyun.kernel.specs import Step
from chengyun.kernel.workflow import open_steps

SALT = "chengyun.invitation"
SEPARATOR = "."
VERBS = {
    Invitation.Kind.HANDLER: ("sign", "guard", "handle", "ask_extension", "ask_return"),
    Invitation.Kind.REPORTER: ("take_answer",),
}
"""What may be done through an address of each kind, as far as the case allows it."""
SHOWN = {
    Invitation.Kind.HANDLER: ("before", "guard", "after", "check"),
    Invitation.Kind.REPORTER: ("before",),
}
"""In which roles photos are shown through it."""


def token_of(row: Invitation) -> str:
    """The key of an address: the row's number and the city's signature under it."""
    return Signer(salt=SALT, sep=SEPARATOR).sign(str(row.pk))


def address_of(row: Invitation) -> str:
    """The path by which somebody answers without an account."""
    return reverse("coordination:outside", args=(token_of(row),))


def invitation_at(token: str) -> Invitation:
    """Whom an address belongs to, open or ended; Missing when the city never gave it."""
    try:
        key = Signer(salt=SALT, sep=SEPARATOR).unsign(token)
    except BadSignature as error:
        raise Missing("没有这个链接。请检查是否复制完整，或请发链接的人重新发。") from error
    rows = Invitation.objects.select_related("case__case_class", "case__unit", "case__condition")
    found = rows.filter(pk=int(key)).first()
    if found is None:
        raise Missing("没有这个链接。请请发链接的人重新发。")
    return found


def holds(row: Invitation) -> bool:
    """Whether somebody may still answer: not ended, not past its day, and the case still lies where it lay."""
    return row.open and row.expires_at > clock.now() and row.unit_id in (None, row.case.unit_id)


def steps_at(row: Invitation) -> list[Step]:
    """What may be done through an address now, the expected step first."""
    if not holds(row):
        return []
    verbs = VERBS[Invitation.Kind(row.kind)]
    steps = [step for step in open_steps(row.case) if step.verb in verbs]
    return sorted(steps, key=lambda step: not step.primary)


def photos_at(row: Invitation) -> list[Attachment]:
    """The photos somebody sees through an address."""
    roles = SHOWN[Invitation.Kind(row.kind)]
    found = attachments_of(row.case)
    return [one for one in found if one.role in roles and one.file.width is not None]


def photo_at(row: Invitation, pk: int) -> Attachment:
    """One of them; Missing when it is not shown there."""
    found = next((one for one in photos_at(row) if one.pk == pk), None)
    if found is None or not holds(row):
        raise Missing("没有这张照片，或者链接已经失效。")
    return found


def invitations_of(case: Case) -> list[Invitation]:
    """Everybody who was asked about a case, newest first."""
    rows = Invitation.objects.filter(case=case).select_related("sent_by", "unit")
    return list(rows.order_by("-id"))
