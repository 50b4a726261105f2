"""The table of verbs of a bulletin."""

from chengyun.kernel.specs import Field, State, Step, Workflow

DRAFT, APPROVED, ISSUED = "draft", "approved", "issued"
ISSUE = "bulletin.issue"

REASON = Field(key="reason", label="退回原因", kind="long", required=True, max_length=500)

# fmt: off
BULLETIN = Workflow(
    key="bulletin", label="督查通报",
    stages=("起草", "审核", "印发"),
    start=DRAFT,
    facts=(REASON,),
    states=(
        State(key=DRAFT,    label="草稿",   stage=1, holder="考评员"),
        State(key=APPROVED, label="待印发", stage=2, holder="考评员"),
        State(key=ISSUED,   label="已印发", stage=3, final=True),
    ),
    steps=(
        Step(verb="approve", label="审核通过", source=(DRAFT,), target=APPROVED, may=ISSUE, primary=True),
        Step(verb="hand_back", label="退回修改", source=(APPROVED,), target=DRAFT, may=ISSUE, needs=("reason",)),
        Step(verb="issue", label="印发", source=(APPROVED,), target=ISSUED, may=ISSUE, primary=True),
    ),
)
# fmt: on
