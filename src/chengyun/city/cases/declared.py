"""What cases declare: their types, sources, permissions, limits and acts."""

from datetime import timedelta

from chengyun.city.cases import (
    acts,
    agreement_notices,
    campaign_notices,
    discoveries,
    handovers,
    instruction_notices,
    invitation_notices,
    jobs,
    joint_notices,
    meeting_notices,
    meetings,
    petition_notices,
    queries,
    service_items,
    service_notices,
    stewards,
    team_notices,
    whistle_notices,
    whistles,
)
from chengyun.city.cases.models import Case, Discovery, ServiceItem, Whistle
from chengyun.city.cases.notices import NOTICES
from chengyun.city.cases.petition_flow import PETITION
from chengyun.city.cases.readers import readers
from chengyun.city.cases.services.partners import tidy_calls
from chengyun.city.cases.specs import CaseType, Source
from chengyun.city.cases.workflow import LEDGER, STANDARD
from chengyun.kernel import editions, files, registry
from chengyun.kernel.live.specs import Watched
from chengyun.kernel.notify import telling
from chengyun.kernel.specs import Field, Param, Periodic, Permission

editions.declare(STANDARD)
editions.declare(LEDGER)
editions.declare(PETITION)
files.readable(Case, queries.may_read)
files.readable(Discovery, discoveries.may_read)
files.readable(Whistle, whistles.may_read)
files.readable(ServiceItem, service_items.may_read)
telling.declare(*NOTICES, *campaign_notices.NOTICES, *whistle_notices.NOTICES)
telling.declare(*invitation_notices.NOTICES, *meeting_notices.NOTICES)
telling.declare(*agreement_notices.NOTICES, *team_notices.NOTICES)
telling.declare(*joint_notices.NOTICES)
telling.declare(*instruction_notices.NOTICES, *petition_notices.NOTICES)
telling.declare(*service_notices.NOTICES)

