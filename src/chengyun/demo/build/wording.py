"""The sentences and the questions the demo city added to its classes and steps."""

from chengyun.city.cases.instructions import VERB as INSTRUCT
from chengyun.city.cases.queries import class_named
from chengyun.city.cases.services.wording import add_answer, add_question
from chengyun.demo.words import phrases

SENTENCES = {
    "refuse": phrases.REFUSALS,
    "decline": phrases.DECLINED,
    "ask_return": phrases.RETURNS[:3],
    "refuse_return": phrases.RETURNS_REFUSED,
    "ask_extension": phrases.EXTENSIONS,
    "grant_extension": phrases.EXTENSIONS_GRANTED,
    "ask_suspend": phrases.SUSPENDED,
    "rework": phrases.REWORKS,
    "urge": phrases.URGED,
    "supervise": phrases.SUPERVISED,
    "void": phrases.VOIDED,
    INSTRUCT: phrases.INSTRUCTED,
}
COVERS = ("P0101", "P0102", "P0103")


def add_wording() -> None:
    """Standard answers for the steps that need words, and what is asked about a manhole cover."""
    for verb, sentences in SENTENCES.items():
        for text in sentences:
            add_answer(text, verb=verb, class_code="", by=None)
    for code in COVERS:
        cover = class_named(code, "")
        add_question(cover, key="gone", label="井盖不见了吗", kind="bool", by=None)
        add_question(
            cover, key="width", label="井口约多宽（厘米）", kind="int", by=None,
            condition_key="gone", condition_equals="是",
        )  # fmt: skip
        add_question(
            cover, key="guarded", label="现场有人看护吗", kind="choice", by=None,
            choices=("有围挡或有人", "没有"), condition_key="gone", condition_equals="是",
        )  # fmt: skip
