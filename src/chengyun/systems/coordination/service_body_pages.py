"""共建单位: the bodies that help communities, who of them reported where, and what came of it."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import service_items as reads
from chengyun.city.cases.models import Enlistment, ServiceBody
from chengyun.city.cases.services import service_items as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.city.places.queries import label_of
from chengyun.kernel.errors import Invalid, Missing, Refusal
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.systems.coordination import lists
from chengyun.systems.coordination import service_view as view

BODY = (
    Field(key="name", label="名称", required=True, max_length=60),
    Field(
        key="kind",
        label="类型",
        kind="choice",
        required=True,
        choices=tuple(ServiceBody.Kind.choices),
    ),
    Field(
        key="phone",
        label="办公电话",
        required=True,
        max_length=20,
        hint="单位的电话，不填个人手机号。",
    ),
    Field(key="offers", label="能提供什么服务", kind="long", required=True, max_length=300),
)
AREA = Field(key="area", label="区域", kind="unit", required=True)
ENLIST = (
    Field(key="community", label="社区", kind="unit", required=True),
    Field(
        key="person",
        label="姓名",
        max_length=40,
        hint="单位报到不填；在职人员个人报到才填，只有安排服务的人看得到。",
    ),
)


@door(may="case.view")
def service_bodies(request: HttpRequest) -> HttpResponse:
    """The bodies this person sees, with what they have done."""
    may_add = person_of(request).may(reads.REGISTER)
    way = reverse("coordination:service_body_add") if may_add else ""
    none = ("还没有共建单位。", way, "登记共建单位" if way else "")
    return page(request, may_add=may_add, **listed(request, view.SERVICE_BODIES, none=none))


@door(may=reads.REGISTER)
def service_body_add(request: HttpRequest) -> HttpResponse:
    """Register a body."""
    user = person_of(request)
    home = [(area, label_of(area)) for area in user.scope(reads.REGISTER).areas]
    choices = {"area": [*home, *lists.areas(user)]}
    form = form_of((AREA, *BODY), request.POST or None, choices=choices)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    given = dict(form.cleaned_data)
    area = given.pop("area")
    try:
        made = service.register_body(area, service.Body(**given), by=user)
    except Refusal as refusal:
        return retold(request, form, refusal)
    there = reverse("coordination:service_body", args=(made.pk,))
    return back(request, there, "已登记，接着登记到哪个社区报到。")


@door(may="case.view")
def service_body(request: HttpRequest, pk: int) -> HttpResponse:
    """A body: where it reported, who of it, what was done; and what this person may change."""
    user = person_of(request)
    body = reads.body_for(user, pk)
    do = request.POST.get("do", "")
    plan, enlist = _plan_form(user, body, request, do), _enlist_form(user, body, request, do)
    named = user.may(reads.ARRANGE)
    context: dict[str, Any] = {
        "body": body,
        "figures": view.figures_of(
            reads.sums_of(reads.items_for(user).filter(enlistment__body=body)), body=body.pk
        ),
        "enlistments": [
            (
                row,
                label_of(row.area),
                view.who(row, named=named),
                view.hours_words(row.hours),
                reads.arranges(user, row.area) and not row.valid_to,
            )
            for row in reads.enlisted(body, user).select_related("body")
        ],
        "plan": plan,
        "enlist": enlist,
    }
    if request.method != "POST":
        return page(request, **context)
    form = {"change": plan, "enlist": enlist}.get(do)
    if form is not None and not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _take(user, body, do, form, request.POST.get("enlistment", ""))
    except Refusal as refusal:
        if form is None:
            raise
        return retold(request, form, refusal, **context)
    return back(request, request.path, sentence)


def _plan_form(user: User, body: ServiceBody, request: HttpRequest, do: str) -> Form | None:
    if body.valid_to or not reads.registers(user, body.area):
        return None
    initial = {field.key: getattr(body, field.key) for field in BODY}
    return form_of(BODY, request.POST if do == "change" else None, initial=initial)


def _enlist_form(user: User, body: ServiceBody, request: HttpRequest, do: str) -> Form | None:
    options = [(area, label_of(area)) for area in reads.communities_of(user)]
    if body.valid_to or not options:
        return None
    sent = request.POST if do == "enlist" else None
    return form_of(ENLIST, sent, choices={"community": options})


def _take(user: User, body: ServiceBody, do: str, form: Form | None, enlistment: str) -> str:
    """The step the form that was sent names."""
    if do == "change" and form:
        service.change_body(body, service.Body(**form.cleaned_data), by=user)
        return "已保存。"
    if do == "enlist" and form:
        given = form.cleaned_data
        service.enlist(body, given["community"], given["person"], by=user)
        return "已报到，可以安排服务了。"
    if do == "leave" and enlistment.isdigit():
        service.leave(_row(user, body, int(enlistment)), by=user)
        return "报到已结束，做过的都留着。"
    if do == "end":
        service.end_body(body, by=user)
        return f"{body.name}已停用，记录都留着。"
    raise Invalid("没有这个动作。")


def _row(user: User, body: ServiceBody, pk: int) -> Enlistment:
    found: Enlistment | None = reads.enlisted(body, user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个报到，或者它不在你的范围内。")
    return found