registry.add(*acts.ACTS)
registry.add(
    Watched(key="cases.case", kind="case", readers=readers),
    CaseType(key="standard", label="部件事件", workflow="case", classified=True, order=1),
    CaseType(key="ledger", label="问题台账", workflow="ledger", classified=False, order=2),
    CaseType(
        key="petition",
        label="信访件",
        workflow="petition",
        classified=False,
        may="petition.take",
        source="petition",
        order=3,
    ),
    Source(key="petition", label="信访", icon="inbox", order=14, origin="complaint"),
    Source(key="inspector", label="监督员上报", icon="person", order=1, origin="own"),
    Source(key="public", label="公众举报", icon="people", order=2, origin="complaint"),
    Source(
        key="hotline",
        label="12345 热线",
        icon="phone",
        order=3,
        reply=(5, "work_day"),
        origin="complaint",
    ),
    Source(
        key="web",
        label="网络问政",
        icon="screen",
        order=4,
        reply=(5, "work_day"),
        origin="complaint",
    ),
    Source(
        key="media",
        label="媒体",
        icon="file",
        order=5,
        reply=(24, "urgent_hour"),
        origin="complaint",
    ),
    Source(key="leader", label="领导交办", icon="flag", order=6, reply=(3, "work_day")),
    Source(key="video", label="监控抓拍", icon="camera", order=7, origin="own"),
    Source(key="drone", label="无人机巡查", icon="camera", order=8, origin="own"),
    Source(key="sensor", label="物联报警", icon="sensor", order=9, origin="own"),
    Source(key="inspection", label="督查发现", icon="search", order=10, origin="own"),
    Source(key="upper", label="上级平台", icon="up", order=11),
    Source(key="whistle", label="吹哨报到", icon="megaphone", order=12, origin="own"),
    Source(key="community", label="社区走访与议事", icon="people", order=13, origin="own"),
    Source(key="steward", label="小巷管家上报", icon="person", order=15, origin="own"),
    Source(key="joint", label="联合执法", icon="people", order=15, origin="own"),
    Permission(key="case.view", label="查看案件", group="案件"),
    Permission(key="case.report", label="上报案件", group="案件"),
    Permission(key="case.accept", label="受理案件", group="案件"),
    Permission(key="case.verify", label="核实回复", group="案件"),
    Permission(key="case.file", label="立案", group="案件"),
    Permission(key="case.dispatch", label="派遣案件", group="案件"),
    Permission(key="case.handle", label="处置案件", group="案件"),
    Permission(key="case.feed_back", label="反馈与返工", group="案件"),
    Permission(key="case.check", label="核查案件", group="案件"),
    Permission(key="case.close", label="结案", group="案件"),
    Permission(key="case.suspend", label="挂账与恢复", group="案件"),
    Permission(key="case.void", label="作废案件", group="案件"),
    Permission(key="case.approve", label="审批队列", group="案件"),
    Permission(key="case.extend", label="批准首次延期", group="案件"),
    Permission(key="case.extend.second", label="批准再次延期", group="案件"),
    Permission(key="case.decide", label="定办退回的案件", group="案件"),
    Permission(key="case.supplement", label="补充信息", group="案件"),
    Permission(key="case.ask", label="询问上报人", group="案件"),
    Permission(key="case.invite", label="发外部链接", group="案件"),
    Permission(key="case.rush", label="抢修派遣", group="案件"),
    Permission(key="case.force_close", label="强制结案", group="案件"),
    Permission(key="case.merge", label="合并与拆分", group="案件"),
    Permission(key="case.urge", label="催办", group="案件"),
    Permission(key="case.supervise", label="督办", group="案件"),
    Permission(key="case.escalate", label="转应急", group="案件"),
    Permission(key="case.appeal.review", label="超时申诉初审", group="案件"),
    Permission(key="case.appeal.decide", label="超时申诉二审", group="案件"),
    Permission(key="case.assign", label="交办台账问题", group="案件"),
    Permission(key="case.review", label="复核销号", group="案件"),
    Permission(key="inquiry.take", label="登记来件", group="来件"),
    Permission(key="inquiry.answer", label="回复与回访", group="来件"),
    Permission(key="instruction.give", label="签批来件", group="来件"),
    Permission(key="instruction.take", label="专班签收与落实", group="来件"),
    Permission(key="petition.view", label="查看信访件", group="信访"),
    Permission(key="petition.take", label="登记信访件", group="信访"),
    Permission(key="petition.handle", label="受理与答复信访件", group="信访"),
    Permission(key="petition.prolong", label="批准信访延长", group="信访"),
    Permission(key="handover.send", label="移送案件", group="案件"),
    Permission(key="handover.take", label="接收移送", group="案件"),
    Permission(key="discovery.view", label="查看发现线索", group="发现线索"),
    Permission(key="discovery.judge", label="审核发现线索", group="发现线索"),
    Permission(key="discovery.send", label="报送发现线索", group="发现线索"),
    Permission(key="discovery.arrange", label="维护摄像头", group="发现线索"),
    Permission(key="flight.plan", label="安排飞行任务", group="发现线索"),
    Permission(key="flight.fly", label="执行飞行任务", group="发现线索"),
    Permission(key="campaign.change", label="组织专项行动", group="案件"),
    Permission(key="joint.enter", label="填报联合行动", group="案件"),
    Permission(key="whistle.blow", label="吹哨", group="案件"),
    Permission(key="whistle.answer", label="到场报到", group="案件"),
    Permission(key="meeting.hold", label="召集例会、确认承诺", group="社区"),
    Permission(key="promise.keep", label="办理承诺事项", group="社区"),
    Permission(key="agreement.change", label="维护共建协议", group="社区"),
    Permission(key="team.change", label="维护工作专班", group="应用维护"),
    Permission(key="service.register", label="登记共建单位", group="社区"),
    Permission(key="service.arrange", label="登记报到、安排和确认服务", group="社区"),
    Permission(key="steward.appoint", label="聘、解聘小巷管家", group="社区"),
    Permission(key="steward.serve", label="做小巷管家", group="社区"),
    Permission(key="partner.change", label="维护对接单位", group="应用维护"),
    Permission(key="case.oversee", label="接收超时上报", group="案件"),
    Permission(key="case.lead", label="接收久拖不决上报", group="案件"),
    Permission(key="case.reporter.view", label="查看上报人信息", group="个人信息"),
    Permission(key="case.reporter.erase", label="删除上报人信息", group="个人信息"),
    Permission(key="dispatch.rule.view", label="查看派遣规则", group="应用维护"),
    Permission(key="dispatch.rule.change", label="维护派遣规则", group="应用维护"),
    Permission(key="catalogue.view", label="查看类别与时限", group="应用维护"),
    Permission(key="catalogue.change", label="维护类别与时限", group="应用维护"),
    Periodic(
        key="case.resume",
        label="挂账到期恢复",
        every=timedelta(minutes=1),
        run=jobs.resume_what_is_due,
    ),
    Periodic(
        key="invitation.expire",
        label="外部链接到期",
        every=timedelta(minutes=1),
        run=jobs.end_what_nobody_answered,
    ),
    Periodic(
        key="missed.look",
        label="查找漏报线索",
        every=timedelta(minutes=30),
        run=jobs.look_for_what_was_missed,
    ),
    Periodic(
        key="partner.tidy",
        label="清理过期的对接签名",
        every=timedelta(minutes=10),
        run=tidy_calls,
    ),
    Periodic(
        key="intake.resume",
        label="接续中断的来件导入",
        every=timedelta(minutes=1),
        run=jobs.take_up_stalled,
    ),
)

