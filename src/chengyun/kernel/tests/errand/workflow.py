"""A workflow unlike that of cases: two bodies agree side by side, work is repeated, other clocks, other roles."""

from chengyun.kernel.specs import Field, Mark, Permission, State, Step, Workflow

DESK, TRAFFIC, PARKS, BUILD = "dig.desk", "dig.traffic", "dig.parks", "dig.build"

PERMISSIONS = (
    Permission(key=DESK, label="办理掘路许可", group="试验"),
    Permission(key=TRAFFIC, label="交警会签", group="试验"),
    Permission(key=PARKS, label="园林会签", group="试验"),
    Permission(key=BUILD, label="掘路施工", group="试验"),
)

REASON = Field(key="reason", label="理由", kind="long", required=True, max_length=50)
PLAN = Field(
    key="plan",
    label="占道方案",
    kind="choice",
    required=True,
    choices=(("half", "半幅"), ("whole", "全幅")),
)
DEPTH = Field(key="depth", label="回填厚度", kind="int", required=True)

# fmt: off
DIG = Workflow(
    key="dig", label="掘路许可",
    stages=("申请", "会签", "施工", "验收"),
    start="asked", start_clock="answer",
    clocks=("answer", "restore"),
    facts=(REASON, PLAN, DEPTH),
    marks=(
        Mark(key="time_asked", label="待批延长", why="正在等延长审批", within=("granted",)),
        Mark(key="more_time",  label="已延长", lasting=True),
        Mark(key="half",       label="半幅提醒"),
        Mark(key="whole",      label="全幅提醒"),
        Mark(key="seen",       label="踏勘过", lasting=True),
    ),
    given=("seen",),
    states=(
        State(key="asked",     label="待受理", stage=1),
        State(key="consulted", label="会签中", stage=2, branches=("traffic", "parks"), join="granted"),
        State(key="granted",   label="施工中", stage=3),
        State(key="restored",  label="待验收", stage=4),
        State(key="done",      label="已验收", stage=4, final=True),
        State(key="refused",   label="不予许可", stage=1, final=True),
    ),
    steps=(
        Step(verb="consult", label="发会签",     source=("asked",),     target="consulted", may=DESK),
        Step(verb="refuse",  label="不予许可",   source=("asked",),     target="refused",   may=DESK,    needs=("reason",), clock="stop"),
        Step(verb="agree",   label="会签同意",   source=("consulted",), target="",          may=TRAFFIC, needs=("plan",),   branch="traffic"),
        Step(verb="agree",   label="会签同意",   source=("consulted",), target="",          may=PARKS,   branch="parks"),
        Step(verb="object",  label="会签不同意", source=("consulted",), target="asked",     may=DESK,    needs=("reason",)),
        Step(verb="note",    label="记事",       source=("granted",),   target="",          may=BUILD,   asks=("reason",)),
        Step(verb="ask_time",   label="申请延长", source=("granted",),  target="",          may=BUILD,   needs=("reason",), unless=("time_asked",), puts=("time_asked",)),
        Step(verb="grant_time", label="同意延长", source=("granted",),  target="",          may=DESK,    where=("time_asked",), unless=("more_time",), puts=("more_time",), lifts=("time_asked",)),
        Step(verb="grant_time", label="同意延长", source=("granted",),  target="",          may=PARKS,   where=("time_asked", "more_time"), lifts=("time_asked",)),
        Step(verb="warn",    label="提醒",       source=("granted",),   target="",          may=DESK,    needs=("plan",),   puts=("=plan",), lifts=("half", "whole")),
        Step(verb="restore", label="恢复路面",   source=("granted",),   target="restored",  may=BUILD,   needs=("depth",),  clock="restore"),
        Step(verb="again",   label="重新恢复",   source=("restored",),  target="granted",   may=DESK,    needs=("reason",)),
        Step(verb="pass",    label="验收合格",   source=("restored",),  target="done",      may=DESK,    clock="stop"),
    ),
)
# fmt: on
