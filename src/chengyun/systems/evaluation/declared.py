"""What the evaluation system declares: its pages, the bulletin's table of verbs, acts on schemes, names of bodies."""

from chengyun.kernel import editions, registry
from chengyun.kernel.notify import telling
from chengyun.kernel.specs import Act, Field, Param, Permission, Queue, System, Tab
from chengyun.systems.evaluation import queries, score_notices
from chengyun.systems.evaluation.notices import NOTICES
from chengyun.systems.evaluation.scores import APPEAL, APPROVE, CHANGE, VIEW
from chengyun.systems.evaluation.workflow import BULLETIN

editions.declare(BULLETIN)
telling.declare(*NOTICES, *score_notices.NOTICES)

ACTS = (
    ("scheme.begin", "新建考核方案"),
    ("scheme.draft", "起草考核方案新版"),
    ("scheme.change", "改考核方案草稿"),
    ("scheme.drop", "放弃考核方案草稿"),
    ("scheme.put_in_force", "启用考核方案"),
    ("score.compute", "计算考核成绩"),
    ("score.publish", "发布考核成绩"),
    ("score.enter", "录入人工评分"),
    ("score.approve", "人工评分审核通过"),
    ("score.refuse", "人工评分退回"),
    ("score.exclude", "不计入考核"),
    ("score.readmit", "恢复计入考核"),
    ("score.appeal", "对考核成绩申诉"),
    ("score.grant_appeal", "成绩申诉成立"),
    ("score.refuse_appeal", "成绩申诉不成立"),
)

registry.add(
    Permission(key="bulletin.view", label="查看督查通报", group="综合评价"),
    Permission(key="bulletin.issue", label="审核印发督查通报", group="综合评价"),
    Permission(key=VIEW, label="查看考核方案和成绩", group="综合评价"),
    Permission(key=CHANGE, label="编制考核方案、计算和发布成绩", group="综合评价"),
    Permission(key=APPROVE, label="审核人工评分、答复成绩申诉", group="综合评价"),
    Permission(key=APPEAL, label="对考核成绩申诉", group="综合评价"),
    Act(key="bulletin.draft", label="起草督查通报"),
    *(Act(key=key, label=label) for key, label in ACTS),
    System(
        key="evaluation",
        label="综合评价",
        icon="star",
        order=6,
        home="evaluation:bulletins",
        may="bulletin.view",
    ),
    Tab(
        system="evaluation",
        key="bulletins",
        label="督查通报",
        url="evaluation:bulletins",
        may="bulletin.view",
        order=1,
    ),
    Tab(
        system="evaluation",
        key="findings",
        label="督查记录",
        url="evaluation:findings",
        may="inspection.view",
        order=2,
    ),
    Tab(
        system="evaluation",
        key="ranking",
        label="考核排名",
        url="evaluation:ranking",
        may="indicator.view",
        order=3,
    ),
    Tab(
        system="evaluation",
        key="schemes",
        label="考核方案",
        url="evaluation:schemes",
        may=VIEW,
        order=4,
    ),
    Queue(
        key="evaluation.drafts",
        label="待印发通报",
        icon="book",
        url="evaluation:bulletins",
        query="state=open",
        may="bulletin.issue",
        count=queries.drafts_waiting,
        order=61,
    ),
    Queue(
        key="evaluation.findings",
        label="督查问题整改",
        icon="inbox",
        url="evaluation:findings",
        query="state=open",
        may="inspection.record",
        count=queries.findings_waiting,
        order=62,
    ),
)

NAMES = (
    ("bureau.name", "主管部门名称", "", "空着就用城市名加「城市管理局」。", 60),
    ("evaluation.office", "考评机构名称", "考评科", "", 20),
    ("bulletin.subject", "通报内容", "城市管理和社会工作", "", 40),
    ("bulletin.mark", "发文机关代字", "城管督", "", 20),
    ("score.mark", "考核成绩代字", "城管考", "", 20),
)

registry.add(
    *(
        Param(
            key=key,
            label=label,
            default=default,
            group="综合评价",
            field=Field(
                key=key.split(".")[1],
                label=label,
                required=bool(default),
                hint=hint,
                max_length=most,
            ),
        )
        for key, label, default, hint, most in NAMES
    ),
    Param(
        key="bulletin.red_head",
        label="通报用红头",
        default=True,
        group="综合评价",
        field=Field(key="red_head", label="通报用红头", kind="bool"),
    ),
    Param(
        key="bulletin.second_person",
        label="通报由另一人审核",
        default=False,
        group="综合评价",
        field=Field(
            key="second_person",
            label="通报由另一人审核",
            kind="bool",
            hint="选「是」以后，谁起草的通报，谁不能审核通过。",
        ),
    ),
)
