"""The history in words: what an act was done to, and what it holds, without the codes it is kept in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime

from chengyun.city.assets.specs import AssetType
from chengyun.city.cases.specs import Source
from chengyun.city.cases.workflow import CLOCKS
from chengyun.city.inspections.specs import Checklist
from chengyun.city.people.models import Role, Unit
from chengyun.city.people.queries import names_of_users, role_labels
from chengyun.city.people.specs import BINDING_KINDS
from chengyun.kernel import registry
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import INBOX, Channel, Notice
from chengyun.kernel.params import settings_of, value_words
from chengyun.kernel.specs import Act, Param, Permission, Workflow
from chengyun.kernel.ui.words import day
from chengyun.systems.maintenance.queries import area_name, is_personal

SUBJECTS = {
    "people.user": "用户",
    "people.unit": "机构",
    "people.role": "角色",
    "people.apitoken": "令牌",
    "people.binding": "责任人",
    "people.attendance": "在岗",
    "people.mustvisit": "必到点",
    "cases.missed": "漏报线索",
    "people.networktries": "网络地址",
    "kernel.installation": "城市",
    "kernel.setting": "参数",
    "kernel.calendarday": "工作日历",
    "kernel.workflowedition": "流程",
    "kernel.attachment": "附件",
    "kernel.dispatch": "消息",
    "kernel.delivery": "事件",
    "kernel.endpoint": "推送地址",
    "kernel.channelrule": "消息规则",
    "kernel.preference": "消息设置",
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
    "cases.reporterview": "案件",
    "cases.caseclass": "类别",
    "cases.filingcondition": "立案条件",
    "cases.dispatchedition": "派遣规则",
    "inspections.finding": "督查问题",
    "evaluation.bulletin": "督查通报",
    "kernel.workflowdraft": "流程草稿",
    "kernel.listexport": "列表导出",
    "kernel.savedfilter": "筛选",
}
FACTS = {
    "from": "原状态",
    "to": "新状态",
    "unit": "单位",
    "name": "名称",
    "phone": "电话",
    "email": "邮箱",
    "role": "角色",
    "valid_from": "任职从",
    "valid_to": "任期到",
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
    "network": "网络地址",
    "minutes": "锁定分钟",
    "tokens": "吊销令牌",
    "own": "本人修改",
    "temporary": "须本人更换",
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
    "weekdays": "上班的日子",
    "radius": "半径",
    "times": "每天几次",
    "judged": "认定",
    "duty": "在岗记录",
    "walk": "马路办公",
    "substitute": "替班人",
    "added": "新增",
    "changed": "修改",
    "ended": "停用",
    "written": "写入",
    "bad": "有错",
    "case": "案件",
    "class": "类别",
    "classes": "类别（个）",
    "condition": "立案条件",
    "text": "立案条件",
    "limit": "处置时限",
    "closing": "结案条件",
    "due": "期限",
    "edition": "版本",
    "field": "领域",
    "findings": "问题（处）",
    "week": "周次",
    "number": "文号",
    "seal": "封存值",
    "sha256": "文件摘要",
    "inspector": "监督员",
    "user": "人员",
    "lon": "经度",
    "lat": "纬度",
    "photos": "照片（张）",
    "state": "状态",
    "type": "类型",
    "verdict": "核实结论",
    "reason": "原因",
    "keys": "项目",
    "row": "审计记录",
    "seals": "封存（批）",
    "faults": "不符（处）",
    "workflow": "流程",
    "branch": "分支",
    "verb": "动作",
    "description": "描述",
    "reporter_name": "上报人",
    "reporter_phone": "上报人电话",
    "person": "账号",
    "subject": "对象编号",
    "since": "从",
    "until": "到",
    "factor": "验证方式",
    "step": "步骤",
    "changes": "改了什么",
    "list": "列表",
    "form": "形式",
    "clear": "含上报人信息",
    "filters": "条件",
    "shared": "本单位共用",
    "channels": "方式",
    "channel": "方式",
    "recipient": "接收人",
    "url": "地址",
    "kinds": "消息种类",
    "clock": "环节",
    "level": "上报到",
    "share": "已用百分比",
    "muted": "不接收",
    "quiet": "免打扰",
    "digest": "每天一封",
    "generation": "第几把密钥",
    "address": "地址",
    "rank": "职务",
    "hours": "走访时间",
    "visit": "走访",
    "at": "时间",
    "units": "请的单位",
    "attendees": "参加人姓名",
    "summary": "纪要",
    "late": "超期",
}


TOLD_ABOVE = {"supervisor": "值班长", "leader": "领导"}
FORMS = {"page": "网页", "word": "Word 文件"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
PEOPLE = ("user", "inspector", "substitute")
SETTINGS = ("param.set", "param.unset")


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


def lines_of(rows: Iterable[Audit]) -> list[Line]:
    """Audit rows with the names of people and acts."""
    kept = list(rows)
    users = {r.subject_id for r in kept if r.subject_type == "people.user"}
    changed = {r.subject_id for r in kept if r.subject_type == "people.role"}
    named = dict(Role.objects.filter(pk__in=changed).values_list("pk", "label")) if changed else {}
    names = names_of_users({r.actor_id for r in kept if r.actor_id} | users)
    return [
        Line(
            row=row,
            act=act_label(row.verb),
            who=names.get(row.actor_id, "已注销") if row.actor_id else "系统",
            subject=_subject(row, names, named),
        )
        for row in kept
    ]


def facts_of(row: Audit) -> list[tuple[str, str]]:
    """What an audit row holds in words, personal values hidden."""
    if row.verb in SETTINGS and registry.has(Param, row.facts["key"]):
        return _setting(row)
    labels = _fact_labels(row.verb)
    kept = {key: value for key, value in row.facts.items() if value is not None}
    names = names_of_users(kept[key] for key in PEOPLE if isinstance(kept.get(key), int))
    return [(labels.get(key, key), _told(row, key, value, names)) for key, value in kept.items()]


def labelled(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Personal values under their labels."""
    return [(FACTS.get(key, key), value) for key, value in values.items()]


