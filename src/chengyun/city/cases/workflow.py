"""The tables of verbs of the shipped case types. One line per step, in the order of the standard."""

from chengyun.kernel.specs import Field, Mark, State, Step, Workflow

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

UNTIL = Field(
    key="until",
    label="挂账到",
    kind="date",
    required=True,
    hint="最长一年；到这一天自动恢复计时。",
)
CAUSES = (
    ("wrong_unit", "不归我管"),
    ("wrong_class", "类别不对"),
    ("unclear", "信息不全"),
    ("cannot", "无法处置"),
)
CAUSE = Field(key="cause", label="回退原因", kind="choice", required=True, choices=CAUSES)
WATCHES = (("watch", "一般督办"), ("key_watch", "重点督办"), ("listed", "挂牌督办"))
WATCH = Field(key="watch_level", label="督办级别", kind="choice", required=True, choices=WATCHES)
GRADES = (("1", "Ⅰ级 特别重大"), ("2", "Ⅱ级 重大"), ("3", "Ⅲ级 较大"), ("4", "Ⅳ级 一般"))
GRADE = Field(key="grade", label="应急级别", kind="choice", required=True, choices=GRADES)
TOLD = Field(
    key="told", label="已通知", required=True, max_length=200, hint="通知了谁，例如：应急局值班室。"
)
REPLY = Field(key="reply", label="回复内容", kind="long", required=True, max_length=1000)
PARENT = Field(
    key="into",
    label="并入案号",
    required=True,
    max_length=40,
    hint="写还在办的那一件的 10 位案号，它办结时这一件一起办结。",
)
PARTS = Field(
    key="parts",
    label="拆出的问题",
    kind="long",
    required=True,
    max_length=4000,
    hint="一行一件，写清各是什么问题；这一件留下剩余的问题。",
)
HELPERS = Field(key="helpers", label="协办单位", kind="units")
OWNER = Field(key="owner", label="权属单位", required=True, max_length=80)
OUTSIDER = Field(
    key="outsider",
    label="发给谁",
    required=True,
    max_length=60,
    hint="写单位或岗位，例如：华兴物业前台。",
)
TASK = Field(
    key="task",
    label="请对方办的事",
    kind="long",
    required=True,
    max_length=500,
    hint="对方只看得到这段话、地点和照片。不要写上报人的姓名和电话。",
)
QUESTION = Field(key="question", label="要问的话", kind="long", required=True, max_length=200)
ANSWER = Field(key="answer", label="上报人的答复", kind="long", required=True, max_length=1000)

CLOCKS = {
    "accept": "受理",
    "file": "立案",
    "dispatch": "派遣",
    "handle": "处置",
    "guard": "到场看护",
    "repair": "抢修",
    "feed_back": "反馈",
    "check": "核查",
    "close": "结案",
    "rectify": "整改",
    "admit": "信访受理",
    "settle": "信访办理",
    "review": "复核",
}
"""What the clocks of the stages are called."""

R, V, A, F = "reported", "verifying", "accepted", "filed"
D, H, W, C, K = "dispatched", "handling", "handled", "checking", "checked"
S, X, M = "suspended", "closed", "merged"
REFUSED, DECLINED, VOIDED = "refused", "declined", "voided"
OPEN = (R, V, A, F, D, H, S, W, C, K)
WATCHED = (A, F, D, H, S, W, C, K)
UNTIL_HANDLED = (R, V, A, F, D, H)

RETURNED = tuple(key for key, _ in CAUSES)
LEVELS = tuple(key for key, _ in WATCHES)
ASKED = ("extension_asked", "suspend_asked", "return_asked")
"""What a unit waits for; one thing at a time."""

