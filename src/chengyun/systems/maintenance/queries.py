"""Reads of 应用维护. The user comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import make_aware

from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import names_of_users
from chengyun.city.places.queries import names_of, regions
from chengyun.kernel import registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import installation
from chengyun.kernel.models import Audit, Personal
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Act, Workflow

SUBJECTS = {
    "people.user": "用户",
    "people.unit": "机构",
    "people.role": "角色",
    "people.apitoken": "令牌",
    "people.binding": "责任人",
    "kernel.setting": "参数",
    "kernel.calendarday": "工作日历",
    "kernel.workflowedition": "流程",
    "kernel.attachment": "附件",
    "kernel.file": "附件",
    "places.layerimport": "图层导入",
    "places.region": "区划",
    "places.responsibilitygrid": "责任网格",
    "places.grid": "单元网格",
    "places.road": "道路",
    "places.baseshape": "底图",
    "assets.asset": "部件",
    "assets.importrun": "部件导入",
    "cases.case": "案件",
    "cases.caseclass": "类别",
    "cases.filingcondition": "立案条件",
    "inspections.finding": "督查问题",
    "evaluation.bulletin": "督查通报",
}
FACTS = {
    "from": "原状态",
    "to": "新状态",
    "unit": "单位",
    "name": "名称",
    "phone": "电话",
    "email": "邮箱",
    "role": "角色",
    "area": "区域",
    "kind": "类别",
    "parent": "上级",
    "key": "名目",
    "value": "新值",
    "before": "原值",
    "permissions": "权限",
    "granted": "增加的权限",
    "withdrawn": "去掉的权限",
    "reach": "数据范围",
    "door": "入口",
    "tries": "连错次数",
    "minutes": "锁定分钟",
    "tokens": "吊销令牌",
    "own": "本人修改",
    "date": "日期",
    "works": "上班",
    "year": "年份",
    "days": "天数",
    "source": "来源",
    "rows": "条数",
    "label": "用途",
    "expires_at": "到期",
    "note": "说明",
    "on": "日期",
    "place": "地点",
    "shift": "班次",
    "substitute": "替班人",
}


def areas_for(user: User, permission: str, *, streets: bool = False) -> list[tuple[str, str]]:
    """The areas in which the user holds a permission, as (code, name), the widest first.

    They are the regions that were imported and, as long as none were, those in which units stand.
    """
    scope, city = user.scope(permission), installation()
    levels = ("city", "district", "street") if streets else ("city", "district")
    found = set(
        regions().filter(scope.area_q("code"), level__in=levels).values_list("code", flat=True)
    )
    if not found:
        found = set(Unit.objects.filter(scope.area_q("area")).values_list("area", flat=True))
    if city and scope.covers(area=city.area):
        found.add(city.area)
    return [(code, area_name(code)) for code in sorted(found)]


def area_name(code: str) -> str:
    """The name of an area, or its code while no region of that code has been imported."""
    city = installation()
    if city and code == city.area:
        return city.name
    return names_of([code]).get(code, code)


@dataclass(frozen=True, kw_only=True)
class Line:
    """An audit row as it is read."""

    row: Audit
    act: str
    who: str
    subject: str

    @property
    def pk(self) -> int:
        return self.row.pk


def audit_for(user: User) -> QuerySet[Audit]:
    """Audit rows of the areas the user audits; those of no area belong to the city."""
    scope, city = user.scope("audit.view"), installation()
    whole = Q(area="") if city and scope.covers(area=city.area) else Q(pk__in=())
    return Audit.objects.filter(scope.area_q("area") | whole)


def narrowed(rows: QuerySet[Audit], values: Mapping[str, str]) -> QuerySet[Audit]:
    """Rows that fit the filters of the page: ``person`` is a user name, ``subject`` a code, ``since`` a date."""
    found = rows
    if verb := values.get("verb"):
        found = found.filter(verb=verb)
    if person := values.get("person"):
        found = found.filter(actor_id__in=User.objects.filter(username=person).values("pk"))
    if subject := values.get("subject"):
        found = found.filter(subject_code=subject)
    if (area := values.get("area", "")) and area.isdigit():
        found = found.filter(inside("area", area))
    if since := _day(values.get("since", "")):
        found = found.filter(at__gte=_midnight(since))
    if until := _day(values.get("until", "")):
        found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
    return found


def lines_of(rows: Iterable[Audit]) -> list[Line]:
    """Audit rows with the names of people and acts."""
    kept = list(rows)
    users = {r.subject_id for r in kept if r.subject_type == "people.user"}
    names = names_of_users({r.actor_id for r in kept if r.actor_id} | users)
    return [
        Line(
            row=row,
            act=act_label(row.verb),
            who=names.get(row.actor_id, "已注销") if row.actor_id else "系统",
            subject=_subject(row, names),
        )
        for row in kept
    ]


def audit_row_for(user: User, pk: int) -> Audit:
    """One audit row. Raises Missing outside the scope."""
    found = audit_for(user).filter(pk=pk).select_related("seal").first()
    if found is None:
        raise Missing("没有这条审计记录，或者它不在你的审计范围内。")
    return found


def personal_of(row: Audit) -> dict[str, str]:
    """The personal values an audit row refers to; an erased one is said to be."""
    ids = {k: v["personal"] for k, v in row.facts.items() if _is_personal(v)}
    kept = {p.pk: p for p in Personal.objects.filter(pk__in=ids.values())}
    return {
        key: "已按申请删除" if pk not in kept or kept[pk].erased_at else kept[pk].value
        for key, pk in ids.items()
    }


def facts_of(row: Audit) -> list[tuple[str, str]]:
    """What an audit row holds, personal values hidden."""
    labels = _fact_labels(row.verb)
    return [
        (labels.get(key, key), "（个人信息，另存）" if _is_personal(value) else _words(value))
        for key, value in row.facts.items()
    ]


def _fact_labels(verb: str) -> dict[str, str]:
    """Labels of facts: those the workflow of the verb declares come first."""
    name = verb.partition(".")[0]
    flow = registry.get(Workflow, name) if registry.has(Workflow, name) else None
    return FACTS | ({fact.key: fact.label for fact in flow.facts} if flow else {})


def act_label(verb: str) -> str:
    return registry.get(Act, verb).label if registry.has(Act, verb) else verb


def acts() -> list[tuple[str, str]]:
    """Every declared act, by label."""
    found = [(act.key, f"{act.label}（{act.key}）") for act in registry.all_of(Act)]
    return sorted(found, key=lambda pair: pair[1])


def _subject(row: Audit, names: Mapping[int, str]) -> str:
    kind = SUBJECTS.get(row.subject_type, row.subject_type)
    name = names.get(row.subject_id) if row.subject_type == "people.user" else None
    return f"{kind} {name or row.subject_code}"


def _is_personal(value: Any) -> bool:
    return isinstance(value, dict) and "personal" in value


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value)) or "—"
    return "—" if value in (None, "") else str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()))
