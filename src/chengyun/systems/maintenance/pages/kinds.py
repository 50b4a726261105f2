"""发现种类: what the city takes from algorithms, and the class of the cases made of each kind."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from chengyun.city.cases import discoveries as reads
from chengyun.city.cases.models import DiscoveryKind
from chengyun.city.cases.queries import classes_for
from chengyun.city.cases.services import kinds as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field

KEY = Field(key="key", label="代号", required=True, max_length=20, hint="算法报送时用，例如 vendor")
KIND = (
    Field(key="label", label="名称", required=True, max_length=40),
    Field(
        key="class", label="成案归哪一类", kind="unit", hint="不选，案件就没有类别，由受理员定。"
    ),
)


@door(may="catalogue.view")
def discovery_kinds(request: HttpRequest) -> HttpResponse:
    """The kinds that are taken, and the class of the cases made of each."""
    user = person_of(request)
    form = form_of((KEY, *KIND), request.POST or None, choices=_choices(user))
    classes = {found.code: found for found in classes_for(user.standing[0].area)}
    context: dict[str, Any] = {
        "rows": [(kind, classes.get(kind.class_code)) for kind in reads.kinds()],
        "may_change": user.may("catalogue.change"),
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    given = form.cleaned_data
    try:
        kind = service.add_kind(given["key"], given["label"], given["class"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, "maintenance:discovery_kinds", f"从现在起接收「{kind}」。")


@door(may="catalogue.change")
def discovery_kind(request: HttpRequest, key: str) -> HttpResponse:
    """One kind: its name and the class of the cases made of it."""
    user = person_of(request)
    kind = reads.kind_named(key)
    known = {"label": kind.label, "class": kind.class_code}
    form = form_of(KIND, request.POST or None, initial=known, choices=_choices(user))
    if request.method != "POST":
        return page(request, form=form, kind=kind)
    if not form.is_valid():
        return faulty(request, form, kind=kind)
    try:
        service.change_kind(kind, form.cleaned_data["label"], form.cleaned_data["class"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, kind=kind)
    return back(request, "maintenance:discovery_kinds", _sentence(kind))


def _sentence(kind: DiscoveryKind) -> str:
    """What holds from now on."""
    code = kind.class_code
    return f"「{kind}」以后成案归 {code}。" if code else f"「{kind}」以后成案没有类别，由受理员定。"


@require_POST
@door(may="catalogue.change")
def discovery_kind_end(request: HttpRequest, key: str) -> HttpResponse:
    """A kind is not taken any more."""
    kind = reads.kind_named(key)
    service.end_kind(kind, by=person_of(request))
    return back(request, "maintenance:discovery_kinds", f"不再接收「{kind}」。")


def _choices(user: User) -> dict[str, list[tuple[str, str]]]:
    """Every class the city files under."""
    found = classes_for(user.standing[0].area)
    return {"class": [(c.code, f"{c.name}　{c.major}　{c.code}") for c in found]}