MISSED = (
    ("reach", "漏报线索：从旁边多近经过", 20, "米", 500),
    ("hours", "漏报线索：在上报前几小时以内", 4, "小时", 24 * 7),
)

LIMITS = (
    ("accept", "受理时限", 15, "urgent_minute"),
    ("file", "立案时限", 15, "urgent_minute"),
    ("dispatch", "派遣时限", 15, "urgent_minute"),
    ("handle", "处置时限（类别没有规定时）", 5, "work_day"),
    ("guard", "到场看护时限", 30, "urgent_minute"),
    ("repair", "抢修时限", 4, "urgent_hour"),
    ("feed_back", "反馈时限", 30, "urgent_minute"),
    ("check", "核查时限", 4, "work_hour"),
    ("close", "结案时限", 30, "urgent_minute"),
    ("review", "台账复核时限", 2, "work_day"),
    ("approve", "审批申请的时限", 4, "work_hour"),
    ("reply", "回复督办的时限", 1, "work_day"),
    ("admit", "信访受理时限", 15, "natural_day"),
    ("question", "上报人答复的时限", 3, "work_day"),
    ("invite", "外部链接的有效期", 7, "work_day"),
)

HANDOVERS = (
    ("receive", "联动部门接收移送的时限", 4, "work_hour"),
    ("answer", "联动部门反馈移送的时限", 5, "work_day"),
)

ALIKE = (
    ("similar.metres", "查重范围", 50, "米", 1000),
    ("similar.hours", "查重时间", 24, "小时", 24 * 90),
    ("similar.score", "不同类时至少相似", 60, "%", 100),
    ("repeat.times", "反复出现：几次算反复", 3, "次", 100),
    ("repeat.metres", "反复出现：多近算同一处", 30, "米", 500),
    ("repeat.days", "反复出现：在几天以内", 30, "天", 365),
)

