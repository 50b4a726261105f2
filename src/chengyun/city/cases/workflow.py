"""The tables of verbs of the shipped case types. One line per step, in the order of the standard."""

from chengyun.kernel.specs import Field, State, Step, Workflow

REASON = Field(key="reason", label="原因", kind="long", required=True, max_length=500)
NOTE = Field(key="note", label="说明", kind="long", max_length=500)
RESULT = Field(key="result", label="处置结果", kind="long", required=True, max_length=1000)
PHOTOS = Field(key="photos", label="照片", kind="photos")
UNIT = Field(key="unit", label="责任单位", kind="unit", required=True)
INSPECTOR = Field(key="inspector", label="监督员", kind="person")
CLASS = Field(key="class", label="类别", kind="code", required=True)
CONDITION = Field(key="condition", label="立案条件", kind="code", required=True)
DUE = Field(key="due", label="销号期限", kind="date", required=True)
VERDICT = Field(
    key="verdict",
    label="核实结论",
    kind="choice",
    required=True,
    choices=(("true", "属实"), ("false", "不属实")),
)

CLOCKS = {
    "accept": "受理",
    "file": "立案",
    "dispatch": "派遣",
    "handle": "处置",
    "feed_back": "反馈",
    "check": "核查",
    "close": "结案",
    "rectify": "整改",
    "review": "复核",
}
"""What the clocks of the stages are called."""

R, V, A, F = "reported", "verifying", "accepted", "filed"
D, H, W, C, K = "dispatched", "handling", "handled", "checking", "checked"
S, X = "suspended", "closed"
REFUSED, DECLINED, VOIDED = "refused", "declined", "voided"

