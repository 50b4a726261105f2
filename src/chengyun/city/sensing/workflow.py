"""The tables of verbs of an alarm and of a command. What the machine does (no permission) and what people do stand side by side."""

from chengyun.kernel.specs import Field, Mark, State, Step, Workflow

RAISED, CONFIRMED, HANDLING = "raised", "confirmed", "handling"
REFUTED, FAULTY, CLOSED, WITHDRAWN = "refuted", "faulty", "closed", "withdrawn"
OPEN = (RAISED, CONFIRMED, HANDLING)
CLEARED = "cleared"
JUDGE = "alarm.judge"

CAUSES = (
    ("object", "异物、杂波"),
    ("work", "施工、检修"),
    ("weather", "天气、温度影响"),
    ("other", "其他原因"),
)
CAUSE = Field(key="cause", label="误报原因", kind="choice", required=True, choices=CAUSES)
NOTE = Field(key="note", label="说明", kind="long", max_length=500)

ASKED, WRITING = "asked", "writing"
COMMAND = "device.command"
REASON = Field(key="reason", label="为什么驳回", kind="long", required=True, max_length=200)

# fmt: off
ALARM = Workflow(
    key="alarm", label="报警",
    stages=("报警", "确认", "处置", "关闭"),
    start=RAISED,
    facts=(CAUSE, NOTE),
    states=(
        State(key=RAISED,    label="未确认",   stage=1, holder="监测值守"),
        State(key=CONFIRMED, label="已确认",   stage=2, holder="监测值守"),
        State(key=HANDLING,  label="处置中",   stage=3, holder="处置单位"),
        State(key=REFUTED,   label="误报",     stage=4, final=True),
        State(key=FAULTY,    label="设备故障", stage=4, final=True),
        State(key=CLOSED,    label="已关闭",   stage=4, final=True),
        State(key=WITHDRAWN, label="已撤销",   stage=4, final=True),
    ),
    marks=(
        Mark(key=CLEARED, label="已恢复", why="的读数已经恢复", tone="eco"),
    ),
    steps=(
        Step(verb="confirm",   label="确认报警", source=(RAISED,), target=CONFIRMED, may=JUDGE, asks=("note",), primary=True),
        Step(verb="open_case", label="开案处置", source=(RAISED, CONFIRMED), target=HANDLING, may=JUDGE, asks=("note",), primary=True),
        Step(verb="refute",    label="判为误报", source=(RAISED, CONFIRMED), target=REFUTED, may=JUDGE, needs=("cause",), asks=("note",)),
        Step(verb="blame",     label="设备故障", source=(RAISED, CONFIRMED), target=FAULTY, may=JUDGE, asks=("note",)),
        Step(verb="close",     label="关闭报警", source=(CONFIRMED, HANDLING), target=CLOSED, may=JUDGE, asks=("note",), where=(CLEARED,), primary=True),
        Step(verb="worsen",    label="升级",     source=OPEN, target="", may=""),
        Step(verb="ease",      label="降级",     source=OPEN, target="", may=""),
        Step(verb="clear",     label="读数恢复", source=OPEN, target="", may="", unless=(CLEARED,), puts=(CLEARED,)),
        Step(verb="relapse",   label="再次越限", source=OPEN, target="", may="", where=(CLEARED,), lifts=(CLEARED,)),
        Step(verb="withdraw",  label="撤销",     source=(RAISED,), target=WITHDRAWN, may=""),
    ),
)

COMMANDED = Workflow(
    key="command", label="控制指令",
    stages=("申请", "复核", "执行", "结束"),
    start=ASKED,
    facts=(REASON,),
    states=(
        State(key=ASKED,       label="待复核",     stage=1, holder="另一位有权限的人"),
        State(key=CONFIRMED,   label="等网关执行", stage=2, holder="监测网关"),
        State(key=WRITING,     label="正在执行",   stage=3, holder="监测网关"),
        State(key="done",      label="已执行",     stage=4, final=True),
        State(key="failed",    label="没有执行成", stage=4, final=True),
        State(key="unknown",   label="结果不明",   stage=4, final=True),
        State(key="refused",   label="已驳回",     stage=4, final=True),
        State(key="withdrawn", label="已撤回",     stage=4, final=True),
        State(key="expired",   label="已过期",     stage=4, final=True),
    ),
    steps=(
        Step(verb="confirm",  label="复核同意",   source=(ASKED,), target=CONFIRMED, may=COMMAND, primary=True),
        Step(verb="refuse",   label="驳回",       source=(ASKED,), target="refused", may=COMMAND, needs=("reason",)),
        Step(verb="withdraw", label="撤回",       source=(ASKED, CONFIRMED), target="withdrawn", may=COMMAND),
        Step(verb="expire",   label="过期",       source=(ASKED, CONFIRMED), target="expired", may=""),
        Step(verb="begin",    label="开始写入",   source=(CONFIRMED,), target=WRITING, may=""),
        Step(verb="reach",    label="读回一致",   source=(WRITING,), target="done", may=""),
        Step(verb="fail",     label="没有执行成", source=(CONFIRMED, WRITING), target="failed", may=""),
        Step(verb="lose",     label="结果不明",   source=(WRITING,), target="unknown", may=""),
    ),
)
# fmt: on
