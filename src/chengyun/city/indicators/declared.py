"""The indicators of cases: the counts, rates and durations of 综合评价, and by what they are told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chengyun.city.cases.specs import Source
from chengyun.city.indicators.acts import OF_THE_UNIT
from chengyun.city.indicators.specs import Group, Indicator, Rows
from chengyun.kernel import registry
from chengyun.kernel.specs import Act, Field, Param, Permission

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table

STANDING = "standing"
"""The verb of the rows that say how the open cases stood when the period was over (`lake.facts`)."""
PLACES = ("area", "class", "source")
WHENCE = ("area", "source")
"""What is known of a case when it is reported; its class may be told later."""
REPORTED = (*WHENCE, "person")
ALL = (*PLACES, "unit", "person")
UNITS = (*PLACES, "unit")
PEOPLE = (*PLACES, "person")


def verbs(*names: str) -> Rows:
    """Every time one of these is done."""
    return lambda acts: acts.verb.isin(names)


def once(*names: str) -> Rows:
    """The first time it is done with a case."""
    return lambda acts: acts.verb.isin(names) & (acts.nth == 1)


def reached(milestone: str) -> Rows:
    return lambda acts: acts[milestone]


def both(rows: Rows, also: Rows) -> Rows:
    return lambda acts: rows(acts) & also(acts)


def in_time(acts: Table) -> BooleanValue:
    """The clock that ended with the act was kept; of what nobody knows whether it was, it is not said."""
    return ~acts.late.fill_null(True)


def overdue(acts: Table) -> BooleanValue:
    return acts.late.fill_null(False)


def complained(acts: Table) -> BooleanValue:
    return acts.source.isin(
        [each.key for each in registry.all_of(Source) if each.origin == "complaint"]
    )


def patrolled(acts: Table) -> BooleanValue:
    return acts.source == "inspector"


def standing(acts: Table) -> BooleanValue:
    """Cases that were still open when the period was over, as they stood then."""
    return acts.verb == STANDING


def to_handle(acts: Table) -> BooleanValue:
    """Still with the unit at the end of the period, be it on its way to an emergency."""
    return standing(acts) & acts.stage.isin((*OF_THE_UNIT, "guard"))


def past_due(acts: Table) -> BooleanValue:
    late = (acts.due < acts["at"]).fill_null(False)
    return standing(acts) & acts.stage.isin(OF_THE_UNIT) & late


def overrun(acts: Table) -> BooleanValue:
    """Still open, and past the limit of the unit, whether it has handled it since or not."""
    return standing(acts) & (acts.was_late | past_due(acts))


def either(rows: Rows, also: Rows) -> Rows:
    return lambda acts: rows(acts) | also(acts)


def elapsed(acts: Table) -> IntegerValue:
    """Seconds since the clock that ended with the act had begun."""
    return acts.elapsed.fill_null(0)


def code(column: str, length: int) -> Callable[[Table], StringValue]:
    """The first digits of a code of this city; the words of another system are shown as they are."""
    return lambda acts: (acts.origin == "").ifelse(acts[column].substr(0, length), acts[column])


# fmt: off
COUNTS = (
    Indicator(key="report",          label="上报数",       by=REPORTED, rows=verbs("report"), sentence="上报的案件数，各来源都算；问题台账不在内。"),
    Indicator(key="patrol_report",   label="监督员上报数", by=REPORTED, rows=both(verbs("report"), patrolled), sentence="监督员巡查上报的案件数。"),
    Indicator(key="public_report",   label="公众举报数",   by=WHENCE, rows=both(verbs("report"), complained), sentence="热线、网站等公众渠道上报的案件数。"),
    Indicator(key="accept",          label="受理数",       by=PEOPLE, rows=reached("accepted"), sentence="受理的案件数，抢修派遣和简易结案也算；退回后再受理的不重复算。"),
    Indicator(key="intime_accept",   label="按时受理数",   by=PEOPLE, rows=both(reached("accepted"), in_time), sentence="在受理时限内受理的案件数。"),
    Indicator(key="not_accept",      label="不予受理数",   by=PEOPLE, rows=verbs("refuse"), sentence="不予受理的案件数。"),
    Indicator(key="inst",            label="立案数",       by=PEOPLE, rows=reached("filed"), sentence="立案的案件数，抢修派遣和简易结案也算；退回后再立案的不重复算。"),
    Indicator(key="intime_inst",     label="按时立案数",   by=PEOPLE, rows=both(reached("filed"), in_time), sentence="在立案时限内立案的案件数；没到立案环节就抢修派遣或简易结案的，看受理时限。"),
    Indicator(key="patrol_inst",     label="监督员有效上报数", by=PLACES, rows=both(reached("filed"), patrolled), sentence="监督员上报、经审核立案的案件数。"),
    Indicator(key="public_verified", label="公众举报立案数", by=PLACES, rows=both(reached("filed"), complained), sentence="公众举报、经核实立案的案件数。", better="low"),
    Indicator(key="not_inst",        label="不予立案数",   by=PEOPLE, rows=verbs("decline"), sentence="不予立案的案件数。"),
    Indicator(key="cancel",          label="作废数",       by=PLACES, rows=lambda acts: acts.verb.isin(("void", "grant_void", "follow_void")) & acts.was_filed, sentence="立案以后作废的案件数，随主案作废的也算。", better="low"),
    Indicator(key="dispatch",        label="派遣数",       by=ALL,    rows=reached("dispatched"), sentence="派遣给专业部门的案件数，抢修派遣也算；改派和再派不重复算。"),
    Indicator(key="intime_dispatch", label="按时派遣数",   by=ALL,    rows=both(reached("dispatched"), in_time), sentence="在派遣时限内派遣的案件数；没到派遣环节就抢修派遣的，看当时环节的时限。"),
    Indicator(key="wrong_dispatch",  label="改派数",       by=PEOPLE, rows=once("reassign"), sentence="派遣后又改派给别的部门的案件数。", better="low"),
    Indicator(key="dispose",         label="处置数",       by=UNITS,  rows=reached("handled"), sentence="专业部门处置完成的案件数；返工后再完成的不重复算，监督员自行处置的另算。"),
    Indicator(key="intime_dispose",  label="按期处置数",   by=UNITS,  rows=both(reached("handled"), in_time), sentence="处置数中在处置时限内完成的件数，申诉成立的超时不算超时。"),
    Indicator(key="overtime_dispose", label="超期处置数",  by=UNITS,  rows=both(reached("handled"), overdue), sentence="处置数中超过处置时限才完成的件数，申诉成立的不算。", better="low"),
    Indicator(key="todo_dispose",    label="未处置数",     by=UNITS,  rows=to_handle, sentence="到统计期末在专业部门手里、还没有处置完成的案件数，含没到期的、挂账的和返工的。"),
    Indicator(key="overtime_todo_dispose", label="超期未处置数", by=UNITS, rows=past_due, sentence="未处置数中到统计期末已过处置时限的件数；停着表的和申诉成立的不算。", better="low"),
    Indicator(key="need_dispose",    label="应处置数",     by=UNITS,  rows=either(reached("handled"), past_due), sentence="处置数加超期未处置数；处置过、返工后又超期的两边都算。"),
    Indicator(key="close",           label="结案数",       by=UNITS,  rows=reached("closed"), sentence="结案的案件数，含强制结案、简易结案和随主案办结的。"),
    Indicator(key="intime_close",    label="按期结案数",   by=UNITS,  rows=lambda acts: acts.closed & ~acts.was_late, sentence="结案数中处置没有超时的件数，申诉成立的超时不算超时。"),
    Indicator(key="overtime_todo_close", label="超期未结案数", by=UNITS, rows=overrun, sentence="到统计期末还没有结案、处置已经超时的案件数；并案的随主案，不另算，申诉成立的不算。", better="low"),
    Indicator(key="need_close",      label="应结案数",     by=UNITS,  rows=either(reached("closed"), overrun), sentence="结案数加超期未结案数。"),
    Indicator(key="forced_close",    label="强制结案数",   by=UNITS,  rows=verbs("force_close"), sentence="强制结案的案件数。", better="low"),
    Indicator(key="rework",          label="返工数",       by=UNITS,  rows=verbs("rework", "check_fail"), sentence="核查不合格或被退回重做的次数。", better="low"),
    Indicator(key="back",            label="回退数",       by=UNITS,  rows=verbs("return"), sentence="专业部门退回、经同意的次数。", better="low"),
    Indicator(key="postpone",        label="延期数",       by=UNITS,  rows=verbs("grant_extension"), sentence="获批延期的次数。", better="low"),
    Indicator(key="hang",            label="挂账数",       by=UNITS,  rows=verbs("grant_suspend", "suspend"), sentence="挂账的次数。", better="low"),
    Indicator(key="supervise",       label="督办数",       by=UNITS,  rows=verbs("supervise"), sentence="被督办的次数。", better="low"),
    Indicator(key="need_verify",     label="应核实数",     by=PLACES, rows=verbs("ask_verify"), sentence="要求监督员核实的次数，另派监督员不重复算。"),
    Indicator(key="verify",          label="核实数",       by=PEOPLE, rows=verbs("verify"), sentence="监督员回复核实的次数。"),
    Indicator(key="need_check",      label="应核查数",     by=PEOPLE, rows=verbs("feed_back"), sentence="要求监督员核查的次数，另派监督员不重复算。"),
    Indicator(key="check",           label="核查数",       by=PEOPLE, rows=verbs("check_pass", "check_fail"), sentence="监督员回复核查的次数。"),
    Indicator(key="intime_check",    label="按时核查数",   by=PEOPLE, rows=both(verbs("check_pass", "check_fail"), in_time), sentence="在核查时限内回复核查的次数。"),
    Indicator(key="patrol_self_dispose", label="自行处置数", by=PEOPLE, rows=verbs("pass"), sentence="监督员现场办好、审核通过的简易案件数。"),
)
RATES = (
    Indicator(key="accept_rate",           label="受理率",       by=WHENCE, part="accept",          whole=("report",), sentence="受理数 ÷ 上报数。", better="high"),
    Indicator(key="inst_rate",             label="立案率",       by=WHENCE, part="inst",            whole=("accept", "report"), sentence="立案数 ÷ 受理数；也可按上报数算。", better="high"),
    Indicator(key="intime_accept_rate",    label="按时受理率",   by=PEOPLE, part="intime_accept",   whole=("accept",), sentence="按时受理数 ÷ 受理数。", better="high"),
    Indicator(key="intime_inst_rate",      label="按时立案率",   by=PEOPLE, part="intime_inst",     whole=("inst",), sentence="按时立案数 ÷ 立案数。", better="high"),
    Indicator(key="accurate_inst",         label="准确立案数",   by=PLACES, part="inst",            less="cancel", sentence="立案数减作废数。"),
    Indicator(key="accurate_inst_rate",    label="准确立案率",   by=PLACES, part="accurate_inst",   whole=("inst",), sentence="准确立案数 ÷ 立案数。", better="high"),
    Indicator(key="cancel_rate",           label="作废率",       by=PLACES, part="cancel",          whole=("inst",), sentence="作废数 ÷ 立案数。", better="low"),
    Indicator(key="valid_patrol_report_rate", label="监督员有效上报率", by=WHENCE, part="patrol_inst", whole=("patrol_report",), sentence="监督员有效上报数 ÷ 监督员上报数。", better="high"),
    Indicator(key="public_report_rate",    label="监督举报率",   by=PLACES, part="public_verified", whole=("inst",), sentence="公众举报立案数 ÷ 立案数。", better="low"),
    Indicator(key="intime_dispose_rate",   label="按期处置率",   by=UNITS,  part="intime_dispose",  whole=("need_dispose",), sentence="按期处置数 ÷ 应处置数。", better="high"),
    Indicator(key="dispose_rate",          label="处置率",       by=UNITS,  part="dispose",         whole=("need_dispose",), sentence="处置数 ÷ 应处置数。", better="high"),
    Indicator(key="overtime_todo_dispose_rate", label="超期待处置率", by=UNITS, part="overtime_todo_dispose", whole=("need_dispose",), sentence="超期未处置数 ÷ 应处置数。", better="low"),
    Indicator(key="close_rate",            label="结案率",       by=UNITS,  part="close",           whole=("need_close",), sentence="结案数 ÷ 应结案数。", better="high"),
    Indicator(key="intime_close_rate",     label="按期结案率",   by=UNITS,  part="intime_close",    whole=("need_close",), sentence="按期结案数 ÷ 应结案数。", better="high"),
    Indicator(key="rework_rate",           label="返工率",       by=UNITS,  part="rework",          whole=("need_close",), sentence="返工数 ÷ 应结案数。", better="low"),
    Indicator(key="postpone_rate",         label="延期率",       by=UNITS,  part="postpone",        whole=("need_dispose",), sentence="延期数 ÷ 应处置数。", better="low"),
    Indicator(key="hang_rate",             label="挂账率",       by=UNITS,  part="hang",            whole=("need_close",), sentence="挂账数 ÷ 应结案数。", better="low"),
    Indicator(key="intime_dispatch_rate",  label="按时派遣率",   by=PEOPLE, part="intime_dispatch", whole=("dispatch",), sentence="按时派遣数 ÷ 派遣数。", better="high"),
    Indicator(key="back_rate",             label="回退率",       by=UNITS,  part="back",            whole=("dispatch",), sentence="回退数 ÷ 派遣数。", better="low"),
    Indicator(key="intime_check_rate",     label="按时核查率",   by=PEOPLE, part="intime_check",    whole=("check",), sentence="按时核查数 ÷ 核查数。", better="high"),
    Indicator(key="avg_accept_duration",   label="平均受理时长", by=PEOPLE, seconds=elapsed,        whole=("accept",), sentence="从上报到受理的小时数，除以受理数。", better="low"),
    Indicator(key="avg_dispose_duration",  label="平均处置时长", by=UNITS,  seconds=elapsed,        whole=("dispose",), sentence="从处置时限起算（派遣、改派或到场看护）到处置完成的小时数，除以处置数。", better="low"),
)
AWAITED = (
    Indicator(key="return_visit",    label="回访数",       by=PLACES, awaits="回访记录", sentence="对上报人回访的件数。"),
    Indicator(key="satisfaction_rate", label="满意率",     by=PLACES, awaits="回访记录", sentence="回访满意的件数 ÷ 回访数。", better="high"),
    Indicator(key="missed_report_rate", label="漏报率",    by=PLACES, awaits="漏报认定进入事实表", sentence="漏报数 ÷ 立案数。", better="low"),
)
GROUPS = (
    Group(key="district",  label="区县",   kind="area",   value=lambda acts: acts.district),
    Group(key="street",    label="街道",   kind="area",   value=code("area", 9)),
    Group(key="unit",      label="部门",   kind="unit",   value=lambda acts: acts.unit, only=lambda acts: acts.unit != ""),
    Group(key="class",     label="大类",   kind="class",  value=code("class", 3)),
    Group(key="source",    label="来源",   kind="source", value=lambda acts: acts.source),
)
# fmt: on


def _wholes(indicator: Indicator) -> Param:
    """Where practice differs, the city says what a rate is counted of."""
    labels = {each.key: each.label for each in COUNTS}
    return Param(
        key=f"indicator.{indicator.key}.whole",
        label=f"{indicator.label}的分母",
        default=indicator.whole[0],
        group="综合评价",
        field=Field(
            key="whole",
            label=f"{indicator.label}的分母",
            kind="choice",
            required=True,
            choices=tuple((key, labels[key]) for key in indicator.whole),
        ),
    )


registry.add(
    Permission(key="indicator.view", label="查看评价指标", group="综合评价"),
    Act(key="facts.import", label="导入案件事实"),
    *COUNTS,
    *RATES,
    *AWAITED,
    *GROUPS,
    *(_wholes(each) for each in RATES if len(each.whole) > 1),
)
