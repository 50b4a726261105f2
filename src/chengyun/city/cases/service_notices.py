"""What 共建服务 tells whom: the community's people, when a body answered, reported, or a resident confirmed."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.models import ServiceItem
from chengyun.city.cases.recipients import in_posts
from chengyun.city.cases.service_items import ARRANGE
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient


def _item(row: Audit) -> ServiceItem:
    return ServiceItem.objects.select_related("enlistment__body", "by").get(pk=row.subject_id)


def arranger(row: Audit) -> list[Recipient]:
    """Who arranged the item; where that is nobody any more, who arranges in the community."""
    item = _item(row)
    if item.by and item.by.is_active:
        return [Recipient(person=item.by.pk, role=item.by.post_key)]
    return in_posts(posts_in_charge(ARRANGE, area=item.area))


def of_item(row: Audit) -> Mapping[str, str]:
    item = _item(row)
    return {
        "code": item.code,
        "link": reverse("coordination:service_item", args=(item.code,)),
        "title": item.title.rstrip("。"),
        "body": item.enlistment.body.name,
        "standing": item.get_state_display(),
    }


NOTICES = (
    Notice(
        key="service.answered",
        label="共建单位认领、不认领",
        group="共建服务",
        on=("service.take", "service.decline"),
        to=arranger,
        facts=of_item,
        title="{standing}：{title}",
        text="{body}。",
        order=63,
    ),
    Notice(
        key="service.reported",
        label="等确认的服务",
        group="共建服务",
        on=("service.report",),
        to=arranger,
        facts=of_item,
        title="请居民确认：{title}",
        text="{body}报告做完了。",
        order=64,
    ),
    Notice(
        key="service.witnessed",
        label="居民确认、退回服务",
        group="共建服务",
        on=("service.confirm", "service.return"),
        to=arranger,
        facts=of_item,
        title="{standing}：{title}",
        text="{body}。",
        order=65,
    ),
)