def _setting(row: Audit) -> list[tuple[str, str]]:
    """A change of a parameter; what was not set before held by inheritance."""
    param, facts = registry.get(Param, row.facts["key"]), row.facts
    settings = settings_of(row.area)
    values = [facts.get(key) for key in ("before", "value")]
    before, now = (
        "沿用上级或默认值" if value is None else value_words(param, value, settings)
        for value in values
    )
    return [("参数", f"{param.group} · {param.label}"), ("原值", before), ("新值", now)]


def _fact_labels(verb: str) -> dict[str, str]:
    """Labels of facts: those the workflow of the verb declares come first."""
    flow = _flow(verb)
    return FACTS | ({fact.key: fact.label for fact in flow.facts} if flow else {})


def _flow(verb: str) -> Workflow | None:
    name = verb.partition(".")[0]
    return registry.get(Workflow, name) if registry.has(Workflow, name) else None


def act_label(verb: str) -> str:
    return registry.get(Act, verb).label if registry.has(Act, verb) else verb


def acts() -> list[tuple[str, str]]:
    """Every declared act by label; those of a workflow say of which."""
    found = []
    for act in registry.all_of(Act):
        flow = _flow(act.key)
        found.append((act.key, f"{flow.label} · {act.label}" if flow else act.label))
    return sorted(found, key=lambda pair: pair[1])


def _subject(row: Audit, names: Mapping[int, str], roles: Mapping[int, str]) -> str:
    kind, facts = SUBJECTS.get(row.subject_type, row.subject_type), row.facts
    if row.verb in SETTINGS and registry.has(Param, facts["key"]):
        return f"{kind}「{registry.get(Param, facts['key']).label}」"
    if row.verb == "calendar.import":
        return f"工作日历 {facts['year']} 年"
    if row.subject_type == "kernel.calendarday" and facts.get("date"):
        return f"{kind} {day(date.fromisoformat(facts['date']))}"
    named = {"people.user": names, "people.role": roles}.get(row.subject_type, {})
    return f"{kind} {named.get(row.subject_id) or row.subject_code}"


