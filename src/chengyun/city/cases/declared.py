"""What cases declare: their types, sources, permissions, limits and acts."""

from chengyun.city.cases import jobs as _jobs  # noqa: F401 - subscribes to events
from chengyun.city.cases import queries
from chengyun.city.cases.models import Case
from chengyun.city.cases.specs import CaseType, Source
from chengyun.city.cases.workflow import LEDGER, STANDARD
from chengyun.kernel import editions, files, registry
from chengyun.kernel.specs import Act, Field, Param, Permission

editions.declare(STANDARD)
editions.declare(LEDGER)
files.readable(Case, queries.may_read)

registry.add(
    CaseType(key="standard", label="部件事件", workflow="case", classified=True, order=1),
    CaseType(key="ledger", label="问题台账", workflow="ledger", classified=False, order=2),
    Source(key="inspector", label="监督员上报", icon="person", order=1),
    Source(key="public", label="公众举报", icon="people", order=2),
    Source(key="hotline", label="12345 热线", icon="phone", order=3),
    Source(key="web", label="网络问政", icon="screen", order=4),
    Source(key="media", label="媒体", icon="file", order=5),
    Source(key="leader", label="领导交办", icon="flag", order=6),
    Source(key="video", label="监控抓拍", icon="camera", order=7),
    Source(key="sensor", label="物联报警", icon="sensor", order=8),
    Source(key="inspection", label="督查发现", icon="search", order=9),
    Source(key="upper", label="上级平台", icon="up", order=10),
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
    Permission(key="case.assign", label="交办台账问题", group="案件"),
    Permission(key="case.review", label="复核销号", group="案件"),
    Permission(key="case.reporter.view", label="查看上报人信息", group="个人信息"),
    Permission(key="case.reporter.erase", label="删除上报人信息", group="个人信息"),
    Permission(key="catalogue.view", label="查看类别与时限", group="应用维护"),
    Permission(key="catalogue.change", label="维护类别与时限", group="应用维护"),
    Act(key="case.report", label="上报"),
    Act(key="ledger.report", label="登记"),
    Act(key="case.recompute", label="重算时限"),
    Act(key="ledger.recompute", label="重算时限"),
    Act(key="catalogue.load", label="载入类别"),
    Act(key="catalogue.change", label="修改立案条件"),
    Act(key="catalogue.end", label="停用立案条件"),
)

LIMITS = (
    ("accept", "受理时限", 15, "urgent_minute"),
    ("file", "立案时限", 15, "urgent_minute"),
    ("dispatch", "派遣时限", 15, "urgent_minute"),
    ("handle", "处置时限（类别没有规定时）", 5, "work_day"),
    ("feed_back", "反馈时限", 30, "urgent_minute"),
    ("check", "核查时限", 4, "work_hour"),
    ("close", "结案时限", 30, "urgent_minute"),
    ("review", "台账复核时限", 2, "work_day"),
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
    Param(
        key="case.warn_share",
        label="预警线（时限用去的百分比）",
        default=80,
        group="案件时限",
        field=Field(key="warn_share", label="预警线", kind="int", unit="%", minimum=1, maximum=100),
    ),
    Param(
        key="case.catalogue",
        label="类别目录版本",
        default="GB/T 30428.2-2013",
        group="案件",
        field=Field(key="catalogue", label="类别目录版本", max_length=40),
        by_area=False,
    ),
)