# fmt: off
MARKS = (
    Mark(key="extension_asked", label="待批延期",   why="正在等延期审批",                       within=(D, H, S), tone="amber"),
    Mark(key="suspend_asked",   label="待批挂账",   why="正在等挂账审批",                       within=(D, H), tone="amber"),
    Mark(key="return_asked",    label="待批回退",   why="正在等回退审批",                       within=(D, H), tone="amber"),
    Mark(key="void_asked",      label="待批作废",   why="正在等作废审批",                       within=(F, D, H, W), tone="amber"),
    Mark(key="extended",        label="已延期",     why="已经延过期",                           lasting=True),
    Mark(key="extended_twice",  label="延期两次",   why="已经延期两次",                         lasting=True),
    Mark(key="suspended_once",  label="挂过账",     why="已经挂过一次账",                       lasting=True, shown=False),
    Mark(key="wrong_unit",      label="不归我管",   why="因「不归我管」被退回",                 within=UNTIL_HANDLED),
    Mark(key="wrong_class",     label="类别不对",   why="因「类别不对」被退回，要先退回立案另定类别", within=UNTIL_HANDLED, tone="amber"),
    Mark(key="unclear",         label="信息不全",   why="因「信息不全」被退回，要先补充信息",   within=UNTIL_HANDLED, tone="amber"),
    Mark(key="cannot",          label="无法处置",   why="因「无法处置」被退回，要等值班长定办", within=UNTIL_HANDLED, tone="amber"),
    Mark(key="urged",           label="催办",       within=(D, H, W), tone="amber"),
    Mark(key="supervised",      label="督办中",     why="正在督办",                             within=WATCHED, shown=False),
    Mark(key="watch",           label="一般督办",   within=WATCHED, tone="amber"),
    Mark(key="key_watch",       label="重点督办",   within=WATCHED, tone="red"),
    Mark(key="listed",          label="挂牌督办",   why="正在挂牌督办，要先解除督办",           within=WATCHED, tone="red"),
    Mark(key="reply_due",       label="待回复督办", within=WATCHED, tone="amber"),
    Mark(key="reachable",       label="留有电话",   lasting=True, shown=False),
    Mark(key="questioned",      label="待上报人答复", why="正在等上报人答复",                   within=(R, A, F), tone="amber"),
    Mark(key="invited",         label="外部办理", why="已经发了外部链接",                       within=(D, H)),
    Mark(key="emergency",       label="应急",       why="已经转应急",                           within=OPEN, tone="red"),
    Mark(key="rush",            label="抢修",       why="按抢修办理",                           lasting=True, tone="red"),
    Mark(key="unguarded",       label="待到场看护", why="要先到场看护",                         within=(D,), tone="red"),
    Mark(key="simple",          label="简易",       why="是现场已办好的简易案件，只要审核",     lasting=True),
    Mark(key="shared",          label="协办",       lasting=True),
    Mark(key="split_off",       label="拆分件",     lasting=True),
    Mark(key="split_up",        label="拆分过",     lasting=True, shown=False),
    Mark(key="merged_in",       label="并过案",     lasting=True, shown=False),
    Mark(key="parent",          label="有并案",     why="有别的案件并在它名下",                 lasting=True),
    Mark(key="forced",          label="强制结案",   lasting=True, tone="amber"),
    Mark(key="appealed",        label="申诉过",     why="已经申诉过一次",                       lasting=True, shown=False),
    Mark(key="appeal_first",    label="申诉初审",   why="正在等申诉初审",                       tone="amber"),
    Mark(key="appeal_second",   label="申诉二审",   why="正在等申诉二审",                       tone="amber"),
    Mark(key="exempt",          label="超时免计",   lasting=True, tone="eco"),
)

