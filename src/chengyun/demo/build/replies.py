"""What those who called are told in the demo, and whether they are satisfied."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengyun.city.cases.models import Inquiry
from chengyun.city.cases.services.inquiries import Reply, answer_inquiry, visit_caller
from chengyun.city.people.models import User
from chengyun.demo.build.play import Act, Played

AWAITED = ("hotline", "web", "media", "leader")
ENDED = ("close", "follow", "pass", "refuse", "decline", "void", "grant_void", "force_close")
SAID = {
    "close": "您反映的问题已经办好，现场核查合格，谢谢您的反映。",
    "refuse": "您反映的问题不属于城市管理范围，已告知向哪个部门反映。",
}
HOW = {"hotline": "phone", "web": "web", "media": "letter", "leader": "letter"}
SOME, FEW, UNHAPPY = 4, 9, 13
"""Of so many cases one: is not called back, was only fairly satisfied, was not."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A reply and the call after it; ``number`` of the case decides how they went."""

    played: Played
    number: int
    verb: str
    by: User

    @property
    def inquiry(self) -> Inquiry:
        return Inquiry.objects.select_related("case").get(case=self.played.case)

    def answer(self) -> None:
        source = self.played.planned.source
        words = SAID.get(self.verb, "您反映的问题已经处理完毕，谢谢您的反映。")
        answer_inquiry(self.inquiry, Reply(how=HOW[source], words=words), by=self.by)

    def visit(self) -> None:
        unhappy = self.number % UNHAPPY == 0
        satisfied = "no" if unhappy else "fair" if self.number % FEW == 0 else "yes"
        words = "没过两天又是老样子，希望常有人管。" if unhappy else ""
        visit_caller(self.inquiry, satisfied, words, by=self.by)


def acts_of_replies(played: Played, number: int, by: User, now: datetime) -> Iterator[Act]:
    """Most are told within the day after their case has ended, a few some days late, the last not yet."""
    planned = played.planned
    ends = [event for event in planned.events if event.verb in ENDED]
    if planned.source not in AWAITED or not ends:
        return
    told = Told(played=played, number=number, verb=ends[0].verb, by=by)
    wait = timedelta(days=6) if number % (2 * FEW) == 0 else timedelta(hours=1 + number % 20)
    at = ends[0].at + wait
    if at < now:
        yield at, told.answer
    if number % SOME and at + timedelta(days=1) < now:
        yield at + timedelta(days=1), told.visit
