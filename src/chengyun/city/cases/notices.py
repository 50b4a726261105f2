"""What cases tell whom: one declaration per kind of message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse

from chengyun.city.cases.models import FAR, Case, CaseRequest
from chengyun.city.cases.recipients import (
    alarmed,
    answerers,
    asker,
    assignee,
    case_of,
    deciders,
    former,
    hander,
    handlers,
    helpers,
    holders,
    holders_and_watchers,
    leaders,
    overseers,
    parents,
    partners,
    partners_and_hander,
    sender,
    senders_and_holders,
    watchers,
)
from chengyun.city.cases.workflow import CLOCKS
from chengyun.kernel import clock, registry
from chengyun.kernel.editions import flow_of
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import INBOX, Notice
from chengyun.kernel.specs import Act
from chengyun.kernel.ui.words import duration, told

UNIT, MINUTE = "专业部门", timedelta(minutes=1)
WIDE = (INBOX, "email", "sms")
"""What also reaches people who are not at their desk, as far as the city has these ways."""
ASKED = ("case.ask_extension", "case.ask_suspend", "case.ask_return", "case.ask_void", "case.ask_appeal",
         "case.review_appeal")  # fmt: skip
ANSWERED = ("case.grant_extension", "case.refuse_extension", "case.grant_suspend", "case.refuse_suspend", "case.return",
            "case.refuse_return", "case.grant_void", "case.refuse_void", "case.grant_appeal", "case.refuse_appeal")  # fmt: skip
TAKEN_OFF = ("case.void", "case.grant_void", "case.force_close", "case.merge", "ledger.void")


def facts(row: Audit) -> Mapping[str, str]:
    """The words of a case, without anything about who reported it."""
    case = case_of(row)
    return {**_of_case(case), **_of_act(case, row), **_of_time(case, row)}


def _of_case(case: Case) -> dict[str, str]:
    state = flow_of(case.edition_id).state(case.state)
    in_unit = case.unit and state.holder == UNIT
    return {
        "code": case.code,
        "link": reverse("coordination:case", args=(case.code,)),
        "title": case.title,
        "address": case.address or "地点见案件",
        "unit": str(case.unit) if case.unit else "",
        "held": f"，在{case.unit}" if in_unit else "",
        "state": state.label,
    }


def _of_act(case: Case, row: Audit) -> dict[str, str]:
    """What was said with the act."""
    said = _said(row.facts, "reason") or _said(row.facts, "note")
    cause, until = _said(row.facts, "cause"), _said(row.facts, "until")
    return {
        "act": registry.get(Act, row.verb).label,
        "note": f"{row.facts['note']} " if row.facts.get("note") else "",
        "reason": said or "没有写原因",
        "said": f"{said}。" if said else "",
        "asked": "，".join(part for part in (cause, until, said) if part) or "没有写原因",
        "reply": _said(row.facts, "reply"),
        "level": _said(row.facts, "watch_level") or "督办",
        "grade": _said(row.facts, "grade"),
        "child": _said(row.facts, "child"),
        "body": _said(row.facts, "unit"),
        "request": dict(CaseRequest.Kind.choices).get(row.facts.get("request", ""), ""),
        "share": str(row.facts.get("share", "")),
    }


def _said(facts: Mapping[str, Any], key: str) -> str:
    """A fact in words; a choice was kept with the words people chose."""
    value = facts.get(key) or ""
    return str(value.get("name", "") if isinstance(value, dict) else value).strip().rstrip("。")


def _of_time(case: Case, row: Audit) -> dict[str, str]:
    now = clock.now()
    over = duration(now - case.due_at) if now - case.due_at >= MINUTE else "不到 1 分钟"
    return {
        "due": f"{told(case.due_at, now=now)} 前办结。" if case.due_at < FAR else "",
        "clock": CLOCKS.get(str(row.facts.get("clock") or case.clock), "办理"),
        "left": duration(max(case.due_at - now, timedelta())),
        "over": over,
    }


# fmt: off
NOTICES = (
    Notice(key="case.dispatched", label="派给我单位", group="案件", on=("case.dispatch", "case.reassign", "ledger.assign", "petition.admit", "petition.pass_on"), to=handlers, facts=facts,
           title="新派来：{title}，{address}", text="{unit}办理。{due}", channels=WIDE, order=1),
    Notice(key="case.rushed", label="抢修派给我单位", group="案件", on=("case.rush",), to=handlers, facts=facts,
           title="抢修：{title}，{address}", text="{unit}马上到场看护。{due}", channels=WIDE, urgent=True, compulsory=True, order=2),
    Notice(key="case.helping", label="请我单位协办", group="案件", on=("case.dispatch",), to=helpers, facts=facts,
           title="请协办：{title}，{address}", text="{unit}主办，请你单位协办。{due}", channels=WIDE, order=3),
    Notice(key="case.helped", label="协办完成", group="案件", on=("case.assist_done",), to=handlers, facts=facts,
           title="协办完成：{title}，{address}", text="{said}", order=4),
    Notice(key="case.rework", label="返工", group="案件", on=("case.rework", "ledger.redo", "petition.redo"), to=handlers, facts=facts,
           title="返工：{title}，{address}", text="原因：{reason}。{due}", channels=WIDE, order=5),
    Notice(key="case.check_failed", label="核查不合格", group="案件", on=("case.check_fail",), to=handlers, facts=facts,
           title="核查不合格：{title}，{address}", text="原因：{reason}。{due}", channels=WIDE, order=6),
    Notice(key="case.moved", label="改派给别的单位", group="案件", on=("case.reassign",), to=former, facts=facts,
           title="已改派别处：{title}，{address}", text="现在由{unit}办理，你单位不用再办。原因：{reason}。", channels=WIDE, order=7),
    Notice(key="case.taken_off", label="我单位的案件不用办了", group="案件", on=TAKEN_OFF, to=handlers, facts=facts,
           title="{act}：{title}，{address}", text="{said}现在是「{state}」，你单位不用再办。", channels=WIDE, order=8),
    Notice(key="case.joined", label="别的案件并到我单位的案件", group="案件", on=("case.merge",), to=parents, facts=facts,
           title="又有一件并到你单位的案件：{title}，{address}", text="{said}主案办结时它一起办结。", order=9),
    Notice(key="case.paused", label="挂账和恢复", group="案件", on=("case.suspend", "case.resume"), to=handlers, facts=facts,
           title="{act}：{title}，{address}", text="{said}{due}", order=10),
    Notice(key="case.returned", label="退回给我", group="案件", on=("case.return",), to=senders_and_holders, facts=facts,
           title="被退回：{title}，{address}", text="现在是「{state}」，请处理。{said}", order=11),
    Notice(key="case.ready", label="退回的案件可以再派了", group="案件", on=("case.supplement", "case.decide"), to=sender, facts=facts,
           title="可以派遣：{title}，{address}", text="{act}：{reason}。", order=12),
    Notice(key="case.sent_back", label="退回到我这一步", group="案件", on=("case.send_back", "case.hand_back"), to=holders, facts=facts,
           title="{act}：{title}，{address}", text="原因：{reason}。", order=13),
    Notice(key="case.verify_task", label="核实任务", group="案件", on=("case.ask_verify",), to=assignee, facts=facts,
           title="请核实：{title}，{address}", text="{note}", channels=WIDE, order=14),
    Notice(key="case.check_task", label="核查任务", group="案件", on=("case.feed_back",), to=assignee, facts=facts,
           title="请核查：{title}，{address}", text="{note}{due}", channels=WIDE, order=15),
    Notice(key="case.resent", label="核实、核查改派给我", group="案件", on=("case.resend",), to=assignee, facts=facts,
           title="改派给你（{state}）：{title}，{address}", text="{note}{due}", channels=WIDE, order=16),
    Notice(key="case.asked", label="等我审批", group="审批和督办", on=ASKED, to=deciders, facts=facts,
           title="待审批 {act}：{title}，{address}", text="{asked}。", order=21),
    Notice(key="case.answered", label="我的申请有了答复", group="审批和督办", on=ANSWERED, to=asker, facts=facts,
           title="{act}：{title}，{address}", text="{said}{due}", channels=WIDE, order=22),
    Notice(key="case.urged", label="催办", group="审批和督办", on=("case.urge",), to=holders, facts=facts,
           title="催办：{title}，{address}", text="{said}现在是「{state}」，{due}", channels=WIDE, order=23),
    Notice(key="case.supervised", label="督办", group="审批和督办", on=("case.supervise",), to=holders, facts=facts,
           title="{level}：{title}，{address}", text="原因：{reason}。请办理并回复。", channels=WIDE, compulsory=True, order=24),
    Notice(key="case.replied", label="督办有了回复", group="审批和督办", on=("case.reply",), to=watchers, facts=facts,
           title="督办已回复：{title}，{address}", text="{unit}：{reply}。", order=25),
    Notice(key="case.released", label="解除督办", group="审批和督办", on=("case.release",), to=handlers, facts=facts,
           title="解除督办：{title}，{address}", text="原因：{reason}。", order=26),
    Notice(key="case.emergency", label="转应急", group="审批和督办", on=("case.escalate",), to=alarmed, facts=facts,
           title="转应急（{grade}）：{title}，{address}", text="现在是「{state}」{held}。{said}", channels=WIDE, urgent=True, compulsory=True, order=27),
    Notice(key="case.stood_down", label="解除应急", group="审批和督办", on=("case.stand_down",), to=alarmed, facts=facts,
           title="解除应急：{title}，{address}", text="原因：{reason}。", order=28),
    Notice(key="handover.sent", label="移送给我单位", group="移送和来件", on=("handover.send",), to=partners, facts=facts,
           title="移送来：{title}，{address}", text="原因：{reason}。请接收或退回。", channels=WIDE, order=41),
    Notice(key="handover.withdrawn", label="移送被撤回", group="移送和来件", on=("handover.withdraw",), to=partners, facts=facts,
           title="撤回移送：{title}，{address}", text="原因：{reason}。你单位不用再办。", order=42),
    Notice(key="handover.answered", label="我移送的有了答复", group="移送和来件", on=("handover.receive", "handover.return", "handover.answer"),
           to=hander, facts=facts, title="{body}{act}：{title}，{address}", text="{said}{reply}", order=43),
    Notice(key="handover.late", label="移送超时", group="移送和来件", on=("limit.handover",), to=partners_and_hander, facts=facts,
           title="移送超时：{title}，{address}", text="{body}还没有接收或反馈。", channels=WIDE, compulsory=True, order=44),
    Notice(key="inquiry.late", label="来件回复超时", group="移送和来件", on=("limit.inquiry",), to=answerers, facts=facts,
           title="该回复来件人了：{title}，{address}", text="回复时限已过，现在是「{state}」。", channels=WIDE, urgent=True, compulsory=True, order=45),
    Notice(key="case.request_late", label="审批超时", group="时限", on=("limit.request",), to=deciders, facts=facts,
           title="审批超时：{title}，{address}", text="{request}申请还在等你审批。", channels=WIDE, compulsory=True, order=35),
    Notice(key="case.reply_late", label="督办回复超时", group="时限", on=("limit.reply",), to=holders_and_watchers, facts=facts,
           title="督办还没有回复：{title}，{address}", text="现在是「{state}」{held}。", channels=WIDE, compulsory=True, order=36),
    Notice(key="case.near", label="快到时限", group="时限", on=("limit.near",), to=holders, facts=facts,
           title="快到{clock}时限：{title}，{address}", text="现在是「{state}」，还剩 {left}。", order=31),
    Notice(key="case.overdue", label="超过时限", group="时限", on=("limit.over",), to=holders, facts=facts,
           title="已超{clock}时限：{title}，{address}", text="现在是「{state}」，已超 {over}。", channels=WIDE, urgent=True, compulsory=True, order=32),
    Notice(key="case.escalated", label="超时上报值班长", group="时限", on=("limit.escalate",), to=overseers, facts=facts,
           title="{clock}超时：{title}，{address}", text="现在是「{state}」{held}，已超 {over}，请过问。", compulsory=True, order=33),
    Notice(key="case.escalated_far", label="久拖不决上报领导", group="时限", on=("limit.escalate",), to=leaders, facts=facts,
           title="久拖不决：{title}，{address}", text="{clock}时限已用 {share}%，现在是「{state}」{held}，请您过问。", compulsory=True, order=34),
)
# fmt: on
