"""The roles a new city starts with: facts, stored once and then the city's own to change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

CASE_VIEW = ("case.view", "places.view", "asset.view")
INSPECTING = ("inspection.view", "bulletin.view")


@dataclass(frozen=True, kw_only=True)
class DefaultRole:
    """A role of the standard. ``blurb`` and ``icon`` present it where a role is chosen; "" is one of programs."""

    key: str
    label: str
    reach: Literal["area", "unit", "own"]
    blurb: str
    icon: str
    permissions: tuple[str, ...]
    home: str = "coordination:desk"


DEFAULT_ROLES = (
    DefaultRole(
        key="inspector",
        label="监督员",
        reach="own",
        blurb="手机上报、核实、核查",
        icon="person",
        permissions=(
            *CASE_VIEW,
            "case.report",
            "case.verify",
            "case.check",
            "duty.record",
            "station.visit",
            "discovery.view",
            "flight.fly",
        ),
    ),
    DefaultRole(
        key="operator",
        label="受理员",
        reach="area",
        blurb="接来电、受理、查重",
        icon="phone",
        permissions=(
            *CASE_VIEW,
            "case.report",
            "case.accept",
            "case.supplement",
            "case.merge",
            "case.urge",
            "case.ask",
            "case.approve",
            "case.appeal.decide",
            "case.reporter.view",
            "inquiry.take",
            "inquiry.answer",
            "discovery.view",
            "discovery.judge",
        ),
    ),
    DefaultRole(
        key="supervisor",
        label="值班长",
        reach="area",
        blurb="立案、审批、结案",
        icon="shield",
        permissions=(
            *CASE_VIEW,
            "indicator.view",
            "case.file",
            "case.close",
            "case.void",
            "case.suspend",
            "case.feed_back",
            "case.approve",
            "case.extend",
            "case.decide",
            "case.supplement",
            "case.ask",
            "case.rush",
            "case.force_close",
            "case.merge",
            "case.urge",
            "case.supervise",
            "case.escalate",
            "case.oversee",
            "monitoring.view",
            "alarm.limit",
            "weather.change",
            "lights.plan",
            "device.command",
            "alarm.fence",
            "alert.view",
            "alarm.oversee",
            "case.reporter.view",
            "case.reporter.erase",
            "inquiry.answer",
            "handover.send",
            "discovery.view",
            "discovery.arrange",
            "flight.plan",
            "campaign.change",
            "whistle.blow",
            "station.change",
            "meeting.hold",
            "catalogue.view",
            "dispatch.rule.view",
            "dispatch.rule.change",
            "duty.view",
            "patrol.point.change",
            "patrol.judge",
            "people.phone.view",
            "personal.view",
        ),
    ),
    DefaultRole(
        key="dispatcher",
        label="派遣员",
        reach="area",
        blurb="派遣、返工、审反馈",
        icon="send",
        permissions=(
            *CASE_VIEW,
            "case.dispatch",
            "case.feed_back",
            "case.suspend",
            "case.approve",
            "case.appeal.review",
            "case.supplement",
            "case.ask",
            "case.invite",
            "case.rush",
            "case.merge",
            "case.urge",
            "case.escalate",
            "case.assign",
            "handover.send",
            "discovery.view",
            "whistle.blow",
            "meeting.hold",
            "dispatch.rule.view",
        ),
    ),
    DefaultRole(
        key="department",
        label="专业部门",
        reach="unit",
        blurb="签收、处置、整改",
        icon="truck",
        permissions=(
            *CASE_VIEW,
            *INSPECTING,
            "case.handle",
            "case.invite",
            "handover.take",
            "whistle.blow",
            "whistle.answer",
            "alert.view",
            "alert.acknowledge",
            "station.visit",
            "meeting.hold",
            "promise.keep",
            "asset.change",
            "duty.record",
        ),
    ),
    DefaultRole(
        key="community",
        label="驻社区队员",
        reach="area",
        blurb="走访社区、例会、盯承诺",
        icon="people",
        permissions=(
            *CASE_VIEW,
            "case.report",
            "station.visit",
            "meeting.hold",
        ),
        home="coordination:communities",
    ),
    DefaultRole(
        key="duty",
        label="监测值守",
        reach="area",
        blurb="看报警墙、确认、派处置",
        icon="sensor",
        permissions=(
            *CASE_VIEW,
            "case.report",
            "monitoring.view",
            "alarm.judge",
            "alarm.silence",
            "weather.change",
            "alert.view",
            "alert.issue",
            "device.change",
            "device.maintain",
            "device.command",
        ),
        home="monitoring:wall",
    ),
    DefaultRole(
        key="evaluator",
        label="考评员",
        reach="area",
        blurb="督查、复核、通报",
        icon="star",
        permissions=(
            *CASE_VIEW,
            "indicator.view",
            *INSPECTING,
            "case.report",
            "case.assign",
            "case.review",
            "inspection.record",
            "bulletin.issue",
            "discovery.view",
            "campaign.change",
        ),
        home="evaluation:findings",
    ),
    DefaultRole(
        key="leader",
        label="领导",
        reach="area",
        blurb="督办、再次延期、看通报",
        icon="screen",
        permissions=(
            *CASE_VIEW,
            "indicator.view",
            *INSPECTING,
            "case.report",
            "walk.record",
            "case.approve",
            "case.extend.second",
            "case.supervise",
            "case.urge",
            "case.escalate",
            "case.lead",
            "discovery.view",
            "monitoring.view",
            "alert.view",
            "alarm.lead",
            "campaign.change",
            "whistle.blow",
            "meeting.hold",
        ),
    ),
    DefaultRole(
        key="admin",
        label="系统管理员",
        reach="area",
        blurb="机构、用户、时限",
        icon="gear",
        home="maintenance:units",
        permissions=(
            "people.view",
            "people.unit.change",
            "people.user.change",
            "people.binding.change",
            "param.change",
            "calendar.change",
            "catalogue.view",
            "catalogue.change",
            "workflow.change",
            "partner.change",
            "message.log",
            "message.rule",
            "places.view",
            "places.import",
            "asset.view",
            "asset.change",
            "asset.import",
        ),
    ),
    DefaultRole(
        key="security",
        label="安全管理员",
        reach="area",
        blurb="角色、授权、解锁",
        icon="lock",
        home="maintenance:roles",
        permissions=(
            "people.view",
            "people.user.change",
            "people.post.give",
            "people.role.change",
            "people.second_factor.end",
        ),
    ),
    DefaultRole(
        key="auditor",
        label="审计管理员",
        reach="area",
        blurb="操作审计",
        icon="eye",
        home="maintenance:audit",
        permissions=("people.view", "audit.view", "personal.view"),
    ),
    DefaultRole(
        key="sender",
        label="报送平台",
        reach="area",
        blurb="",
        icon="exchange",
        home="people:me",
        permissions=("discovery.send", "reading.send", "weather.send"),
    ),
)

SECURES = "people.role.change"
"""Whoever may this administers the security of the city."""

# 三员分立 (GB/T 22239-2019, 8.1.5): one person administers the system, its security or its audit, never two of them.
KEPT_APART = {
    "系统管理": frozenset({"people.unit.change", "param.change", "workflow.change"}),
    "安全管理": frozenset({SECURES}),
    "审计管理": frozenset({"audit.view"}),
}


def keys_in(text: str) -> frozenset[str]:
    """Keys of roles written one after the other, however they are set apart."""
    return frozenset(key for key in re.split(r"[\s,，、;；]+", text) if key)


def mingled(permissions: Iterable[str]) -> list[str]:
    """Which of the three administrations these permissions touch; more than one must not be in one hand."""
    held = set(permissions)
    return [name for name, keys in KEPT_APART.items() if keys & held]
