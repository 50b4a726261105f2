"""What the evaluation system declares: its pages, the bulletin's table of verbs, names of bodies."""

from chengyun.kernel import editions, registry
from chengyun.kernel.notify import telling
from chengyun.kernel.specs import Act, Field, Param, Permission, Queue, System, Tab
from chengyun.systems.evaluation import queries
from chengyun.systems.evaluation.notices import NOTICES
from chengyun.systems.evaluation.workflow import BULLETIN

editions.declare(BULLETIN)
telling.declare(*NOTICES)

registry.add(
    Permission(key="bulletin.view", label="查看督查通报", group="综合评价"),
    Permission(key="bulletin.issue", label="审核印发督查通报", group="综合评价"),
    Act(key="bulletin.draft", label="起草督查通报"),
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