def _told(row: Audit, key: str, value: Any, names: Mapping[int, str]) -> str:
    """One value in words."""
    if is_personal(value):
        return "（个人信息，另存）"
    if key in PEOPLE and isinstance(value, int):
        return names.get(value, "已注销")
    if (word := _flow_word(row.verb, key, value)) or (word := _chosen(row, key, value)):
        return word
    return _plain(value)


def _flow_word(verb: str, key: str, value: Any) -> str:
    """A state, or the choice of a fact, by the names its workflow gives them."""
    flow = _flow(verb)
    if flow is None or not isinstance(value, str):
        return ""
    if key in ("from", "to"):
        return {state.key: state.label for state in flow.states}.get(value, value)
    chosen = {fact.key: dict(fact.choices) for fact in flow.facts}
    return chosen.get(key, {}).get(value, "")


def _chosen(row: Audit, key: str, value: Any) -> str:
    """What a code stands for, "" when the key is none of a code."""
    read = READ.get(key)
    return read(value) if read and value not in ("", [], None) else ""


def _label_of(kind: type[Any], key: Any) -> str:
    return str(registry.get(kind, key).label) if registry.has(kind, key) else str(key)


def _rights(keys: Any) -> str:
    return "、".join(_label_of(Permission, key) for key in keys)


def _field(key: str) -> str:
    lists = registry.all_of(Checklist)
    return next((list_.label_of(key) for list_ in lists if list_.label_of(key) != key), key)


def _unit(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("name", ""))
    found = Unit.objects.filter(code=value).first() if isinstance(value, str) else None
    return found.name if found else str(value)


def _kind(value: Any) -> str:
    return str({**dict(Unit.Kind.choices), **BINDING_KINDS}.get(value) or _label_of(Notice, value))


def _ways(value: Any) -> str:
    """The ways by which somebody is told, one or several."""
    keys = [value] if isinstance(value, str) else value
    return "、".join("站内" if key == INBOX else _label_of(Channel, key) for key in keys)


def _case(value: Any) -> str:
    """The case and what else was done to it."""
    if not isinstance(value, str):
        return ""
    return format_html('<a href="{}?subject={}">{}</a>', reverse("maintenance:audit"), value, value)


def _notices(keys: Any) -> str:
    return "、".join(_label_of(Notice, key) for key in keys)


READ: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(("permissions", "granted", "withdrawn"), _rights),
    "role": lambda value: role_labels().get(value, str(value)),
    "reach": lambda value: str(dict(Role.Reach.choices).get(value, value)),
    "area": lambda value: area_name(str(value)),
    "source": lambda value: _label_of(Source, value),
    "type": lambda value: _label_of(AssetType, value),
    "field": _field,
    "unit": _unit,
    "parent": _unit,
    "kind": _kind,
    "case": _case,
    "form": lambda value: FORMS.get(value, str(value)),
    "works": lambda value: "上班" if value else "放假",
    "verb": act_label,
    "workflow": lambda value: _label_of(Workflow, value),
    "clock": lambda value: CLOCKS.get(str(value), str(value)),
    "level": lambda value: TOLD_ABOVE.get(str(value), str(value)),
    **dict.fromkeys(("channel", "channels"), _ways),
    **dict.fromkeys(("kinds", "muted"), _notices),
}
"""How the values of some facts are read."""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(_plain, value)) or "—"
    if isinstance(value, dict):
        said = [value.get(key) for key in ("name", "text")]
        parts = [str(part) for part in said if part] or [_plain(part) for part in value.values()]
        return "，".join(parts)
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return f"{localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    return "—" if value in (None, "") else str(value)