registry.add(
    *(
        Param(
            key=f"case.limit.{key}",
            label=label,
            default={"value": value, "unit": unit},
            group="案件时限",
            field=Field(key=key, label=label, kind="limit", required=True),
        )
        for key, label, value, unit in LIMITS
    ),
    *(
        Param(
            key=f"missed.{key}",
            label=label,
            default=default,
            group="巡查",
            field=Field(
                key=key, label=label, kind="int", unit=unit, required=True, minimum=1, maximum=most
            ),
        )
        for key, label, default, unit, most in MISSED
    ),
    *(
        Param(
            key=f"case.reply.{source.key}",
            label=f"{source.label}：回复时限",
            default=dict(zip(("value", "unit"), source.reply, strict=True)),
            group="来件回复时限",
            field=Field(key=source.key, label="回复时限", kind="limit", required=True),
        )
        for source in registry.all_of(Source)
        if source.reply
    ),
    *(
        Param(
            key=f"handover.limit.{key}",
            label=label,
            default={"value": value, "unit": unit},
            group="移送时限",
            field=Field(key=key, label=label, kind="limit", required=True),
        )
        for key, label, value, unit in HANDOVERS
    ),
    Param(
        key="petition.mass",
        label="几人以上算群体信访",
        default=5,
        group="信访",
        field=Field(key="mass", label="人数", kind="int", unit="人", minimum=2, maximum=1000),
    ),
    Param(
        key="case.warn_share",
        label="预警线（时限用去的百分比）",
        default=80,
        group="案件时限",
        field=Field(key="warn_share", label="预警线", kind="int", unit="%", minimum=1, maximum=100),
    ),
    Periodic(
        key="case.deadlines",
        label="时限预警和超时上报",
        every=timedelta(seconds=20),
        run=jobs.look_at_limits,
    ),
    *(
        Param(
            key=f"case.escalate.{key}",
            label=label,
            default=share,
            group="案件时限",
            field=Field(key=key, label=label, kind="int", unit="%", minimum=100, maximum=1000),
        )
        for key, label, share in (
            ("supervisor", "上报值班长（时限用去的百分比）", 100),
            ("leader", "上报领导（时限用去的百分比）", 200),
        )
    ),
    Param(
        key=handovers.EVIDENCE,
        label="移送案件线索要附的材料",
        default="现场照片、检查记录、当事人情况、相关法条",
        group="移送时限",
        field=Field(
            key=handovers.EVIDENCE, label="材料", max_length=200, required=True, hint="用顿号分开"
        ),
        check=handovers.evidence_fault,
    ),
    Param(
        key=meetings.KINDS,
        label="例会的种类",
        default="社区议事会、四方协商、五长一会例会、路长例会",
        group="例会",
        field=Field(
            key=meetings.KINDS, label="名称", max_length=200, required=True, hint="用顿号分开"
        ),
        check=meetings.kinds_fault,
    ),
    Param(
        key=service_items.CONFIRM_DAYS,
        label="居民确认服务的链接有效几天",
        default=14,
        group="共建服务",
        field=Field(
            key=service_items.CONFIRM_DAYS,
            label="有效期",
            kind="int",
            unit="天",
            required=True,
            minimum=1,
            maximum=90,
        ),
    ),
    Param(
        key=stewards.POINTS,
        label="小巷管家的上报立案后得几分",
        default=1,
        group="小巷管家",
        field=Field(
            key=stewards.POINTS,
            label="积分",
            kind="int",
            unit="分",
            required=True,
            minimum=0,
            maximum=100,
        ),
    ),
    Param(
        key="case.catalogue",
        label="类别目录版本",
        default="GB/T 30428.2-2013",
        group="案件",
        field=Field(key="catalogue", label="类别目录版本", max_length=40),
        by_area=False,
    ),
    *(
        Param(
            key=f"case.{key}",
            label=label,
            default=default,
            group="查重与反复",
            field=Field(
                key=key, label=label, kind="int", unit=unit, required=True, minimum=1, maximum=most
            ),
        )
        for key, label, default, unit, most in ALIKE
    ),
    Param(
        key="dispatch.automatic",
        label="按规则自动派遣",
        default=False,
        group="派遣",
        field=Field(key="automatic", label="按规则自动派遣", kind="bool"),
    ),
)
