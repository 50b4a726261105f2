"""What may be done with a bulletin now: its buttons, why one must wait, and the questions before some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chengyun.city.people.models import User
from chengyun.kernel.specs import Step
from chengyun.kernel.workflow import steps_for
from chengyun.systems.evaluation.lists import week_words
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.services.bulletins import barred, may_take

QUESTIONS = {
    "issue": {
        "consequence": "印发后得到文号、日期和封存值，下级区域和被点到的单位都能看到；不能撤回，也不能再改。",
        "no": "不印发",
    },
    "hand_back": {
        "consequence": "通报回到草稿，数字重新统计，改好后再送审核。",
        "reason": "reason",
        "reason_label": "原因",
        "no": "不退回",
    },
}
"""What is asked before a step; a step that is not here is taken at once."""


@dataclass(frozen=True, kw_only=True)
class Button:
    """A step that is open to this person; ``bar`` says why it must wait, ``question`` what is asked first."""

    step: Step
    url: str
    bar: str
    question: dict[str, Any]

    @property
    def verb(self) -> str:
        return self.step.verb


def buttons_of(user: User, row: Bulletin) -> list[Button]:
    """The steps open to a person, in the order of the table."""
    found = steps_for(row, user, lambda step: may_take(user, row, step))
    return [_button(user, row, step) for step in found]


def _button(user: User, row: Bulletin, step: Step) -> Button:
    return Button(
        step=step,
        url=reverse("evaluation:bulletin_act", args=[row.code, step.verb]),
        bar=barred(row, step.verb, by=user),
        question=_question(row, step) if step.verb in QUESTIONS else {},
    )


def _question(row: Bulletin, step: Step) -> dict[str, Any]:
    return {
        "id": step.verb,
        "question": f"{step.label}{week_words(row.period)}通报？",
        "action": reverse("evaluation:bulletin_act", args=[row.code, step.verb]),
        "yes": step.label,
        "version": row.version,
        "back": reverse("evaluation:bulletin", args=[row.code]),
        **QUESTIONS[step.verb],
    }