# fmt: off
STANDARD = Workflow(
    key="case", label="部件事件案件",
    stages=("采集", "立案", "派遣", "处置", "反馈", "核查", "结案"),
    start=R, start_clock="accept",
    clocks=("accept", "file", "dispatch", "handle", "feed_back", "check", "close"),
    facts=(REASON, NOTE, RESULT, PHOTOS, UNIT, INSPECTOR, CLASS, CONDITION, VERDICT),
    states=(
        State(key=R,        label="待受理",   stage=1, holder="受理员"),
        State(key=V,        label="核实中",   stage=1, holder="监督员"),
        State(key=A,        label="待立案",   stage=2, holder="值班长"),
        State(key=F,        label="待派遣",   stage=3, holder="派遣员"),
        State(key=D,        label="待签收",   stage=4, holder="专业部门"),
        State(key=H,        label="处置中",   stage=4, holder="专业部门"),
        State(key=S,        label="挂账",     stage=4, holder="专业部门"),
        State(key=W,        label="待反馈",   stage=5, holder="派遣员"),
        State(key=C,        label="核查中",   stage=6, holder="监督员"),
        State(key=K,        label="待结案",   stage=7, holder="值班长"),
        State(key=X,        label="已结案",   stage=7, final=True),
        State(key=REFUSED,  label="不予受理", stage=1, final=True),
        State(key=DECLINED, label="不予立案", stage=2, final=True),
        State(key=VOIDED,   label="已作废",   stage=7, final=True),
    ),
    steps=(
        Step(verb="ask_verify", label="发核实",       source=(R,),               target=V,        may="case.accept",    asks=("inspector", "note"),                 clock="pause"),
        Step(verb="verify",     label="核实回复",     source=(V,),               target=R,        may="case.verify",    needs=("verdict",), asks=("note", "photos"), clock="resume", primary=True),
        Step(verb="accept",     label="受理",         source=(R,),               target=A,        may="case.accept",    asks=("class", "note"),                     clock="file", primary=True),
        Step(verb="refuse",     label="不予受理",     source=(R,),               target=REFUSED,  may="case.accept",    needs=("reason",),                          clock="stop", danger=True),
        Step(verb="file",       label="立案",         source=(A,),               target=F,        may="case.file",      needs=("class", "condition"), asks=("note",), clock="dispatch", primary=True),
        Step(verb="hand_back",  label="退回受理",     source=(A,),               target=R,        may="case.file",      needs=("reason",),                          clock="accept"),
        Step(verb="decline",    label="不予立案",     source=(A,),               target=DECLINED, may="case.file",      needs=("reason",),                          clock="stop", danger=True),
        Step(verb="dispatch",   label="派遣",         source=(F,),               target=D,        may="case.dispatch",  needs=("unit",), asks=("note",),            clock="handle", primary=True),
        Step(verb="send_back",  label="退回立案",     source=(F,),               target=A,        may="case.dispatch",  needs=("reason",),                          clock="file"),
        Step(verb="sign",       label="签收",         source=(D,),               target=H,        may="case.handle",    asks=("note",),                             clock="", primary=True),
        Step(verb="handle",     label="处置完成",     source=(H,),               target=W,        may="case.handle",    needs=("result", "photos"),                 clock="feed_back", primary=True),
        Step(verb="return",     label="回退",         source=(D, H),             target=F,        may="case.handle",    needs=("reason",),                          clock="dispatch"),
        Step(verb="suspend",    label="挂账",         source=(D, H),             target=S,        may="case.suspend",   needs=("reason",),                          clock="pause"),
        Step(verb="resume",     label="恢复",         source=(S,),               target=H,        may="case.suspend",   asks=("note",),                             clock="resume", primary=True),
        Step(verb="feed_back",  label="反馈核查",     source=(W,),               target=C,        may="case.feed_back", asks=("inspector", "note"),                 clock="check", primary=True),
        Step(verb="rework",     label="返工",         source=(W, K),             target=D,        may="case.feed_back", needs=("reason",),                          clock="handle"),
        Step(verb="check_pass", label="核查合格",     source=(C,),               target=K,        may="case.check",     needs=("photos",), asks=("note",),          clock="close", primary=True),
        Step(verb="check_fail", label="核查不合格",   source=(C,),               target=D,        may="case.check",     needs=("reason", "photos"),                 clock="handle"),
        Step(verb="close",      label="结案",         source=(K,),               target=X,        may="case.close",     asks=("note",),                             clock="stop", primary=True),
        Step(verb="void",       label="作废",         source=(R, A, F, D, H, W), target=VOIDED,   may="case.void",      needs=("reason",),                          clock="stop", danger=True),
    ),
)

LEDGER = Workflow(
    key="ledger", label="问题台账",
    stages=("登记", "交办", "整改", "复核", "销号"),
    start="listed", start_clock="",
    clocks=("rectify", "review"),
    facts=(REASON, NOTE, RESULT, PHOTOS, UNIT, DUE),
    states=(
        State(key="listed",      label="待交办", stage=2, holder="派遣员"),
        State(key="rectifying",  label="整改中", stage=3, holder="专业部门"),
        State(key="rectified",   label="待复核", stage=4, holder="考评员"),
        State(key="cleared",     label="已销号", stage=5, final=True),
        State(key="voided",      label="已作废", stage=5, final=True),
    ),
    steps=(
        Step(verb="assign",  label="交办",       source=("listed",),               target="rectifying", may="case.assign",  needs=("unit", "due"), asks=("note",), clock="rectify", primary=True),
        Step(verb="rectify", label="整改完成",   source=("rectifying",),           target="rectified",  may="case.handle",  needs=("result", "photos"),            clock="review", primary=True),
        Step(verb="redo",    label="复核不合格", source=("rectified",),            target="rectifying", may="case.review",  needs=("reason",),                     clock="rectify"),
        Step(verb="clear",   label="销号",       source=("rectified",),            target="cleared",    may="case.review",  asks=("note", "photos"),               clock="stop", primary=True),
        Step(verb="void",    label="作废",       source=("listed", "rectifying"),  target="voided",     may="case.void",    needs=("reason",),                     clock="stop", danger=True),
    ),
)
# fmt: on
