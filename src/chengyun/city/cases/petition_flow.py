"""The table of verbs of 信访件, by the steps and terms of 《信访工作条例》 (2022)."""

from __future__ import annotations

from chengyun.city.cases.workflow import NOTE, PHOTOS, REASON, REPLY, RESULT, UNIT
from chengyun.kernel.specs import Field, Mark, State, Step, Workflow

LEVELS = (("common", "一般信访"), ("weighty", "重要信访"), ("urgent_petition", "重大紧急信访"))
WEIGHTY = ("weighty", "urgent_petition")
"""Leaders are told of these when the level is set."""
LEVEL = Field(key="petition_level", label="级别", kind="choice", required=True, choices=LEVELS)
PLAN = Field(key="plan", label="办理方案", kind="long", required=True, max_length=2000)
DUE = Field(key="due", label="办结日期", kind="date", required=True)

NEW, WORKING, SETTLED, ANSWERED = "pet_new", "pet_working", "pet_settled", "pet_answered"
CLOSED, REFERRED, VOIDED = "closed", "pet_referred", "voided"
OPEN = (NEW, WORKING, SETTLED, ANSWERED)
TAKES, GRANTS = "petition.handle", "petition.prolong"

# fmt: off
PETITION = Workflow(
    key="petition", label="信访件",
    stages=("登记", "受理", "办理", "答复", "办结"),
    start=NEW, start_clock="admit",
    clocks=("admit", "settle"),
    facts=(LEVEL, PLAN, DUE, UNIT, REASON, NOTE, RESULT, REPLY, PHOTOS),
    marks=(
        Mark(key="mass",            label="群体",         lasting=True, tone="red"),
        Mark(key="repeated",        label="重复",         lasting=True, tone="amber"),
        Mark(key="reachable",       label="留有电话",     lasting=True, shown=False),
        Mark(key="common",          label="一般信访",     within=(WORKING, SETTLED, ANSWERED)),
        Mark(key="weighty",         label="重要信访",     within=(WORKING, SETTLED, ANSWERED), tone="amber"),
        Mark(key="urgent_petition", label="重大紧急信访", within=(WORKING, SETTLED, ANSWERED), tone="red"),
        Mark(key="prolonged",       label="延长过",       why="已经延长过一次", lasting=True),
        Mark(key="rechecked",       label="复查",         why="已经申请过复查", lasting=True, tone="amber"),
    ),
    given=("mass", "repeated", "reachable"),
    states=(
        State(key=NEW,      label="待受理",   stage=2, holder="信访专员"),
        State(key=WORKING,  label="办理中",   stage=3, holder="专业部门"),
        State(key=SETTLED,  label="待答复",   stage=4, holder="信访专员"),
        State(key=ANSWERED, label="已答复",   stage=4, holder="信访专员"),
        State(key=CLOSED,   label="已办结",   stage=5, final=True),
        State(key=REFERRED, label="不予受理", stage=5, final=True),
        State(key=VOIDED,   label="已作废",   stage=5, final=True),
    ),
    steps=(
        Step(verb="admit",     label="受理",         source=(NEW,),         target=WORKING,  may=TAKES,         needs=("petition_level", "unit", "plan", "due"), asks=("note",), clock="settle", puts=("=petition_level",), primary=True),
        Step(verb="turn_away", label="不予受理",     source=(NEW,),         target=REFERRED, may=TAKES,         needs=("reason",),                clock="stop", danger=True),
        Step(verb="progress",  label="报告进展",     source=(WORKING,),     target="",       may="case.handle", needs=("note",),                  asks=("photos",)),
        Step(verb="settle",    label="报办理结果",   source=(WORKING,),     target=SETTLED,  may="case.handle", needs=("result",),                asks=("photos",), primary=True),
        Step(verb="replan",    label="改办理方案",   source=(WORKING,),     target="",       may=TAKES,         needs=("plan",),                  asks=("note",)),
        Step(verb="pass_on",   label="改由别的单位", source=(WORKING,),     target="",       may=TAKES,         needs=("unit", "reason"),         aside=True),
        Step(verb="grade",     label="改级别",       source=(WORKING, SETTLED), target="",   may=TAKES,         needs=("petition_level", "reason"), puts=("=petition_level",), lifts=("common", *WEIGHTY), aside=True),
        Step(verb="prolong",   label="批准延长",     source=(WORKING,),     target="",       may=GRANTS,        needs=("due", "reason"),          clock="settle", unless=("prolonged",), puts=("prolonged",), aside=True),
        Step(verb="redo",      label="退回重办",     source=(SETTLED,),     target=WORKING,  may=TAKES,         needs=("reason",)),
        Step(verb="answer",    label="书面答复",     source=(SETTLED,),     target=ANSWERED, may=TAKES,         needs=("reply",),                 asks=("photos",), clock="stop", primary=True),
        Step(verb="recheck",   label="申请复查",     source=(ANSWERED,),    target=WORKING,  may=TAKES,         needs=("reason", "due"),          clock="settle", unless=("rechecked",), puts=("rechecked",)),
        Step(verb="close",     label="办结",         source=(ANSWERED,),    target=CLOSED,   may=TAKES,         asks=("note",),                   clock="stop", primary=True),
        Step(verb="void",      label="作废",         source=(NEW, WORKING), target=VOIDED,   may="case.void",   needs=("reason",),                clock="stop", danger=True, aside=True),
    ),
)
# fmt: on
