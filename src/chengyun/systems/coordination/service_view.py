"""What the pages show of 共建服务: the lists of items and of bodies, their facts, the addresses to pass on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases import service_items as reads
from chengyun.city.cases.models import Enlistment, ServiceBody, ServiceItem
from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock, registry
from chengyun.kernel.files import attachments_of
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import day, told
from chengyun.systems.coordination import lists

TONES = {
    "offered": "amber",
    "taken": "accent",
    "reported": "amber",
    "confirmed": "eco",
    "declined": "line",
    "withdrawn": "line",
}
State = ServiceItem.State


def badge_of(row: ServiceItem) -> dict[str, str]:
    """How an item stands; red once its last day passed without a report."""
    if row.state in ServiceItem.OUTSIDE and row.last_day < localdate(clock.now()):
        return {"words": "过期未报", "tone": "red"}
    return {"words": row.get_state_display(), "tone": TONES[row.state]}


def who(row: Enlistment, *, named: bool) -> str:
    """A body, or one of its people; the name is for whoever arranges there."""
    if not row.person:
        return row.body.name
    return f"{row.body.name}　{row.person if named else '报到人员'}"


def days_of(row: ServiceItem) -> str:
    first, last = day(row.first_day, year=False), day(row.last_day, year=False)
    return first if first == last else f"{first}至{last}"


def hours_words(hours: Decimal) -> str:
    """Hours of service without a needless .0."""
    return f"{hours.normalize():f}"


def served(row: ServiceItem) -> str:
    """What was reported: so many people, so many hours together."""
    if not row.people:
        return ""
    return f"{row.people} 人　{hours_words(row.people * row.hours)} 小时"


def _items(user: Any, values: Values) -> QuerySet[ServiceItem]:
    rows = reads.items_for(user)
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if values.get("body", "").isdigit():
        rows = rows.filter(enlistment__body=int(values["body"]))
    if "community" in values:
        rows = rows.filter(inside("area", values["community"]))
    if "waits" in values:
        rows = rows.filter(state__in=ServiceItem.WAITS)
    if "overdue" in values:
        rows = rows.filter(reads.overdue())
    return rows


def _bodies(user: Any) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in reads.bodies_for(user).values_list("pk", "name")]


SERVICE_ITEMS = Listing(
    key="coordination:service_items",
    label="服务事项",
    may="case.view",
    columns=(
        Column(key="days", label="日期", kind="short", value=days_of, sort="first_day"),
        Column(
            key="title", label="服务事项", kind="strong", value=lambda row: (row.title, row.venue)
        ),
        Column(key="body", label="单位", value=lambda row: who(row.enlistment, named=False)),
        Column(key="area", label="社区", kind="short", value=lambda row: label_of(row.area)),
        Column(key="served", label="服务时长", kind="short", value=served),
        Column(
            key="witness", label="谁确认", kind="short", value=lambda row: row.get_witness_display()
        ),
        Column(key="state", label="状态", kind="badge", value=badge_of),
    ),
    filters=(
        Filter(key="state", label="状态", choices=lambda user: list(State.choices)),
        Filter(key="body", label="单位", choices=_bodies),
        lists.COMMUNITY,
        Filter(key="waits", label="只看未了", kind="check"),
        Filter(key="overdue", label="只看过期未报", kind="check"),
    ),
    rows=_items,
    order=("-first_day", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:service_item", args=(row.code,)),
        key=lambda row: row.code,
    ),
    empty="没有这样的服务事项。",
    way="去掉全部条件",
)


def _rows(user: Any, values: Values) -> QuerySet[ServiceBody]:
    rows = reads.bodies_for(user)
    if "kind" in values:
        rows = rows.filter(kind=values["kind"])
    if "ended" not in values:
        rows = rows.filter(valid_to=None)
    return reads.with_sums(rows, user)


SERVICE_BODIES = Listing(
    key="coordination:service_bodies",
    label="共建单位",
    may="case.view",
    columns=(
        Column(key="name", label="单位", kind="strong", value=lambda row: (row.name, row.offers)),
        Column(key="kind", label="类型", kind="short", value=lambda row: row.get_kind_display()),
        Column(
            key="communities", label="报到社区", kind="number", value=lambda row: row.communities
        ),
        Column(key="confirmed", label="已确认", kind="number", value=lambda row: row.confirmed),
        Column(
            key="by_residents",
            label="居民确认",
            kind="number",
            value=lambda row: row.by_residents,
        ),
        Column(
            key="hours",
            label="服务时长（小时）",
            kind="short",
            value=lambda row: hours_words(row.hours),
        ),
    ),
    filters=(
        Filter(key="kind", label="类型", choices=lambda user: list(ServiceBody.Kind.choices)),
        Filter(key="ended", label="也看停用的", kind="check"),
    ),
    rows=_rows,
    order=("kind", "id"),
    links=Links(
        url=lambda row: reverse("coordination:service_body", args=(row.pk,)),
        key=lambda row: row.pk,
    ),
    empty="没有这样的共建单位。",
    way="去掉全部条件",
)
registry.add(SERVICE_ITEMS, SERVICE_BODIES)


def figures_of(sums: Mapping[str, Any], **where: Any) -> list[tuple[str, Any, str]]:
    """Label, number, where it leads: the sums of a body or of a community."""
    base = reverse("coordination:service_items")

    def url(**more: str) -> str:
        return f"{base}?{urlencode(where | more)}"

    confirmed = url(state=State.CONFIRMED.value)
    return [
        ("未了", sums["waiting"], url(waits="1")),
        ("已确认", sums["confirmed"], confirmed),
        ("其中居民确认", sums["by_residents"], confirmed),
        ("服务时长", f"{hours_words(sums['hours'])} 小时", confirmed),
    ]


def facts_of(row: ServiceItem, *, named: bool) -> list[tuple[str, Any]]:
    """Who, where, when; what was reported, and who confirmed it."""
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("社区", label_of(row.area)),
        ("谁来做", who(row.enlistment, named=named)),
        ("在哪里", row.venue),
        ("日期", days_of(row)),
    ]
    if row.words:
        facts.append(("要求", row.words))
    if row.people:
        facts += [
            ("参加", f"{row.people} 人，每人 {hours_words(row.hours)} 小时"),
            ("服务时长", f"{hours_words(row.people * row.hours)} 小时"),
            ("做了什么", row.result),
        ]
    if row.reported_at:
        facts.append(("报告", told(row.reported_at, now=now)))
    if row.witness:
        facts.append(("谁确认", row.get_witness_display()))
    if row.returns:
        facts.append(("退回过", f"{row.returns} 次"))
    if row.ended_at:
        facts.append((row.get_state_display(), told(row.ended_at, now=now)))
    if row.said:
        facts.append(("说明", row.said))
    return facts


def addresses(request: HttpRequest, user: User, row: ServiceItem) -> list[tuple[str, str]]:
    """Label and address: what whoever arranges passes on, as far as something may be done through it."""
    if not reads.arranges(user, row.area):
        return []
    labels = {reads.BODY: "给单位", reads.RESIDENT: "给居民"}
    return [
        (label, request.build_absolute_uri(address_of(row, whose)))
        for whose, label in labels.items()
        if reads.may_do(row, whose)
    ]


def address_of(row: ServiceItem, whose: str) -> str:
    return reverse("coordination:service_answer", args=(reads.token_of(row, whose),))


def photos_at(row: ServiceItem, token: str) -> list[dict[str, str]]:
    """The photos of the result as they are shown through an address."""

    def there(pk: int, size: str) -> str:
        return reverse("coordination:service_photo", args=(token, pk, size))

    return [
        {"url": there(one.pk, "whole"), "thumb": there(one.pk, "small"), "caption": "服务照片"}
        for one in attachments_of(row)
        if one.file.width
    ]


def standing(row: ServiceItem, whose: str) -> str:
    """Why nothing can be done through an address now, in one sentence."""
    if row.state == State.CONFIRMED:
        return "已经确认，谢谢。"
    if row.state == State.WITHDRAWN:
        return "社区已经撤销这项服务，不用再办。"
    if row.state == State.DECLINED:
        return "已经回复不认领，不用再办。"
    if whose == reads.BODY:
        return "已经报告，正在等居民确认。"
    if row.state == State.REPORTED:
        return "这个链接已经过了有效期。请请社区重新发。"
    return "这项服务还没有做完，做完再请您确认。"