STANDARD = Workflow(
    key="case", label="部件事件案件",
    stages=("采集", "立案", "派遣", "处置", "反馈", "核查", "结案"),
    start=R, start_clock="accept",
    clocks=("accept", "file", "dispatch", "handle", "guard", "repair", "feed_back", "check", "close"),
    facts=(REASON, NOTE, RESULT, PHOTOS, UNIT, INSPECTOR, CLASS, CONDITION, VERDICT, UNTIL, CAUSE, WATCH, GRADE, TOLD, REPLY, PARENT, PARTS, HELPERS, OWNER,
           OUTSIDER, TASK, QUESTION, ANSWER),
    marks=MARKS, given=("simple", "shared", "split_off", "parent", "reachable"),
    states=(
        State(key=R,        label="待受理",   stage=1, holder="受理员"),
        State(key=V,        label="核实中",   stage=1, holder="监督员"),
        State(key=A,        label="待立案",   stage=2, holder="值班长"),
        State(key=F,        label="待派遣",   stage=3, holder="派遣员"),
        State(key=D,        label="待签收",   stage=4, holder="专业部门"),
        State(key=H,        label="处置中",   stage=4, holder="专业部门"),
        State(key=S,        label="挂账",     stage=4, holder="专业部门"),
        State(key=M,        label="已并案",   stage=4, holder="主案"),
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
        Step(verb="resend",     label="另派监督员",   source=(V,),               target="",       may="case.accept",    needs=("inspector",), asks=("note",),       aside=True),
        Step(verb="resend",     label="另派监督员",   source=(C,),               target="",       may="case.feed_back", needs=("inspector",), asks=("note",),       aside=True),
        Step(verb="accept",     label="受理",         source=(R,),               target=A,        may="case.accept",    asks=("class", "note"),                     clock="file", unless=("simple",), lifts=("questioned",), primary=True),
        Step(verb="pass",       label="简易结案",     source=(R,),               target=X,        may="case.accept",    asks=("class", "note"),                     clock="stop", where=("simple",), primary=True),
        Step(verb="refuse",     label="不予受理",     source=(R,),               target=REFUSED,  may="case.accept",    needs=("reason",),                          clock="stop", danger=True),
        Step(verb="file",       label="立案",         source=(A,),               target=F,        may="case.file",      needs=("class", "condition"), asks=("note",), clock="dispatch", lifts=("wrong_class", "questioned"), primary=True),
        Step(verb="hand_back",  label="退回受理",     source=(A,),               target=R,        may="case.file",      needs=("reason",),                          clock="accept", lifts=("questioned",)),
        Step(verb="decline",    label="不予立案",     source=(A,),               target=DECLINED, may="case.file",      needs=("reason",),                          clock="stop", danger=True),
        Step(verb="ask_reporter", label="询问上报人", source=(R, A, F),          target="",       may="case.ask",       needs=("question",),                        clock="pause", where=("reachable",), unless=("questioned", "simple"), puts=("questioned",), aside=True),
        Step(verb="take_answer", label="记录答复",    source=(R, A, F),          target="",       may="case.ask",       needs=("answer",), asks=("photos",),        clock="resume", where=("questioned",), lifts=("questioned",)),
        Step(verb="drop_question", label="不再等答复", source=(R, A, F),         target="",       may="case.ask",       asks=("note",),                             clock="resume", where=("questioned",), lifts=("questioned",)),
        Step(verb="rush",       label="抢修派遣",     source=(R, A, F),          target=D,        may="case.rush",      needs=("class", "unit"), asks=("note",),    clock="guard", unless=("simple",), puts=("rush", "unguarded"), lifts=RETURNED, aside=True),
        Step(verb="dispatch",   label="派遣",         source=(F,),               target=D,        may="case.dispatch",  needs=("unit",), asks=("helpers", "note"),  clock="handle", unless=("wrong_class", "unclear", "cannot"), lifts=("wrong_unit",), primary=True),
        Step(verb="send_back",  label="退回立案",     source=(F,),               target=A,        may="case.dispatch",  needs=("reason",),                          clock="file", lifts=("questioned",)),
        Step(verb="supplement", label="补充信息",     source=(F,),               target="",       may="case.supplement", needs=("note",), asks=("photos",),         where=("unclear",), lifts=("unclear",), primary=True),
        Step(verb="decide",     label="定办",         source=(F,),               target="",       may="case.decide",    needs=("reason",),                          where=("cannot",), lifts=("cannot",), primary=True),
        Step(verb="reassign",   label="改派",         source=(D, H),             target=D,        may="case.dispatch",  needs=("unit", "reason"),                   clock="handle", unless=("unguarded",), lifts=(*ASKED, *RETURNED, "invited")),
        Step(verb="sign",       label="签收",         source=(D,),               target=H,        may="case.handle",    asks=("note",),                             unless=("return_asked", "unguarded"), primary=True),
        Step(verb="guard",      label="到场看护",     source=(D,),               target=H,        may="case.handle",    needs=("photos",), asks=("note",),          clock="repair", where=("unguarded",), unless=("return_asked",), lifts=("unguarded",), primary=True),
        Step(verb="name_owner", label="确定权属",     source=(D, H, W),          target="",       may="case.dispatch",  needs=("owner",), asks=("note",),           where=("rush",), aside=True),
        Step(verb="handle",     label="处置完成",     source=(H,),               target=W,        may="case.handle",    needs=("result", "photos"), asks=("note",), clock="feed_back", unless=("return_asked",), primary=True),
        Step(verb="assist_done", label="协办完成",    source=(D, H),             target="",       may="case.handle",    needs=("note",), asks=("photos",),          where=("shared",), primary=True),
        Step(verb="invite",     label="发外部链接",   source=(D, H),             target="",       may="case.invite",    needs=("outsider", "task"),                 unless=("invited", "return_asked"), puts=("invited",), aside=True),
        Step(verb="uninvite",   label="收回外部链接", source=(D, H),             target="",       may="case.invite",    asks=("note",),                             where=("invited",), lifts=("invited",), aside=True),
        Step(verb="ask_extension",    label="申请延期", source=(D, H),           target="",       may="case.handle",    needs=("reason",),                          unless=(*ASKED, "extended_twice", "unguarded"), puts=("extension_asked",)),
        Step(verb="grant_extension",  label="批准延期", source=(D, H, S),        target="",       may="case.extend",    asks=("note",),                             clock="extend", where=("extension_asked",), unless=("extended",), puts=("extended",), lifts=("extension_asked",), primary=True),
        Step(verb="grant_extension",  label="批准再次延期", source=(D, H, S),    target="",       may="case.extend.second", needs=("note",),                        clock="extend", where=("extension_asked", "extended"), puts=("extended_twice",), lifts=("extension_asked",), primary=True),
        Step(verb="refuse_extension", label="驳回延期", source=(D, H, S),        target="",       may="case.extend",    needs=("reason",),                          where=("extension_asked",), unless=("extended",), lifts=("extension_asked",)),
        Step(verb="refuse_extension", label="驳回延期", source=(D, H, S),        target="",       may="case.extend.second", needs=("reason",),                      where=("extension_asked", "extended"), lifts=("extension_asked",)),
        Step(verb="ask_return",       label="申请回退", source=(D, H),           target="",       may="case.handle",    needs=("cause", "reason"),                  clock="pause", unless=(*ASKED, "unguarded"), puts=("return_asked", "=cause")),
        Step(verb="return",           label="同意回退", source=(D, H),           target=F,        may="case.dispatch",  asks=("note",),                             clock="dispatch", where=("return_asked",), lifts=("return_asked",), primary=True),
        Step(verb="refuse_return",    label="驳回回退", source=(D, H),           target="",       may="case.dispatch",  needs=("reason",),                          clock="resume", where=("return_asked",), lifts=("return_asked", *RETURNED)),
        Step(verb="ask_suspend",      label="申请挂账", source=(D, H),           target="",       may="case.handle",    needs=("reason", "until"),                  unless=(*ASKED, "suspended_once", "unguarded"), puts=("suspend_asked",)),
        Step(verb="grant_suspend",    label="批准挂账", source=(D, H),           target=S,        may="case.suspend",   asks=("note",),                             clock="pause", where=("suspend_asked",), puts=("suspended_once",), lifts=("suspend_asked",), primary=True),
        Step(verb="refuse_suspend",   label="驳回挂账", source=(D, H),           target="",       may="case.suspend",   needs=("reason",),                          where=("suspend_asked",), lifts=("suspend_asked",)),
        Step(verb="suspend",    label="挂账",         source=(D, H),             target=S,        may="case.suspend",   needs=("reason", "until"),                  clock="pause", unless=("suspend_asked", "return_asked"), puts=("suspended_once",), aside=True),
        Step(verb="resume",     label="恢复",         source=(S,),               target=H,        may="case.suspend",   asks=("note",),                             clock="resume", primary=True),
        Step(verb="feed_back",  label="反馈核查",     source=(W,),               target=C,        may="case.feed_back", asks=("inspector", "note"),                 clock="check", primary=True),
        Step(verb="rework",     label="返工",         source=(W, K),             target=D,        may="case.feed_back", needs=("reason",),                          clock="handle"),
        Step(verb="check_pass", label="核查合格",     source=(C,),               target=K,        may="case.check",     needs=("photos",), asks=("note",),          clock="close", primary=True),
        Step(verb="check_fail", label="核查不合格",   source=(C,),               target=D,        may="case.check",     needs=("reason", "photos"),                 clock="handle"),
        Step(verb="close",      label="结案",         source=(K,),               target=X,        may="case.close",     asks=("note",),                             clock="stop", unless=("listed",), primary=True),
        Step(verb="force_close", label="强制结案",    source=(D, H, S, W, C, K), target=X,        may="case.force_close", needs=("reason",),                        clock="stop", puts=("forced",), danger=True, aside=True),
        Step(verb="merge",      label="合并",         source=(R, A, F, D, H),    target=M,        may="case.merge",     needs=("into",), asks=("note",),            clock="stop", unless=("parent", "return_asked"), puts=("merged_in",), aside=True),
        Step(verb="follow",     label="随主案办结",   source=(M,),               target=X,        may="",               asks=("note",)),
        Step(verb="follow_void", label="随主案作废",  source=(M,),               target=VOIDED,   may="",               asks=("note",)),
        Step(verb="split",      label="拆分",         source=(R, A, F),          target="",       may="case.merge",     needs=("parts",),                           puts=("split_up",), aside=True),
        Step(verb="urge",       label="催办",         source=(D, H, W),          target="",       may="case.urge",      asks=("note",),                             puts=("urged",), aside=True),
        Step(verb="supervise",  label="督办",         source=WATCHED,            target="",       may="case.supervise", needs=("watch_level", "reason"),            puts=("supervised", "=watch_level", "reply_due"), lifts=LEVELS, aside=True),
        Step(verb="reply",      label="回复督办",     source=(D, H, S, W),       target="",       may="case.handle",    needs=("reply",), asks=("photos",),         where=("reply_due",), lifts=("reply_due",)),
        Step(verb="release",    label="解除督办",     source=WATCHED,            target="",       may="case.supervise", needs=("reason",),                          where=("supervised",), lifts=("supervised", "reply_due", *LEVELS), aside=True),
        Step(verb="escalate",   label="转应急",       source=OPEN,               target="",       may="case.escalate",  needs=("grade", "told"), asks=("note",),    unless=("emergency",), puts=("emergency",), aside=True),
        Step(verb="stand_down", label="解除应急",     source=OPEN,               target="",       may="case.escalate",  needs=("reason",),                          where=("emergency",), lifts=("emergency",), aside=True),
        Step(verb="ask_void",   label="申请作废",     source=(F, D, H, W),       target="",       may="case.dispatch",  needs=("reason",),                          unless=("void_asked",), puts=("void_asked",), aside=True),
        Step(verb="grant_void", label="批准作废",     source=(F, D, H, W),       target=VOIDED,   may="case.void",      asks=("note",),                             clock="stop", where=("void_asked",), lifts=("void_asked",), danger=True),
        Step(verb="refuse_void", label="驳回作废",    source=(F, D, H, W),       target="",       may="case.void",      needs=("reason",),                          where=("void_asked",), lifts=("void_asked",)),
        Step(verb="void",       label="作废",         source=(R, A, F, D, H, W), target=VOIDED,   may="case.void",      needs=("reason",),                          clock="stop", unless=("void_asked",), danger=True, aside=True),
        Step(verb="ask_appeal",    label="超时申诉",  source=(X,),               target="",       may="case.handle",    needs=("reason",), asks=("photos",),        unless=("appealed",), puts=("appealed", "appeal_first")),
        Step(verb="review_appeal", label="申诉初审通过", source=(X,),            target="",       may="case.appeal.review", asks=("note",),                         where=("appeal_first",), puts=("appeal_second",), lifts=("appeal_first",), primary=True),
        Step(verb="grant_appeal",  label="申诉成立",  source=(X,),               target="",       may="case.appeal.decide", asks=("note",),                         where=("appeal_second",), puts=("exempt",), lifts=("appeal_second",), primary=True),
        Step(verb="refuse_appeal", label="驳回申诉",  source=(X,),               target="",       may="case.appeal.review", needs=("reason",),                      where=("appeal_first",), unless=("appeal_second",), lifts=("appeal_first",)),
        Step(verb="refuse_appeal", label="驳回申诉",  source=(X,),               target="",       may="case.appeal.decide", needs=("reason",),                      where=("appeal_second",), lifts=("appeal_second",)),
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
