"""The table of verbs of an alarm. What the machine does (no permission) and what people do stand side by side."""

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
# fmt: on
