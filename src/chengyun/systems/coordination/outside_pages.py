"""The door for people without an account: one address, one case, and only what it was given for."""

from __future__ import annotations

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from chengyun.city.cases import invitations as reads
from chengyun.city.cases.models import Invitation
from chengyun.city.cases.services import outside as service
from chengyun.kernel.errors import Conflict, Invalid, TooLarge, WrongMedia
from chengyun.kernel.filedoors import sent
from chengyun.kernel.files import path_of, thumbnail_of
from chengyun.kernel.forms import faulty, retold, version_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Step
from chengyun.systems.coordination import invitation_view as view
from chengyun.systems.coordination.forms import facts_of, step_form

DONE = {"take_answer": "谢谢，您的答复已经收到。"}


@never_cache
@door(public=True)
def outside(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody is asked about one case, and the form of their answer."""
    row = reads.invitation_at(token)
    step, others = _steps(request, row)
    context = view.outside(row, token, step, others)
    if step is None:
        if request.method == "POST":
            raise Conflict(f"没能提交：{view.standing(row)}")
        return page(request, form=None, **context)
    form = _form(request, row, step)
    if request.method != "POST":
        service.opened(row)
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        with transaction.atomic():
            service.answer(row, step.verb, facts_of(form, None), version=version_of(request))
    except (Invalid, TooLarge, WrongMedia) as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:outside", args=(token,))
    return back(request, there, DONE.get(step.verb, f"已提交：{step.label}。"))


@door(public=True)
def outside_photo(request: HttpRequest, token: str, pk: int, size: str) -> HttpResponse:
    """A photo of the case, whole or small, for whoever holds the address."""
    file = reads.photo_at(reads.invitation_at(token), pk).file
    return sent(thumbnail_of(file) if size == "small" else path_of(file), file)


def _form(request: HttpRequest, row: Invitation, step: Step) -> Form:
    """The facts of a step; a reporter is spoken to, not spoken of."""
    form = step_form(request, row.case, step)
    if "answer" in form.fields:
        form.fields["answer"].label = "您的答复"
    return form


def _steps(request: HttpRequest, row: Invitation) -> tuple[Step | None, list[Step]]:
    """The step that is meant, the expected one unless another is chosen; and the others."""
    steps = reads.steps_at(row)
    wanted = request.GET.get("do", "")
    chosen = next((step for step in steps if step.verb == wanted), steps[0] if steps else None)
    return chosen, [step for step in steps if step is not chosen]
