"""联合行动: the list, one action with its route and checklists, entering what is found, making a case of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import joint as reads
from chengyun.city.cases import queries as register
from chengyun.city.cases.models import JointAction, JointEntry, JointStop
from chengyun.city.cases.services import joint as service
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.kernel.errors import Invalid, Missing, NotAllowed, Refusal
from chengyun.kernel.files import store_photo
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.systems.coordination import joint_view as view
from chengyun.systems.coordination import panels

PLAN = (
    Field(key="name", label="名称", required=True, max_length=60),
    Field(key="campaign", label="属于哪次专项行动", kind="unit"),
    Field(key="begins_at", label="开始", kind="datetime", required=True),
    Field(key="ends_at", label="结束", kind="datetime", required=True),
    Field(key="gather", label="集合地点", required=True, max_length=120),
    Field(key="unit", label="牵头单位", kind="unit", required=True),
    Field(key="units", label="参加单位", kind="units", hint="马上收到消息。"),
)
STOP = (
    Field(key="name", label="站点", required=True, max_length=60, hint="例如：湖南路 18 号工地。"),
    Field(key="point", label="位置", kind="point", required=True, hint="在地图上点一下就填好了。"),
)
CHECKLIST = (
    Field(key="unit", label="单位", kind="unit", required=True),
    Field(key="lines", label="检查清单", kind="long", required=True, hint="一行一项。"),
)
RESULT = (
    Field(key="unit", label="单位", kind="unit", required=True),
    Field(
        key="people", label="到了几人", kind="int", unit="人", required=True, minimum=0, maximum=999
    ),
    Field(key="result", label="结果", kind="long", required=True, max_length=1000),
)
END = (Field(key="words", label="总结", kind="long", required=True, max_length=2000),)
CANCEL = (Field(key="words", label="为什么取消", kind="long", required=True, max_length=2000),)
FINDING = (
    Field(key="description", label="什么问题", kind="long", required=True, max_length=1000),
    Field(key="competent", label="该谁办", kind="unit", required=True),
    Field(key="class", label="类别", kind="unit", hint="不选由受理员定。"),
    Field(key="photos", label="照片", kind="photos"),
)


@door(may="case.view")
def joint_actions(request: HttpRequest) -> HttpResponse:
    """The joint actions this person has to do with, the newest first."""
    may_plan = person_of(request).may(reads.PLAN)
    way = reverse("coordination:joint_add") if may_plan else ""
    none = ("还没有联合行动。", way, "安排联合行动" if way else "")
    return page(request, may_plan=may_plan, **listed(request, view.JOINT, none=none))


@door(may=reads.PLAN)
def joint_add(request: HttpRequest) -> HttpResponse:
    """Plan one; route and checklists come next."""
    user = person_of(request)
    areas = user.scope(reads.PLAN).areas
    if not areas:
        raise NotAllowed("你的岗位不管区域，不能安排联合行动，请找管理员。")
    area = min(areas, key=len)
    units = {unit.code: unit for unit in reads.units_to_join(area)}
    campaigns = {row.code: row for row in reads.campaigns_at(area)}
    named = [(code, str(unit)) for code, unit in units.items()]
    titles = [(code, row.name) for code, row in campaigns.items()]
    choices = {"unit": named, "units": named, "campaign": titles}
    initial = {"campaign": request.GET.get("campaign", "")}
    form = form_of(PLAN, request.POST or None, initial=initial, choices=choices)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    given = form.cleaned_data
    plan = service.Plan(
        **{key: given[key] for key in ("name", "begins_at", "ends_at", "gather")},
        unit=units[given["unit"]],
        units=[units[code] for code in given["units"]],
        campaign=campaigns.get(given["campaign"]),
    )
    try:
        made = service.plan_action(plan, area, by=user)
    except Invalid as refusal:
        return retold(request, form, refusal)
    there = reverse("coordination:joint", args=(made.code,))
    return back(request, there, "已安排，接着定路线和检查清单。")


@door(may="case.view")
def joint(request: HttpRequest, code: str) -> HttpResponse:
    """One action: its route, what was found there, each unit's checklist and result, and what may be done."""
    user = person_of(request)
    row = reads.action_for(user, code)
    parts = view.parts_of(row, user)
    forms = _forms(request, user, row, parts)
    context: dict[str, Any] = {
        "action": row,
        "badge": view.badge_of(row),
        "facts": view.facts_of(row),
        "route": view.route_of(row, user),
        "parts": parts,
        "enters": row.state == "running" and any(each["mine"] for each in parts),
        "events": panels.events_of(history_of(row, role_labels())),
        "forms": forms,
        "map": view.map_of(row) if "stop" in forms else None,
    }
    if request.method != "POST":
        return page(request, **context)
    do = request.POST.get("do", "")
    if do in ("begin", "drop") and "stop" in forms:
        return back(request, request.path, _step(user, row, do))
    form = forms.get(do)
    if form is None:
        raise Invalid("没有这个动作。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _do(user, row, do, form.cleaned_data)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, request.path, sentence)


def _forms(
    request: HttpRequest, user: User, row: JointAction, parts: list[dict[str, Any]]
) -> dict[str, Form]:
    """The forms that are open to this person now, the one that was sent filled."""
    mine = reads.organises(user, row)
    asked: dict[str, tuple[Field, ...]] = {}
    if row.state == "planned" and mine:
        asked = {"stop": STOP, "checklist": CHECKLIST, "cancel": CANCEL}
    elif row.state == "planned" and any(each["mine"] for each in parts):
        asked = {"checklist": CHECKLIST}
    elif row.state == "running":
        asked = {"result": RESULT} if any(each["mine"] for each in parts) else {}
        asked |= {"finish": END} if mine else {}
    writing = [each["part"].unit for each in parts if each["mine"]]
    everybody = [each["part"].unit for each in parts]
    do = request.POST.get("do")
    return {
        key: form_of(
            fields,
            request.POST if do == key else None,
            choices={"unit": _named(everybody if key == "checklist" and mine else writing)},
        )
        for key, fields in asked.items()
    }


def _named(units: list[Unit]) -> list[tuple[str, str]]:
    return [(unit.code, str(unit)) for unit in units]


def _step(user: User, row: JointAction, do: str) -> str:
    if do == "begin":
        service.begin(row, by=user)
        return "已开始，参加单位可以填报了。"
    service.drop_last_stop(row, by=user)
    return "最后一站已去掉。"


def _do(user: User, row: JointAction, do: str, given: dict[str, Any]) -> str:
    if do == "stop":
        stop = service.add_stop(row, given["name"], *given["point"], by=user)
        return f"已加上第 {stop.order} 站「{stop}」。"
    if do == "checklist":
        part = reads.part_of(row, given["unit"])
        service.write_checklist(part, given["lines"].splitlines(), by=user)
        return f"{part.unit}的检查清单已保存。"
    if do == "result":
        part = reads.part_of(row, given["unit"])
        service.report_part(part, given["people"], given["result"], by=user)
        return f"{part.unit}的结果已记下。"
    if do == "finish":
        service.finish(row, given["words"], by=user)
        return "已结束。"
    service.cancel(row, given["words"], by=user)
    return "已取消，参加单位都收到了消息。"


@door(may=reads.ENTER)
def joint_stop(request: HttpRequest, code: str, order: int) -> HttpResponse:
    """What one's unit finds at one stop, item by item."""
    user = person_of(request)
    row = reads.action_for(user, code)
    stop = reads.stop_of(row, order)
    parts = [part for part in row.parts.select_related("unit") if reads.enters(user, part.unit_id)]
    part = next((each for each in parts if each.unit.code == request.GET.get("unit")), None)
    part = part or (parts[0] if parts else None)
    if part is None:
        raise Missing("你的单位没有参加这次行动。")
    form = view.entry_form(request, part, stop)
    context: dict[str, Any] = {
        "action": row,
        "stop": stop,
        "part": part,
        "rows": view.entry_rows(part, form),
        "next": row.stops.filter(order=order + 1).first(),
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        count = _enter(user, stop, part, form.cleaned_data)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:joint", args=(code,))
    return back(request, there, f"「{stop}」填报了 {count} 项。")


@transaction.atomic
def _enter(user: User, stop: JointStop, part: Any, given: dict[str, Any]) -> int:
    """All items that have a result; one that is wrong leaves none written."""
    count = 0
    for item in part.items.all():
        if found := given.get(f"found_{item.pk}"):
            service.enter(stop, item, found, given[f"words_{item.pk}"], by=user)
            count += 1
    if not count:
        raise Invalid("请至少填一项检查结果。")
    return count


@door(may="case.view")
def joint_case(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Make a case of what was found, for the unit that is competent."""
    user = person_of(request)
    row = reads.action_for(user, code)
    entry = reads.entry_of(row, pk)
    part = entry.item.part
    if not (reads.organises(user, row) or reads.enters(user, part.unit_id)):
        raise NotAllowed(f"这是{part.unit}查到的，请交给它或牵头的人转成案件。")
    units = {unit.code: unit for unit in reads.units_competent(row.area)}
    classes = [(each.code, f"{each.name}　{each.major}") for each in register.classes_for(row.area)]
    sent = request.method == "POST"
    form = form_of(
        FINDING,
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={
            "description": f"{entry.stop.name}：{entry.words}",
            "competent": part.unit.code,
        },
        choices={"competent": _named(list(units.values())), "class": classes},
    )
    context: dict[str, Any] = {"action": row, "entry": entry}
    if not sent:
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        short = _make(user, entry, form.cleaned_data, units)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:joint", args=(code,))
    return back(request, there, f"已转成案件 {short}。")


@transaction.atomic
def _make(user: User, entry: JointEntry, given: dict[str, Any], units: dict[str, Unit]) -> str:
    photos = [store_photo(one.read(), one.name, by=user) for one in given["photos"]]
    finding = service.Finding(
        description=given["description"],
        competent=units[given["competent"]],
        class_code=given["class"],
        photos=photos,
    )
    return service.make_case(entry, finding, by=user).short_code
